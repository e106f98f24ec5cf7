//! Canonical JSON (RFC 8785), narrowed: no floats, integers below 2^53 in size.
//!
//! The usual writers of canonical JSON round larger integers silently, so such numbers are refused
//! here before any byte is written; 64-bit values and hashes travel as strings.

use serde::Serialize;
use serde_json::Value;

use crate::{Error, Result};

/// The first integer that canonical JSON cannot carry: 2^53.
const LIMIT: u64 = 1 << 53;
/// Nesting deeper than this is refused; nothing of ours comes near.
const DEPTH: usize = 32;

/// The canonical bytes of a value.
///
/// # Errors
/// `Number` for floats and integers of 2^53 and more, `Malformed` for too deep nesting.
pub fn canonical<T: Serialize>(value: &T, what: &'static str) -> Result<Vec<u8>> {
    let value = serde_json::to_value(value)
        .map_err(|_| Error::Malformed { what, reason: "cannot be written as JSON" })?;
    written(&value, what)
}

fn written(value: &Value, what: &'static str) -> Result<Vec<u8>> {
    check(value, what, 0)?;
    // Without floats, and with names in an order that UTF-8 and UTF-16 share, the plain writer's bytes are the
    // canonical ones: it escapes the same characters in the same way. It is several times faster.
    let bytes = if in_order(value) {
        serde_json::to_vec(value).ok()
    } else {
        serde_json_canonicalizer::to_vec(value).ok()
    };
    bytes.ok_or(Error::Malformed { what, reason: "cannot be written as JSON" })
}

/// Whether all names are ASCII and come in ascending order.
fn in_order(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().all(in_order),
        Value::Object(fields) => {
            fields.keys().all(|name| name.is_ascii())
                && fields.keys().is_sorted()
                && fields.values().all(in_order)
        }
        _ => true,
    }
}

/// Parses bytes that must be exactly the canonical form of what they say.
///
/// # Errors
/// `Malformed`, `Number`, or `NotCanonical` (also for doubled names, which parsing would hide).
pub fn parse_canonical(bytes: &[u8], what: &'static str) -> Result<Value> {
    let value: Value =
        serde_json::from_slice(bytes).map_err(|_| Error::Malformed { what, reason: "not JSON" })?;
    if written(&value, what)? == bytes { Ok(value) } else { Err(Error::NotCanonical(what)) }
}

fn check(value: &Value, what: &'static str, depth: usize) -> Result<()> {
    if depth > DEPTH {
        return Err(Error::Malformed { what, reason: "nested too deep" });
    }
    match value {
        Value::Number(number) => {
            let small = number.as_u64().is_some_and(|n| n < LIMIT)
                || number.as_i64().is_some_and(|n| n.unsigned_abs() < LIMIT);
            if small { Ok(()) } else { Err(Error::Number(what)) }
        }
        Value::Array(items) => items.iter().try_for_each(|item| check(item, what, depth + 1)),
        Value::Object(fields) => fields.values().try_for_each(|item| check(item, what, depth + 1)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_by_utf16_and_spaces_go() {
        let value: Value =
            serde_json::from_str(r#"{ "b" : 1, "a" : [ true , null ], "\u20ac": "x" }"#).unwrap();
        assert_eq!(canonical(&value, "test").unwrap(), "{\"a\":[true,null],\"b\":1,\"€\":\"x\"}".as_bytes());
    }

    #[test]
    fn floats_and_large_integers_are_refused() {
        for text in ["1.5", "9007199254740992", "-9007199254740992", "1e3", "-0.0"] {
            let value: Value = serde_json::from_str(text).unwrap();
            assert_eq!(canonical(&value, "test"), Err(Error::Number("test")), "{text}");
        }
        assert!(canonical(&serde_json::json!(9_007_199_254_740_991_u64), "test").is_ok());
    }

    #[test]
    fn the_quick_writer_and_the_canonical_one_give_the_same_bytes() {
        let signs: String = (0..0x3000).filter_map(char::from_u32).chain(['\u{fffd}', '😀', '𠮷']).collect();
        let names =
            ["b", "a", "", "\u{1}", "Z", "\u{7f}", "quo\"te", "back\\slash", "é", "€", "😀", "\u{fb33}"];
        let mut all = serde_json::Map::new();
        for (number, name) in names.into_iter().enumerate() {
            let inner =
                serde_json::json!({ name: [number, -1, 9_007_199_254_740_991_u64, null, true, signs] });
            assert_eq!(canonical(&inner, "test").unwrap(), serde_json_canonicalizer::to_vec(&inner).unwrap());
            all.insert(name.to_owned(), inner);
            let value = Value::Object(all.clone());
            assert_eq!(canonical(&value, "test").unwrap(), serde_json_canonicalizer::to_vec(&value).unwrap());
        }
    }

    #[test]
    fn other_spellings_of_the_same_value_are_refused() {
        for text in ["{\"a\":1 }", "{\"b\":1,\"a\":1}", "{\"a\":1,\"a\":1}", "\"\\u0061\"", "[1,]", ""] {
            assert!(parse_canonical(text.as_bytes(), "test").is_err(), "{text}");
        }
        assert!(parse_canonical(b"{\"a\":1,\"b\":\"\xe7\x95\x99\"}", "test").is_ok());
    }
}
