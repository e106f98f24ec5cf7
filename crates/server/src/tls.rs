//! The township's TLS identity: a self-signed certificate whose public key is pinned by the township note.
//!
//! Laptops ignore names and validity dates and compare SHA-256 of the SubjectPublicKeyInfo with the note, current key or next.
//! The next key is made together with the first, so that a rotation needs no visit to any laptop.

use std::sync::Arc;

use liuhen_protocol::Digest;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, PublicKeyData as _};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use zeroize::Zeroizing;

use crate::{Error, Result};

/// A TLS key pair as PKCS#8 PEM, and the digest that notes pin.
#[derive(Debug)]
pub struct TlsKey {
    pair: KeyPair,
}

impl TlsKey {
    /// A new P-256 key.
    pub fn generate() -> Result<Self> {
        Ok(Self { pair: KeyPair::generate()? })
    }

    /// The key kept as PEM.
    pub fn from_pem(pem: &str) -> Result<Self> {
        Ok(Self { pair: KeyPair::from_pem(pem)? })
    }

    /// PKCS#8 PEM, to be kept only inside the encrypted home.
    pub fn to_pem(&self) -> Zeroizing<String> {
        Zeroizing::new(self.pair.serialize_pem())
    }

    /// SHA-256 of the SubjectPublicKeyInfo, as the township note lists it.
    pub fn pin(&self) -> Digest {
        use sha2::Digest as _;
        Digest(sha2::Sha256::digest(self.pair.subject_public_key_info()).into())
    }

    /// A server configuration with a fresh self-signed certificate over this key.
    pub fn server_config(&self, names: Vec<String>) -> Result<rustls::ServerConfig> {
        let mut params = CertificateParams::new(names)?;
        let mut name = DistinguishedName::new();
        name.push(DnType::CommonName, "liuhen township");
        params.distinguished_name = name;
        let certificate = params.self_signed(&self.pair)?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.pair.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(Error::Tls)?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_kept_as_pem_has_the_same_pin() {
        let key = TlsKey::generate().expect("made");
        let again = TlsKey::from_pem(&key.to_pem()).expect("read");
        assert_eq!(key.pin(), again.pin());
        assert!(again.server_config(vec!["localhost".into()]).is_ok());
    }
}
