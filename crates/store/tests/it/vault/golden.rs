//! The format of a stored file against a fixture made by somebody else's code.
//!
//! `tests/fixtures/cobblestone.json` was written by `tests/fixtures/cobblestone.py` with PyPI
//! `cryptography` (50 or later), `cryptography.cobblestone.Cobblestone256Encryptor`; no test rewrites
//! it. Run that script with `--check` to have it verify the file the other way round.

use liuhen_store::vault::cobblestone::{Context, MessageKey, decrypt, encrypt, seal_whole};
use proptest::prelude::*;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::vault::{KEY, bytes};

fn hex(text: &Value) -> Vec<u8> {
    let text = text.as_str().unwrap();
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn what_we_seal_is_byte_for_byte_what_the_reference_seals() {
    let fixture: Value = serde_json::from_str(include_str!("../../fixtures/cobblestone.json")).unwrap();
    let cases = fixture["cases"].as_array().unwrap();
    assert!(cases.len() >= 8);
    for case in cases {
        let key: [u8; 32] = hex(&case["key"]).try_into().unwrap();
        let context = match case["context"].as_str().unwrap() {
            "liuhen/vault/v1" => Context::Vault,
            "liuhen/thumbnail/v1" => Context::Thumbnail,
            other => panic!("a context of nobody: {other}"),
        };
        // The plaintext is the byte pattern i * 7 + i / 256, which the script makes too.
        let len = usize::try_from(case["length"].as_u64().unwrap()).unwrap();
        let plain: Vec<u8> = (0..len).map(|i| u8::try_from((i * 7 + i / 256) & 0xff).unwrap()).collect();
        let header = hex(&case["header"]);
        let salt: [u8; 24] = header[..24].try_into().unwrap();
        let message_key = MessageKey::from_salt(&key, context, &salt).unwrap();
        assert_eq!(message_key.header().0[..], header[..], "commitment of {len}");
        let (_, message) = seal_whole(message_key, &plain).unwrap();
        assert_eq!(Sha256::digest(&message)[..], hex(&case["sha256"])[..], "message of {len}");
        assert_eq!(decrypt(&key, context, &message).unwrap(), plain);
    }
}

#[test]
fn a_message_opens_only_under_its_key_and_context() {
    let (_, message) = encrypt(&KEY, Context::Vault, b"x").unwrap();
    assert!(decrypt(&KEY, Context::Thumbnail, &message).is_err());
    assert!(decrypt(&[0; 32], Context::Vault, &message).is_err());
}

#[test]
fn two_encryptions_of_the_same_bytes_have_nothing_in_common() {
    let plain = bytes(100, 1);
    let (first, one) = encrypt(&KEY, Context::Vault, &plain).unwrap();
    let (second, two) = encrypt(&KEY, Context::Vault, &plain).unwrap();
    assert_ne!(first, second);
    assert_ne!(one[56..], two[56..]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_message_comes_back_whatever_its_length(len in 0usize..70_000, seed: u64) {
        let plain = bytes(len, seed);
        let (_, message) = encrypt(&KEY, Context::Vault, &plain).unwrap();
        prop_assert_eq!(decrypt(&KEY, Context::Vault, &message).unwrap(), plain);
    }

    #[test]
    fn no_prefix_and_no_extension_of_a_message_opens(len in 0usize..40_000, cut: prop::sample::Index) {
        let (_, message) = encrypt(&KEY, Context::Vault, &bytes(len, 3)).unwrap();
        let cut = cut.index(message.len());
        prop_assert!(decrypt(&KEY, Context::Vault, &message[..cut]).is_err());
        let mut longer = message.clone();
        longer.extend_from_slice(&message[message.len() - cut.max(1)..]);
        prop_assert!(decrypt(&KEY, Context::Vault, &longer).is_err());
    }
}
