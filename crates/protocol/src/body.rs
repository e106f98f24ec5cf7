//! The body of an entry and its commitment, field by field.
//!
//! The commitment is an RFC 6962 root over the fields in canonical order; each leaf is
//! `HMAC-SHA-256(salt, name) ‖ canonical([name, value])`. So one field can be shown to an outsider
//! with its path while the others stay hidden, and erasing body and salt leaves nothing to guess.

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::{Map, Value, json};
use sha2::Sha256;
use zeroize::Zeroize;

use crate::{
    BodyRef, Digest, Error, Result,
    encoding::{from_base64, to_base64},
    jcs, merkle,
};

/// The largest canonical body in bytes: 1 MiB. Larger things are blobs.
pub const MAX_BODY: usize = 1 << 20;

const WHAT: &str = "body";

/// 32 random bytes that blind the fields of one body.
#[derive(Clone, PartialEq, Eq, Zeroize)]
pub struct Salt(pub [u8; 32]);

impl std::fmt::Debug for Salt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Salt(…)")
    }
}

impl std::fmt::Display for Salt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&to_base64(&self.0))
    }
}

impl Salt {
    /// Reads standard padded base64.
    pub fn from_base64(text: &str) -> Result<Self> {
        let bytes = from_base64(text, "salt")?;
        bytes.try_into().map(Self).map_err(|_| Error::Malformed { what: "salt", reason: "wrong length" })
    }
}

impl Serialize for Salt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Salt {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::from_base64(&text).map_err(D::Error::custom)
    }
}

/// A JSON object in canonical bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    fields: Map<String, Value>,
    bytes: Vec<u8>,
}

impl Body {
    /// A body of these fields.
    ///
    /// # Errors
    /// `Number` for floats and integers of 2^53 and more, `TooLarge` above [`MAX_BODY`].
    pub fn new(fields: Map<String, Value>) -> Result<Self> {
        let bytes = jcs::canonical(&fields, WHAT)?;
        if bytes.len() > MAX_BODY {
            return Err(Error::TooLarge { what: WHAT, limit: MAX_BODY });
        }
        Ok(Self { fields, bytes })
    }

    /// Reads canonical bytes; refuses everything else.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > MAX_BODY {
            return Err(Error::TooLarge { what: WHAT, limit: MAX_BODY });
        }
        match jcs::parse_canonical(bytes, WHAT)? {
            Value::Object(fields) => Ok(Self { fields, bytes: bytes.to_vec() }),
            _ => Err(Error::Malformed { what: WHAT, reason: "not an object" }),
        }
    }

    /// The fields.
    pub const fn fields(&self) -> &Map<String, Value> {
        &self.fields
    }

    /// The canonical bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How an envelope names this body under this salt.
    pub fn reference(&self, salt: &Salt) -> Result<BodyRef> {
        Ok(BodyRef { size: self.bytes.len() as u64, commitment: self.commitment(salt)? })
    }

    /// The root over the blinded fields.
    pub fn commitment(&self, salt: &Salt) -> Result<Digest> {
        Ok(merkle::root_of(&self.leaves(salt)?))
    }

    /// Checks this body and salt against the envelope that names them.
    ///
    /// # Errors
    /// `Commitment` when size or root differ.
    pub fn check(&self, salt: &Salt, reference: &BodyRef) -> Result<()> {
        if self.reference(salt)? == *reference { Ok(()) } else { Err(Error::Commitment) }
    }

    /// Everything an outsider needs to check one field; `None` when there is no such field.
    pub fn disclose(&self, salt: &Salt, name: &str) -> Result<Option<FieldProof>> {
        let sorted = self.sorted();
        let Some(index) = sorted.iter().position(|(field, _)| *field == name) else {
            return Ok(None);
        };
        let leaves = self.leaves(salt)?;
        let path = merkle::inclusion(&leaves[..], index as u64, leaves.len() as u64)?;
        Ok(Some(FieldProof {
            name: name.to_owned(),
            value: sorted[index].1.clone(),
            tag: tag(salt, name),
            index: index as u64,
            fields: leaves.len() as u64,
            path,
        }))
    }

    /// Fields in canonical order: by UTF-16 code units of the name (RFC 8785 3.2.3).
    fn sorted(&self) -> Vec<(&String, &Value)> {
        let mut sorted: Vec<_> = self.fields.iter().collect();
        sorted.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
        sorted
    }

    fn leaves(&self, salt: &Salt) -> Result<Vec<Digest>> {
        self.sorted().into_iter().map(|(name, value)| leaf(&tag(salt, name), name, value)).collect()
    }
}

fn tag(salt: &Salt, name: &str) -> Digest {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(&salt.0).expect("HMAC takes keys of every length");
    mac.update(name.as_bytes());
    Digest(mac.finalize().into_bytes().into())
}

fn leaf(tag: &Digest, name: &str, value: &Value) -> Result<Digest> {
    let mut bytes = tag.0.to_vec();
    bytes.extend(jcs::canonical(&json!([name, value]), WHAT)?);
    Ok(merkle::leaf_hash(&bytes))
}

/// One field of a body with what proves that it was there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldProof {
    /// The field's name.
    pub name: String,
    /// Its value.
    pub value: Value,
    /// `HMAC-SHA-256(salt, name)`.
    pub tag: Digest,
    /// Its place in canonical order.
    pub index: u64,
    /// How many fields the body has.
    pub fields: u64,
    /// The inclusion path.
    pub path: Vec<Digest>,
}

impl FieldProof {
    /// Checks the field against a commitment.
    pub fn verify(&self, commitment: &Digest) -> Result<()> {
        let leaf = leaf(&self.tag, &self.name, &self.value)?;
        merkle::verify_inclusion(&leaf, self.index, self.fields, &self.path, commitment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body() -> Body {
        let Value::Object(fields) = json!({"text": "占道", "at": 5, "lines": ["a", "b"]}) else {
            unreachable!()
        };
        Body::new(fields).unwrap()
    }

    #[test]
    fn one_field_is_shown_while_the_others_stay_hidden() {
        let salt = Salt([7; 32]);
        let body = body();
        let commitment = body.commitment(&salt).unwrap();
        let mut proof = body.disclose(&salt, "text").unwrap().unwrap();
        proof.verify(&commitment).unwrap();
        proof.value = json!("别的");
        assert_eq!(proof.verify(&commitment), Err(Error::Proof("inclusion")));
        assert_eq!(body.disclose(&salt, "nothing").unwrap(), None);
    }

    #[test]
    fn another_salt_or_body_does_not_match_the_envelope() {
        let body = body();
        let reference = body.reference(&Salt([1; 32])).unwrap();
        body.check(&Salt([1; 32]), &reference).unwrap();
        assert_eq!(body.check(&Salt([2; 32]), &reference), Err(Error::Commitment));
    }

    #[test]
    fn an_empty_body_has_the_empty_root() {
        let body = Body::new(Map::new()).unwrap();
        assert_eq!(body.commitment(&Salt([0; 32])).unwrap(), merkle::empty_root());
        assert_eq!(Body::decode(b"{}").unwrap(), body);
        assert!(Body::decode(b"[]").is_err());
    }
}
