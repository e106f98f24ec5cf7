//! Outside witnesses: by carried files, over HTTP, and what laptops that demand them get.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;

use liuhen_core::Role;
use liuhen_protocol::wire::ReceiptsRequest;
use liuhen_protocol::{
    Checkpoint, Cosignature, KeyKind, Note, Sign as _, Township as _, VerifierKey, cosign,
};
use liuhen_server::township::{NoteChange, WitnessOrder};
use liuhen_store::Signer;

use crate::fixture::Town;

#[test]
fn a_witness_cosigns_by_carried_files_and_the_checkpoint_shows_it() {
    let town = Town::new();
    let signer = Signer::generate(&town.moment).unwrap();
    let key = VerifierKey::new("witness.example/county", KeyKind::Cosigner, signer.public_key()).unwrap();
    let order = WitnessOrder { name: "县司法局".into(), key: key.to_string(), url: None };
    town.township.add_witness(&order).unwrap();
    let request = town.township.witness_request("县司法局").unwrap();
    assert!(request.body.starts_with("old 0\n\n"));
    let checkpoint = request.body.split_once("\n\n").unwrap().1;
    let mut note = Note::parse(checkpoint).unwrap();
    cosign(&mut note, key.name(), &signer, 1_790_000_100).unwrap();
    let line =
        note.to_string().lines().find(|line| line.contains("witness.example")).unwrap().to_owned() + "\n";
    let witness = town.township.witness_response("县司法局", &request.body, &line).unwrap();
    assert_eq!((witness.size, witness.time), (request.size, Some(1_790_000_100)));
    let (_, shown) = Checkpoint::verify(&town.township.checkpoint(), &town.note().log).unwrap();
    assert!(Cosignature::verify(&shown, &key).is_ok());
    assert_eq!(town.township.overview(3, 2).unwrap().witnessed, Some(request.size));
    let other = Signer::generate(&town.moment).unwrap();
    let mut forged = Note::parse(checkpoint).unwrap();
    cosign(&mut forged, key.name(), &other, 1).unwrap();
    let line = forged.to_string().lines().last().unwrap().to_owned() + "\n";
    assert!(town.township.witness_response("县司法局", &request.body, &line).is_err());
}

/// A witness that has seen `held` entries already, answers 409 with that size to anything else, and cosigns twice.
fn witness(signer: Signer, name: String, mut held: u64) -> (String, std::thread::JoinHandle<Vec<u16>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        let mut statuses = Vec::new();
        while statuses.iter().filter(|status| **status == 200).count() < 1 {
            let (mut stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut length = 0;
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                if line == "\r\n" {
                    break;
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            let body = String::from_utf8(body).unwrap();
            let old: u64 = body.lines().next().unwrap().strip_prefix("old ").unwrap().parse().unwrap();
            let (status, answer) = if old == held {
                let mut note = Note::parse(body.split_once("\n\n").unwrap().1).unwrap();
                cosign(&mut note, &name, &signer, 1_790_000_200).unwrap();
                held = Checkpoint::parse_text(note.text()).unwrap().size;
                (200, note.to_string().lines().find(|line| line.contains(&name)).unwrap().to_owned() + "\n")
            } else {
                (409, format!("{held}\n"))
            };
            let lines = format!(
                "HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                answer.len()
            );
            stream.write_all((lines + &answer).as_bytes()).unwrap();
            statuses.push(status);
        }
        statuses
    });
    (url, thread)
}

#[test]
fn a_witness_that_is_ahead_says_so_once_and_laptops_that_demand_it_get_receipts() {
    let town = Town::new();
    let mut li = town.laptop("执法员一", Role::Officer, 1);
    let known = town.township.size();
    li.start("m1");
    let pushed = li.push(&town).unwrap();
    let signer = Signer::generate(&town.moment).unwrap();
    let key = VerifierKey::new("witness.example/county", KeyKind::Cosigner, signer.public_key()).unwrap();
    let (url, thread) = witness(signer, key.name().to_owned(), known);
    town.township
        .add_witness(&WitnessOrder { name: "w".into(), key: key.to_string(), url: Some(url) })
        .unwrap();
    let change = NoteChange { witnesses: vec!["w".into()], quorum: Some(1), ..NoteChange::default() };
    town.township.renew_note(&town.root(), &change).unwrap();
    drop(rustls::crypto::ring::default_provider().install_default());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(town.township.ask_witnesses(&reqwest::Client::new()));
    assert_eq!(thread.join().unwrap(), [409, 200]);
    assert_eq!(town.township.overview(3, 2).unwrap().witnessed, Some(town.township.size()));
    // The log goes on, the witness does not follow yet: receipts asked for again are against what it cosigned.
    li.note("m1", "之后");
    let newest = li.push(&town).unwrap();
    let hashes = pushed.receipts.iter().map(|receipt| receipt.hash).collect();
    let asked = ReceiptsRequest { hashes, known: 0 };
    let answer = town.township.local_door().receipts(&li.token, &asked).unwrap();
    town.check(&answer);
    let (_, note) = Checkpoint::verify(&answer.checkpoint, &town.note().log).unwrap();
    assert!(
        Cosignature::verify(&note, &key).is_ok() && Cosignature::verify(&note, &town.note().clock).is_ok()
    );
    assert!(town.checkpoint(&answer.checkpoint).size < town.checkpoint(&newest.checkpoint).size);
}
