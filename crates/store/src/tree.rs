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
pub(crate) fn place(level: u8, index: u64) -> u64 {
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

/// A complete subtree, as it came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Made {
    level: u8,
    index: u64,
    /// Its hash.
    pub hash: Digest,
}

impl Made {
    /// What it is over, and level and number of the C2SP tile that shows it.
    pub fn name(&self) -> String {
        let (first, last) = (self.index << self.level, ((self.index + 1) << self.level) - 1);
        let tile = (self.level / TILE_LEVELS, (self.index << (self.level % TILE_LEVELS)) >> TILE_LEVELS);
        format!("hash over entries {first} to {last}, tile {} {}", tile.0, tile.1)
    }
}

/// A tree made again from its leaves: the complete subtrees on its right edge.
#[derive(Debug, Default)]
pub struct Growing {
    size: u64,
    edge: Vec<(u8, Digest)>,
}

impl Growing {
    /// Adds a leaf; answers it and every subtree that it completes, in the order in which they are kept.
    pub fn push(&mut self, leaf: Digest) -> Vec<Made> {
        let (mut level, mut hash) = (0, leaf);
        let mut made = vec![Made { level, index: self.size, hash }];
        while let Some((_, left)) = self.edge.pop_if(|(at, _)| *at == level) {
            hash = merkle::node_hash(&left, &hash);
            level += 1;
            made.push(Made { level, index: self.size >> level, hash });
        }
        self.edge.push((level, hash));
        self.size += 1;
        made
    }

    /// The root over all leaves so far.
    pub fn root(&self) -> Digest {
        let mut parts = self.edge.iter().rev().map(|(_, hash)| *hash);
        let last = parts.next().unwrap_or_else(merkle::empty_root);
        parts.fold(last, |right, left| merkle::node_hash(&left, &right))
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
