//! Days at the place: the law counts days in China, entries hold UTC.
//!
//! The moment itself always comes from outside; here it is only turned into the
//! calendar day that a date on a paper or a certificate is compared with.

use chrono::{DateTime, Duration, NaiveDate, Utc};

/// China Standard Time is UTC+8 all year.
const HOURS_AHEAD_OF_UTC: i64 = 8;

/// The calendar day in China at that moment.
pub fn local(moment: DateTime<Utc>) -> NaiveDate {
    moment.checked_add_signed(Duration::hours(HOURS_AHEAD_OF_UTC)).unwrap_or(moment).date_naive()
}

/// Reads an entry's wall clock (RFC 3339); `None` when it is not one.
pub fn moment(wall: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(wall).ok().map(|time| time.to_utc())
}
