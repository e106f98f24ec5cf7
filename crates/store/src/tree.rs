//! The township's RFC 6962 tree over all entries, kept as hashes of complete subtrees.
//!
//! Hashes lie in the order in which their subtrees complete, so the tree is append-only on disk: a
//! leaf adds itself and every subtree it closes, two rows on average. Root, inclusion, consistency and
//! C2SP tiles read O(log n) of them.

use std::cell::RefCell;
use std::collections::HashMap;

use liuhen_protocol::Digest;
use liuhen_protocol::merkle::{self, Subtrees};

use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::journal::{Mode, Store};

/// Levels between two rows of C2SP tiles.
const TILE_LEVELS: u8 = 8;

/// Where the hash of a complete subtree lies: all hashes that were complete before its last leaf came,
/// then those below it on its right edge.
fn place(level: u8, index: u64) -> u64 {
    // The last leaf of the subtree.
    let mut leaves = ((index + 1) << level) - 1;
    let mut before = 0;
    // Leaves before it, and their pairs, and the pairs of these, …
    while leaves > 0 {
        before += leaves;
        leaves >>= 1;
    }
    before + u64::from(level)
}

/// Appends a leaf as number `index`, inside the transaction that appends its entry.
pub(crate) fn append(engine: &mut dyn Engine, index: u64, leaf: &Digest) -> Result<()> {
    let (mut level, mut index, mut hash) = (0, index, *leaf);
    engine.put_tree_hash(place(level, index), &hash)?;
    while index & 1 == 1 {
        hash = merkle::node_hash(&read(engine, level, index - 1)?, &hash);
        level += 1;
        index >>= 1;
        engine.put_tree_hash(place(level, index), &hash)?;
    }
    Ok(())
}

fn read(engine: &dyn Engine, level: u8, index: u64) -> Result<Digest> {
    engine
        .tree_hash(place(level, index))?
        .ok_or_else(|| Error::BadRow { table: "tree", key: format!("{level}/{index}") })
}

/// The tree of an engine; remembers what it read, since proofs of neighbours share most of it.
struct Tree<'a> {
    engine: &'a dyn Engine,
    read: RefCell<HashMap<(u8, u64), Digest>>,
}

impl<'a> Tree<'a> {
    fn of(engine: &'a dyn Engine) -> Self {
        Self { engine, read: RefCell::default() }
    }
}

impl Subtrees for Tree<'_> {
    type Error = Error;

    fn at(&self, level: u8, index: u64) -> Result<Digest> {
        if let Some(hash) = self.read.borrow().get(&(level, index)) {
            return Ok(*hash);
        }
        let hash = read(self.engine, level, index)?;
        self.read.borrow_mut().insert((level, index), hash);
        Ok(hash)
    }
}

impl Store {
    /// How many entries the log holds.
    ///
    /// # Errors
    /// [`Error::NoLog`] in a laptop's store.
    pub fn log_size(&self) -> Result<u64> {
        match self.mode() {
            Mode::Township => self.engine().log_size(),
            Mode::Laptop => Err(Error::NoLog),
        }
    }

    fn log(&self, size: u64) -> Result<Tree<'_>> {
        let held = self.log_size()?;
        if size > held {
            return Err(Error::BadRow { table: "tree", key: format!("size {size} of {held}") });
        }
        Ok(Tree::of(self.engine()))
    }

    /// The root over the first `size` entries.
    pub fn log_root(&self, size: u64) -> Result<Digest> {
        merkle::root(&self.log(size)?, size)
    }

    /// Inclusion paths of entries in the tree of `size` entries, from the leaf's sibling upward.
    pub fn log_inclusions(&self, indexes: &[u64], size: u64) -> Result<Vec<Vec<Digest>>> {
        let tree = self.log(size)?;
        indexes.iter().map(|index| merkle::inclusion(&tree, *index, size)).collect()
    }

    /// Inclusion path of one entry.
    pub fn log_inclusion(&self, index: u64, size: u64) -> Result<Vec<Digest>> {
        merkle::inclusion(&self.log(size)?, index, size)
    }

    /// Consistency path from the first `old` entries to the first `size`.
    pub fn log_consistency(&self, old: u64, size: u64) -> Result<Vec<Digest>> {
        merkle::consistency(&self.log(size)?, old, size)
    }

    /// The first `width` (1–256) hashes of C2SP tile `number` at tile level `level`.
    pub fn log_tile(&self, level: u8, number: u64, width: u16) -> Result<Vec<Digest>> {
        let tree = self.log(0)?;
        let level = level.saturating_mul(TILE_LEVELS);
        let first = number * 256;
        (first..first + u64::from(width)).map(|index| tree.at(level, index)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_follow_each_other_without_a_gap() {
        let mut next = 0;
        for leaf in 0..2000_u64 {
            let (mut level, mut index) = (0, leaf);
            assert_eq!(place(level, index), next);
            next += 1;
            while index & 1 == 1 {
                level += 1;
                index >>= 1;
                assert_eq!(place(level, index), next, "leaf {leaf} level {level}");
                next += 1;
            }
        }
    }
}
