//! RFC 6962 Merkle trees: hashes, roots, inclusion and consistency.
//!
//! Proofs are built from complete subtrees served by [`Subtrees`], so that a store which keeps the
//! hashes of tiles answers in O(log n); a plain list of leaf hashes serves as well, for small trees
//! and for tests. Index and size are counts of leaves.

use sha2::{Digest as _, Sha256};

use crate::{Digest, Error, Result};

/// `SHA-256(0x00 ‖ bytes)`: the hash of a leaf.
pub fn leaf_hash(bytes: &[u8]) -> Digest {
    let mut hash = Sha256::new();
    hash.update([0]);
    hash.update(bytes);
    Digest(hash.finalize().into())
}

/// `SHA-256(0x01 ‖ left ‖ right)`: the hash of an inner node.
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    let mut hash = Sha256::new();
    hash.update([1]);
    hash.update(left.0);
    hash.update(right.0);
    Digest(hash.finalize().into())
}

/// `SHA-256("")`: the root of the empty tree.
pub fn empty_root() -> Digest {
    Digest(Sha256::digest([]).into())
}

/// Complete subtrees of a log: `at(level, index)` is the root over leaves
/// `index·2^level .. (index+1)·2^level`.
pub trait Subtrees {
    /// How a look-up can fail.
    type Error;
    /// The hash of a complete subtree that lies within the tree.
    fn at(&self, level: u8, index: u64) -> Result<Digest, Self::Error>;
}

impl Subtrees for [Digest] {
    type Error = Error;

    fn at(&self, level: u8, index: u64) -> Result<Digest> {
        let outside = Error::Malformed { what: "tree", reason: "index beyond the leaves" };
        let width = 1_usize.checked_shl(u32::from(level)).ok_or_else(|| outside.clone())?;
        let start = usize::try_from(index).ok().and_then(|i| i.checked_mul(width));
        let start = start.ok_or_else(|| outside.clone())?;
        let leaves = start.checked_add(width).and_then(|end| self.get(start..end)).ok_or(outside)?;
        let mut row = leaves.to_vec();
        while row.len() > 1 {
            row = row.chunks_exact(2).map(|pair| node_hash(&pair[0], &pair[1])).collect();
        }
        row.first().copied().ok_or(Error::Malformed { what: "tree", reason: "no leaves" })
    }
}

/// The root over leaves `from..to`, where `from` is a multiple of the largest power of two that fits.
fn range<T: Subtrees + ?Sized>(tree: &T, from: u64, to: u64) -> Result<Digest, T::Error> {
    // Complete subtrees from left (large) to right (small), joined from the right.
    let mut parts = Vec::new();
    let mut start = from;
    while start < to {
        let level = (to - start).ilog2();
        // `level` is at most 63.
        #[expect(clippy::cast_possible_truncation, reason = "ilog2 of a u64 is below 64")]
        parts.push(tree.at(level as u8, start >> level)?);
        start += 1 << level;
    }
    let mut parts = parts.into_iter().rev();
    let last = parts.next().unwrap_or_else(empty_root);
    Ok(parts.fold(last, |right, left| node_hash(&left, &right)))
}

/// The root of the first `size` leaves.
pub fn root<T: Subtrees + ?Sized>(tree: &T, size: u64) -> Result<Digest, T::Error> {
    range(tree, 0, size)
}

/// The root of a list of leaf hashes.
pub fn root_of(leaves: &[Digest]) -> Digest {
    root(leaves, leaves.len() as u64).unwrap_or_else(|_| empty_root())
}

/// The largest power of two smaller than `size` (`size` > 1).
fn split(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}

/// The inclusion path of leaf `index` in the tree of `size` leaves, from the leaf's sibling upward.
/// Empty when `index` is not in the tree.
pub fn inclusion<T: Subtrees + ?Sized>(tree: &T, index: u64, size: u64) -> Result<Vec<Digest>, T::Error> {
    let mut path = Vec::new();
    let (mut from, mut to) = (0, size);
    while index < to && to - from > 1 {
        let middle = from + split(to - from);
        if index < middle {
            path.push(range(tree, middle, to)?);
            to = middle;
        } else {
            path.push(range(tree, from, middle)?);
            from = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// The consistency proof from the tree of `old` leaves to the tree of `size` leaves
/// (empty when `old` is 0 or equal to `size`).
pub fn consistency<T: Subtrees + ?Sized>(tree: &T, old: u64, size: u64) -> Result<Vec<Digest>, T::Error> {
    if old == 0 || old >= size {
        return Ok(Vec::new());
    }
    let mut path = Vec::new();
    let (mut from, mut to) = (0, size);
    // RFC 6962 2.1.2: walk down to where the old tree ends.
    while old != to {
        let middle = from + split(to - from);
        if old <= middle {
            path.push(range(tree, middle, to)?);
            to = middle;
        } else {
            path.push(range(tree, from, middle)?);
            from = middle;
        }
    }
    if from > 0 {
        path.push(range(tree, from, to)?);
    }
    path.reverse();
    Ok(path)
}

/// Checks that `leaf` stands at `index` in the tree of `size` leaves with `root` (RFC 9162 2.1.3.2).
///
/// # Errors
/// `Proof` when it does not.
pub fn verify_inclusion(leaf: &Digest, index: u64, size: u64, path: &[Digest], root: &Digest) -> Result<()> {
    const BAD: Error = Error::Proof("inclusion");
    if index >= size {
        return Err(BAD);
    }
    let (mut node, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in path {
        if last == 0 {
            return Err(BAD);
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if last == 0 && hash == *root { Ok(()) } else { Err(BAD) }
}

/// Checks that the tree (`size`, `root`) extends the tree (`old`, `old_root`) (RFC 9162 2.1.4.2).
///
/// # Errors
/// `Proof` when it does not; `Inconsistent` when both have one size but different roots.
pub fn verify_consistency(
    old: u64,
    old_root: &Digest,
    size: u64,
    root: &Digest,
    path: &[Digest],
) -> Result<()> {
    const BAD: Error = Error::Proof("consistency");
    if old == size {
        return match (path.is_empty(), old_root == root) {
            (true, true) => Ok(()),
            (true, false) => Err(Error::Inconsistent),
            (false, _) => Err(BAD),
        };
    }
    if old > size {
        return Err(BAD);
    }
    if old == 0 {
        return if path.is_empty() && *old_root == empty_root() { Ok(()) } else { Err(BAD) };
    }
    let mut rest = path.iter();
    let (mut node, mut last) = (old - 1, size - 1);
    while node & 1 == 1 {
        node >>= 1;
        last >>= 1;
    }
    // A complete old tree is itself the first node of the proof and is not repeated in it.
    let first = if old.is_power_of_two() { old_root } else { rest.next().ok_or(BAD)? };
    let (mut old_hash, mut new_hash) = (*first, *first);
    for sibling in rest {
        if last == 0 {
            return Err(BAD);
        }
        if node & 1 == 1 || node == last {
            old_hash = node_hash(sibling, &old_hash);
            new_hash = node_hash(sibling, &new_hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            new_hash = node_hash(&new_hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if last == 0 && old_hash == *old_root && new_hash == *root { Ok(()) } else { Err(BAD) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(count: usize) -> Vec<Digest> {
        (0..count).map(|i| leaf_hash(&[u8::try_from(i).unwrap()])).collect()
    }

    /// The definition of RFC 6962, word by word: the oracle.
    fn defined(leaves: &[Digest]) -> Digest {
        match leaves {
            [] => empty_root(),
            [one] => *one,
            _ => {
                let (left, right) = leaves.split_at(usize::try_from(split(leaves.len() as u64)).unwrap());
                node_hash(&defined(left), &defined(right))
            }
        }
    }

    #[test]
    fn roots_match_the_definition_for_all_small_trees() {
        for size in 0..70 {
            let leaves = leaves(size);
            assert_eq!(root_of(&leaves), defined(&leaves), "{size}");
        }
    }

    #[test]
    fn every_inclusion_proof_verifies_and_no_other_leaf_does() {
        for size in 1..40_usize {
            let leaves = leaves(size);
            let root = root_of(&leaves);
            for index in 0..size {
                let path = inclusion(&leaves[..], index as u64, size as u64).unwrap();
                verify_inclusion(&leaves[index], index as u64, size as u64, &path, &root).unwrap();
                let other = leaf_hash(b"another leaf");
                assert!(verify_inclusion(&other, index as u64, size as u64, &path, &root).is_err());
                let mut longer = path.clone();
                longer.push(other);
                assert!(verify_inclusion(&leaves[index], index as u64, size as u64, &longer, &root).is_err());
            }
        }
    }

    #[test]
    fn every_consistency_proof_verifies_and_no_other_history_does() {
        for size in 1..40_usize {
            let leaves = leaves(size);
            let root = root_of(&leaves);
            for old in 0..=size {
                let old_root = root_of(&leaves[..old]);
                let path = consistency(&leaves[..], old as u64, size as u64).unwrap();
                verify_consistency(old as u64, &old_root, size as u64, &root, &path).unwrap();
                let other = leaf_hash(b"another history");
                assert!(verify_consistency(old as u64, &other, size as u64, &root, &path).is_err());
            }
        }
    }
}
