//! Length of a fragmented recording: the end of its last fragment.

use super::{Track, be32, boxes, find, in_ms, long_or_short};

/// Where each track ends so far, in its own units.
#[derive(Debug, Default)]
pub(super) struct Ends(Vec<(u32, u64)>);

impl Ends {
    /// Takes one `moof` into account.
    pub(super) fn fragment(&mut self, moof: &[u8], tracks: &[Track]) {
        for (_, traf) in boxes(moof).filter(|(kind, _)| kind == b"traf") {
            // A fragment that cannot be read ends where it began.
            let _ = self.track_fragment(traf, tracks);
        }
    }

    fn track_fragment(&mut self, traf: &[u8], tracks: &[Track]) -> Option<()> {
        let tfhd = find(traf, b"tfhd")?;
        let id = be32(tfhd.get(4..)?)?;
        let sample = default_duration(tfhd)
            .or_else(|| tracks.iter().find(|track| track.id == id).map(|track| track.sample))?;
        let position = self.0.iter().position(|(found, _)| *found == id).unwrap_or_else(|| {
            self.0.push((id, 0));
            self.0.len() - 1
        });
        let end = &mut self.0.get_mut(position)?.1;
        if let Some(base) = find(traf, b"tfdt").and_then(|tfdt| long_or_short(tfdt, 4)) {
            *end = base;
        }
        for (_, trun) in boxes(traf).filter(|(kind, _)| kind == b"trun") {
            *end = end.saturating_add(run_duration(trun, sample).unwrap_or(0));
        }
        Some(())
    }

    /// The longest track.
    pub(super) fn longest_ms(&self, tracks: &[Track]) -> Option<u64> {
        let of = |id: u32| tracks.iter().find(|track| track.id == id);
        self.0.iter().filter_map(|(id, end)| in_ms(*end, of(*id)?.timescale)).max()
    }
}

/// Optional fields of `tfhd` stand in the order of their flags.
fn default_duration(tfhd: &[u8]) -> Option<u32> {
    let flags = be32(tfhd)? & 0x00ff_ffff;
    let at = 8 + if flags & 1 != 0 { 8 } else { 0 } + if flags & 2 != 0 { 4 } else { 0 };
    if flags & 8 != 0 { be32(tfhd.get(at..)?) } else { None }
}

/// Durations of the samples of a `trun`, their own or the default.
fn run_duration(trun: &[u8], default: u32) -> Option<u64> {
    let flags = be32(trun)? & 0x00ff_ffff;
    let count = be32(trun.get(4..)?)?;
    if flags & 0x100 == 0 {
        return Some(u64::from(count) * u64::from(default));
    }
    let first = 8 + if flags & 1 != 0 { 4 } else { 0 } + if flags & 4 != 0 { 4 } else { 0 };
    let step: usize = [0x100, 0x200, 0x400, 0x800].iter().filter(|flag| flags & **flag != 0).count() * 4;
    let samples = trun.get(first..)?.chunks_exact(step).take(usize::try_from(count).ok()?);
    Some(samples.filter_map(be32).map(u64::from).sum())
}
