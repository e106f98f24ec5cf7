//! Which matter a recording belongs to, by time: offered to a person, never decided.

use chrono::{DateTime, TimeDelta, Utc};

/// Footage begins before the first note and ends after the last one; so much of it counts still.
const MARGIN: TimeDelta = TimeDelta::minutes(30);

/// A stretch of time, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Its beginning.
    pub from: DateTime<Utc>,
    /// Its end, not before the beginning.
    pub to: DateTime<Utc>,
}

impl Span {
    /// From a beginning, so many milliseconds long.
    pub fn of_length(from: DateTime<Utc>, ms: u64) -> Self {
        let length = i64::try_from(ms).ok().and_then(TimeDelta::try_milliseconds).unwrap_or_default();
        Self { from, to: from.checked_add_signed(length).unwrap_or(from) }
    }

    /// How long both last together; nothing when they do not meet.
    fn shared(self, other: Self) -> Option<TimeDelta> {
        let together = self.to.min(other.to) - self.from.max(other.from);
        (together >= TimeDelta::zero()).then_some(together)
    }

    /// What lies between them; zero when they meet.
    fn apart(self, other: Self) -> TimeDelta {
        (self.from.max(other.from) - self.to.min(other.to)).max(TimeDelta::zero())
    }

    fn widened(self) -> Self {
        Self {
            from: self.from.checked_sub_signed(MARGIN).unwrap_or(self.from),
            to: self.to.checked_add_signed(MARGIN).unwrap_or(self.to),
        }
    }
}

/// The matter whose time a recording shares most, or the nearest within half an hour. Answers its
/// place among `matters`; of two that are equally near the earlier place.
pub fn propose(recording: Span, matters: &[Span]) -> Option<usize> {
    let mut best: Option<(TimeDelta, TimeDelta, usize)> = None;
    for (at, matter) in matters.iter().enumerate() {
        if recording.shared(matter.widened()).is_none() {
            continue;
        }
        let shared = recording.shared(*matter).unwrap_or_default();
        let apart = recording.apart(*matter);
        let better = best.is_none_or(|(most, least, _)| shared > most || (shared == most && apart < least));
        if better {
            best = Some((shared, apart, at));
        }
    }
    best.map(|(.., at)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_392_600 + minute * 60, 0).unwrap()
    }

    fn span(from: i64, to: i64) -> Span {
        Span { from: at(from), to: at(to) }
    }

    #[test]
    fn the_matter_with_most_time_in_common_is_offered() {
        let matters = [span(0, 10), span(12, 60), span(300, 310)];
        assert_eq!(propose(span(8, 30), &matters), Some(1));
        assert_eq!(propose(span(1, 3), &matters), Some(0));
    }

    #[test]
    fn without_common_time_the_nearest_within_half_an_hour_is_offered() {
        let matters = [span(0, 10), span(60, 70)];
        assert_eq!(propose(span(20, 25), &matters), Some(0));
        assert_eq!(propose(span(50, 55), &matters), Some(1));
        assert_eq!(propose(span(101, 110), &matters), None);
        assert_eq!(propose(span(0, 1), &[]), None);
    }

    #[test]
    fn a_length_that_cannot_be_is_none() {
        assert_eq!(Span::of_length(at(0), u64::MAX), span(0, 0));
        assert_eq!(Span::of_length(at(0), 60_000), span(0, 1));
    }
}
