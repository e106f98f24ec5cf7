//! TLS by pinned public keys.
//!
//! A township certificate is self-signed and lives as long as its key: names and validity dates mean nothing on a village
//! network without time service. What counts is the SHA-256 of the public key (SPKI), named in the township note which the
//! root key signed. The handshake signature is still verified, so a copied certificate without its key is worthless.
//!
//! At the first contact any key is taken and remembered, and nothing secret is said; the enrolment code goes only over a
//! connection pinned to a key that the verified note names.

use std::sync::{Arc, Mutex, PoisonError};

use liuhen_protocol::Digest;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};

/// Which server keys are taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trust {
    /// Any key: only for reading the note at the first contact.
    FirstContact,
    /// SHA-256 digests of the SPKI that the township note names.
    Pinned(Vec<Digest>),
}

/// The verifier of one connection pool; remembers which key was presented last.
#[derive(Debug)]
pub(crate) struct PinVerifier {
    trust: Trust,
    provider: Arc<CryptoProvider>,
    presented: Mutex<Option<Digest>>,
}

impl PinVerifier {
    /// The digest of the key presented in the newest handshake, whether it was taken or not.
    pub(crate) fn presented(&self) -> Option<Digest> {
        *self.presented.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a server of this client ever presented a key that is not pinned.
    pub(crate) fn refused(&self) -> bool {
        match (&self.trust, self.presented()) {
            (Trust::Pinned(pins), Some(key)) => !pins.contains(&key),
            _ => false,
        }
    }
}

impl ServerCertVerifier for PinVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let spki = ParsedCertificate::try_from(end_entity)?.subject_public_key_info();
        let digest = Digest::of(spki.as_ref());
        *self.presented.lock().unwrap_or_else(PoisonError::into_inner) = Some(digest);
        match &self.trust {
            Trust::FirstContact => Ok(ServerCertVerified::assertion()),
            Trust::Pinned(pins) if pins.contains(&digest) => Ok(ServerCertVerified::assertion()),
            Trust::Pinned(_) => Err(CertificateError::ApplicationVerificationFailure.into()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// A client configuration for `trust` with the ring provider, and the verifier inside it.
pub(crate) fn client_config(trust: Trust) -> Result<(ClientConfig, Arc<PinVerifier>), Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier =
        Arc::new(PinVerifier { trust, provider: Arc::clone(&provider), presented: Mutex::new(None) });
    let dynamic: Arc<dyn ServerCertVerifier> = Arc::clone(&verifier) as Arc<dyn ServerCertVerifier>;
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(dynamic)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok((config, verifier))
}
