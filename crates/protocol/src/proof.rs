//! Receipts: C2SP tlog-proof, an entry's place in the log with the checkpoint that includes it.

use std::fmt;

use crate::{
    Checkpoint, Digest, Error, Note, Result, VerifierKey,
    encoding::{from_base64, to_base64},
    merkle,
};

const HEAD: &str = "c2sp.org/tlog-proof@v1";
const WHAT: &str = "receipt";
/// A tree of 2^63 entries has paths of this length; more is refused.
const MAX_PATH: usize = 63;

/// An inclusion proof that checks itself with nothing but the log's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlogProof {
    /// Bytes for the application, unauthenticated.
    pub extra: Option<Vec<u8>>,
    /// The entry's number in the log, from 0.
    pub index: u64,
    /// From the leaf's sibling upward.
    pub path: Vec<Digest>,
    /// The checkpoint, with all its signatures.
    pub checkpoint: Note,
}

impl TlogProof {
    /// Reads the text of a `.tlog-proof` file.
    pub fn parse(text: &str) -> Result<Self> {
        let bad = |reason| Error::Malformed { what: WHAT, reason };
        let (head, checkpoint) = text.split_once("\n\n").ok_or_else(|| bad("no blank line"))?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(HEAD) {
            return Err(bad("first line"));
        }
        let extra = match lines.peek().and_then(|line| line.strip_prefix("extra ")) {
            Some(data) => {
                let data = from_base64(data, WHAT)?;
                lines.next();
                Some(data)
            }
            None => None,
        };
        let digits = lines.next().and_then(|line| line.strip_prefix("index ")).ok_or_else(|| bad("index"))?;
        let index: u64 = digits.parse().map_err(|_| bad("index"))?;
        if index.to_string() != digits {
            return Err(bad("index"));
        }
        let path = lines.map(Digest::from_base64).collect::<Result<Vec<_>>>()?;
        if path.len() > MAX_PATH {
            return Err(bad("path"));
        }
        Ok(Self { extra, index, path, checkpoint: Note::parse(checkpoint)? })
    }

    /// Checks that the entry with this hash stands in the log that `log` signs.
    pub fn verify(&self, entry: &Digest, log: &VerifierKey) -> Result<Checkpoint> {
        self.checkpoint.verify(log)?;
        let checkpoint = Checkpoint::parse_text(self.checkpoint.text())?;
        if checkpoint.origin != log.name() {
            return Err(Error::Unknown("origin"));
        }
        merkle::verify_inclusion(entry, self.index, checkpoint.size, &self.path, &checkpoint.root)?;
        Ok(checkpoint)
    }
}

impl fmt::Display for TlogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEAD}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", to_base64(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        for hash in &self.path {
            writeln!(f, "{hash}")?;
        }
        write!(f, "\n{}", self.checkpoint)
    }
}
