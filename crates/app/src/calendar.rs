//! Days and times as people here read them: Asia/Shanghai, which has kept UTC+8 since 1991.

use chrono::{DateTime, Duration, NaiveDate, Utc};

/// Seconds that Asia/Shanghai is ahead of UTC.
const AHEAD: i64 = 8 * 3600;

/// The day it is here at a moment.
pub(crate) fn day_of(moment: DateTime<Utc>) -> NaiveDate {
    (moment + Duration::seconds(AHEAD)).date_naive()
}

/// Reads an RFC 3339 time.
pub(crate) fn parse(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|time| time.with_timezone(&Utc))
}

/// `2026-11-23 15:04:05` as the clocks here show it; the text itself when it is no time.
pub(crate) fn clock_of(text: &str) -> String {
    parse(text).map_or_else(
        || text.to_owned(),
        |time| (time + Duration::seconds(AHEAD)).format("%Y-%m-%d %H:%M:%S").to_string(),
    )
}

/// RFC 3339 of a number of Unix seconds.
pub(crate) fn of_unix(seconds: u64) -> Option<String> {
    let time = DateTime::<Utc>::from_timestamp(i64::try_from(seconds).ok()?, 0)?;
    Some(time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_begins_at_midnight_here_and_not_in_greenwich() {
        let late = parse("2026-11-23T15:59:59.000Z").unwrap();
        assert_eq!(day_of(late).to_string(), "2026-11-23");
        assert_eq!(day_of(late + Duration::seconds(1)).to_string(), "2026-11-24");
    }

    #[test]
    fn a_time_is_shown_as_clocks_here_show_it() {
        assert_eq!(clock_of("2026-11-23T00:10:00.000Z"), "2026-11-23 08:10:00");
        assert_eq!(clock_of("soon"), "soon");
    }
}
