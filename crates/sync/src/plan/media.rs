//! The order of blobs, and which of them share a pack.
//!
//! Manifests are small and say how to check everything else, so they go first. Then evidence that a person marked or
//! that a running time limit needs, then the oldest recording. Packing joins neighbours only: it never lets a newer file
//! overtake an older one by more than the pack it shares.

use liuhen_protocol::Digest;

/// Files up to this size in bytes travel in packs.
pub(crate) const PACK_FILE: u64 = 256 << 10;
/// Most bytes of file content in one pack (the frame adds 36 bytes a file; the request stays under 8 MiB).
pub(crate) const PACK_LIMIT: u64 = (8 << 20) - (64 << 10);
const FRAME: u64 = 36;

/// How urgent a blob is; smaller goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum MediaRank {
    /// Digests of blocks, pushed with the entries.
    Manifest,
    /// The stopped tail of a series, handed in for people to look at.
    Salvage,
    /// Marked by a person, or evidence of a running limit.
    Urgent,
    /// Everything else, oldest first.
    Ordinary,
}

/// One blob that the township lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MediaItem {
    /// SHA-256 of the bytes.
    pub(crate) digest: Digest,
    /// Size in bytes.
    pub(crate) size: u64,
    /// Urgency.
    pub(crate) rank: MediaRank,
    /// When it was recorded, as a text that sorts by time (RFC 3339, UTC).
    pub(crate) at: String,
}

/// Sorts blobs into the order of sending.
pub(crate) fn order_media(items: &mut [MediaItem]) {
    items.sort_by(|a, b| {
        (a.rank, a.at.as_str(), a.size, a.digest).cmp(&(b.rank, b.at.as_str(), b.size, b.digest))
    });
}

/// What travels together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Parcelled {
    /// Small files in one request.
    Pack(Vec<MediaItem>),
    /// One large file, resumable.
    Single(MediaItem),
}

/// Groups ordered blobs: neighbours of at most `file` bytes join packs of at most `limit` bytes.
///
/// A pack closes when a blob of a lower rank follows, so urgent files never wait for others to fill it. Large files
/// between small ones do not close a pack of the same rank: they have their own lane.
pub(crate) fn pack(items: Vec<MediaItem>, file: u64, limit: u64) -> Vec<Parcelled> {
    let mut out = Vec::new();
    let mut open: Vec<MediaItem> = Vec::new();
    let mut bytes = 0;
    let mut singles = Vec::new();
    let mut rank = None;
    for item in items {
        if rank != Some(item.rank) {
            close(&mut out, &mut open, &mut singles);
            bytes = 0;
            rank = Some(item.rank);
        }
        if item.size > file {
            singles.push(item);
            continue;
        }
        let framed = item.size + FRAME;
        if bytes + framed > limit {
            close(&mut out, &mut open, &mut singles);
            bytes = 0;
        }
        bytes += framed;
        open.push(item);
    }
    close(&mut out, &mut open, &mut singles);
    out
}

fn close(out: &mut Vec<Parcelled>, open: &mut Vec<MediaItem>, singles: &mut Vec<MediaItem>) {
    if !open.is_empty() {
        out.push(Parcelled::Pack(std::mem::take(open)));
    }
    out.extend(singles.drain(..).map(Parcelled::Single));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(fill: u8, size: u64, rank: MediaRank, at: &str) -> MediaItem {
        MediaItem { digest: Digest([fill; 32]), size, rank, at: at.to_owned() }
    }

    #[test]
    fn manifests_then_urgent_then_the_oldest_never_the_newest() {
        let mut items = vec![
            item(1, 9, MediaRank::Ordinary, "2026-03-02"),
            item(2, 9, MediaRank::Ordinary, "2026-03-01"),
            item(3, 9, MediaRank::Urgent, "2026-03-03"),
            item(4, 9, MediaRank::Manifest, "2026-03-04"),
        ];
        order_media(&mut items);
        let order: Vec<u8> = items.iter().map(|i| i.digest.0[0]).collect();
        assert_eq!(order, [4, 3, 2, 1]);
    }

    #[test]
    fn small_neighbours_share_a_pack_within_its_limit() {
        let items = (0..5).map(|n| item(n, 100, MediaRank::Ordinary, "2026")).collect();
        let packs = pack(items, 256, 300);
        let sizes: Vec<usize> = packs
            .iter()
            .map(|p| match p {
                Parcelled::Pack(files) => files.len(),
                Parcelled::Single(_) => 0,
            })
            .collect();
        assert_eq!(sizes, [2, 2, 1]);
    }

    #[test]
    fn an_urgent_file_never_waits_for_a_pack_to_fill() {
        let items = vec![
            item(1, 10, MediaRank::Urgent, "b"),
            item(2, 999, MediaRank::Urgent, "c"),
            item(3, 10, MediaRank::Ordinary, "a"),
        ];
        let packs = pack(items.clone(), 256, 4096);
        assert_eq!(
            packs,
            [
                Parcelled::Pack(vec![items[0].clone()]),
                Parcelled::Single(items[1].clone()),
                Parcelled::Pack(vec![items[2].clone()]),
            ]
        );
    }
}
