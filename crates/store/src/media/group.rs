//! Which files are parts of one recording the camera split.
//!
//! Pure. Two files belong together when the same device made them with the same codecs, and either
//! they carry the same start and consecutive part numbers, or one begins where the other ends.

use std::cmp::Ordering;

use super::facts::Facts;

/// Seconds between the end of one part and the start of the next that still count as none.
const GAP: i64 = 3;

/// What grouping needs to know of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Number or serial of the device; without one a file stays alone.
    pub device: Option<String>,
    /// Start by the device's clock, Unix seconds.
    pub start: Option<i64>,
    /// Length in milliseconds.
    pub duration_ms: Option<u64>,
    /// Number of the part.
    pub number: Option<u32>,
    /// Media type and codecs.
    pub codec: (String, Option<String>, Option<String>),
}

impl Part {
    /// What the facts of a file say about it as a part.
    pub fn of(facts: &Facts) -> Self {
        Self {
            device: facts.device().map(str::to_owned),
            start: facts.name.start.or(facts.movie_time),
            duration_ms: facts.duration_ms,
            number: facts.name.part,
            codec: (facts.mime.clone(), facts.video.clone(), facts.audio.clone()),
        }
    }

    /// Whether `next` goes on with this part.
    fn continues_in(&self, next: &Self) -> bool {
        let (Some(start), Some(next_start)) = (self.start, next.start) else { return false };
        if self.device.is_none() || self.device != next.device || self.codec != next.codec {
            return false;
        }
        let follows = match (self.number, next.number) {
            (Some(number), Some(next)) => number.checked_add(1) == Some(next),
            _ => false,
        };
        if start == next_start {
            return follows;
        }
        let Some(length) = self.duration_ms.filter(|ms| *ms > 0) else { return false };
        let end = start.saturating_add_unsigned(length.div_ceil(1000));
        (end - GAP..=end + GAP).contains(&next_start)
    }

    fn order(&self, other: &Self) -> Ordering {
        (&self.device, self.start, self.number).cmp(&(&other.device, other.start, other.number))
    }
}

/// The recordings of two or more parts among the files, as indexes in order of time. Files that stand
/// alone are in none.
pub fn group(parts: &[Part]) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..parts.len()).filter(|at| is_recording(&parts[*at])).collect();
    order.sort_by(|a, b| parts[*a].order(&parts[*b]));
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for at in order {
        match groups.last_mut() {
            Some(group) if group.last().is_some_and(|last| parts[*last].continues_in(&parts[at])) => {
                group.push(at);
            }
            _ => groups.push(vec![at]),
        }
    }
    groups.retain(|group| group.len() > 1);
    groups
}

fn is_recording(part: &Part) -> bool {
    part.codec.0.starts_with("video/") || part.codec.0.starts_with("audio/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(device: &str, start: i64, seconds: u64, number: Option<u32>) -> Part {
        Part {
            device: Some(device.to_owned()),
            start: Some(start),
            duration_ms: Some(seconds * 1000),
            number,
            codec: ("video/mp4".to_owned(), Some("avc1".to_owned()), Some("mp4a".to_owned())),
        }
    }

    #[test]
    fn one_start_and_consecutive_numbers_are_one_recording() {
        let parts = [part("A", 100, 60, Some(2)), part("B", 100, 60, Some(3)), part("A", 100, 60, Some(1))];
        assert_eq!(group(&parts), [[2, 0]]);
    }

    #[test]
    fn parts_that_touch_in_time_are_one_recording() {
        let parts = [
            part("A", 0, 60, None),
            part("A", 61, 60, None),
            part("A", 120, 5, None),
            part("A", 200, 5, None),
        ];
        assert_eq!(group(&parts), [[0, 1, 2]]);
    }

    #[test]
    fn consecutive_numbers_with_a_pause_between_are_two_recordings() {
        assert!(group(&[part("A", 0, 60, Some(1)), part("A", 600, 60, Some(2))]).is_empty());
    }

    #[test]
    fn other_codecs_gaps_in_numbers_unknown_devices_and_stills_stay_apart() {
        let mut other = part("A", 100, 60, Some(2));
        other.codec.1 = Some("hvc1".to_owned());
        assert!(group(&[part("A", 100, 60, Some(1)), other]).is_empty());
        assert!(group(&[part("A", 100, 60, Some(1)), part("A", 100, 60, Some(3))]).is_empty());
        let nobody = Part { device: None, ..part("A", 100, 60, Some(1)) };
        assert!(group(&[nobody.clone(), Part { number: Some(2), ..nobody }]).is_empty());
        let mut still = part("A", 100, 0, Some(1));
        still.codec.0 = "image/jpeg".to_owned();
        assert!(group(&[still.clone(), Part { number: Some(2), ..still }]).is_empty());
    }

    #[test]
    fn grouping_does_not_depend_on_the_order_given() {
        let parts: Vec<_> = (1..=4).map(|n| part("A", 100, 60, Some(n))).collect();
        let mut backwards = parts.clone();
        backwards.reverse();
        assert_eq!(group(&parts), [[0, 1, 2, 3]]);
        assert_eq!(group(&backwards), [[3, 2, 1, 0]]);
    }
}
