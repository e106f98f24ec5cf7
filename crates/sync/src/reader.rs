//! A reader for identity cards behind a local HTTP service, as the makers of readers ship one.
//!
//! Only this machine is asked, in plain HTTP, without redirects, for a few seconds and a few kilobytes.
//! Makers name the fields differently: the usual names are understood.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use liuhen_app::{ApiError, IdReader, ReadCard};
use reqwest::{Client, Url, redirect};
use rustls::{ClientConfig, RootCertStore};
use serde::Deserialize;
use tokio::runtime::Builder;

/// A person lays a card on the reader within this time.
const PATIENCE: Duration = Duration::from_secs(12);
/// Largest answer in bytes: a photo of the card may be among the fields.
const MOST: usize = 512 * 1024;

/// What a service answers; the rest (address, photo) is not taken.
#[derive(Deserialize)]
struct Answer {
    #[serde(alias = "Name", alias = "partyName", alias = "certName", alias = "peopleName", default)]
    name: String,
    #[serde(
        alias = "cardno",
        alias = "cardNo",
        alias = "certNo",
        alias = "certNumber",
        alias = "idNumber",
        alias = "idNo",
        alias = "idCardNo",
        alias = "peopleIDCode",
        default
    )]
    number: String,
}

/// Some services wrap the card into another object.
#[derive(Deserialize)]
#[serde(untagged)]
enum Wrapped {
    In {
        #[serde(alias = "result", alias = "card")]
        data: Answer,
    },
    Bare(Answer),
}

/// Asks a reader's service on this machine.
#[derive(Debug, Default)]
pub struct LoopbackReader;

/// An address on this machine, and nothing else.
fn parse(address: &str) -> Result<Url, ApiError> {
    let refused = || ApiError::new("reader_address");
    let url = Url::parse(address.trim()).map_err(|_| refused())?;
    let host = url.host_str().unwrap_or_default();
    let here = host == "localhost"
        || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    let plain = url.scheme() == "http" && url.username().is_empty() && url.password().is_none();
    if here && plain { Ok(url) } else { Err(refused()) }
}

async fn ask(url: Url, tls: ClientConfig) -> Result<Vec<u8>, reqwest::Error> {
    // The client wants to know what it would do for TLS: trust nobody. Only plain HTTP is asked here.
    let client = Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(redirect::Policy::none())
        .no_proxy()
        .timeout(PATIENCE)
        .build()?;
    let mut answer = client.get(url).send().await?.error_for_status()?;
    let mut bytes = Vec::new();
    while let Some(piece) = answer.chunk().await? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > MOST {
            bytes.clear();
            break;
        }
    }
    Ok(bytes)
}

impl IdReader for LoopbackReader {
    fn check(&self, address: &str) -> Result<(), ApiError> {
        parse(address).map(drop)
    }

    fn read(&self, address: &str) -> Result<ReadCard, ApiError> {
        let url = parse(address)?;
        // Causes hold addresses, never what a card says.
        let silent = |cause: String| ApiError::new("reader_silent").detail(cause);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let tls = tls.map_err(|error| silent(error.to_string()))?;
        let tls = tls.with_root_certificates(RootCertStore::empty()).with_no_client_auth();
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| silent(error.kind().to_string()))?;
        let bytes = runtime.block_on(ask(url, tls)).map_err(|error| silent(error.to_string()))?;
        let answer: Wrapped = serde_json::from_slice(&bytes).map_err(|_| ApiError::new("reader_empty"))?;
        let (Wrapped::In { data: card } | Wrapped::Bare(card)) = answer;
        Ok(ReadCard { name: card.name.trim().to_owned(), number: card.number.trim().to_uppercase() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;

    /// A simulator of a reader's service: answers once.
    fn service(answer: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/read", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut asked = [0; 2048];
            let _ = stream.read(&mut asked).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
        });
        address
    }

    #[test]
    fn the_makers_names_for_the_fields_are_understood() {
        for body in [
            r#"{"name":"演示甲","number":"99999919900101001x"}"#,
            r#"{"retcode":0,"Name":"演示甲","cardno":"99999919900101001x","photo":""}"#,
            r#"{"code":0,"data":{"partyName":"演示甲","certNumber":"99999919900101001x"}}"#,
        ] {
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
            let card = LoopbackReader.read(&service(answer.leak())).unwrap();
            assert_eq!(
                (card.name.as_str(), card.number.as_str()),
                ("演示甲", "99999919900101001X"),
                "{body}"
            );
        }
    }

    #[test]
    fn what_is_no_card_is_said_so_and_silence_too() {
        let none = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nno";
        assert!(LoopbackReader.read(&service(none)).unwrap_err().is("reader_empty"));
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        assert!(LoopbackReader.read(&format!("http://{closed}/")).unwrap_err().is("reader_silent"));
        let away = "HTTP/1.1 302 Found\r\nlocation: http://192.0.2.1/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        assert!(LoopbackReader.read(&service(away)).unwrap_err().is("reader_empty"));
    }

    #[test]
    fn only_this_machine_is_asked() {
        for address in [
            "http://192.0.2.1/read",
            "https://127.0.0.1/",
            "http://127.0.0.1@192.0.2.1/",
            "file:///etc/passwd",
            "读卡器",
        ] {
            assert!(LoopbackReader.check(address).unwrap_err().is("reader_address"), "{address}");
        }
        for address in ["http://127.0.0.1:18889/read", "http://localhost:9000", "http://[::1]:7/"] {
            LoopbackReader.check(address).unwrap();
        }
    }
}
