//! 现场记录号: what people call a matter.

use crate::day;

/// The day it began here, and the last six digits of its id: `XC20261123-0A3F9C`.
pub fn number(id: &str, started_at: &str) -> String {
    let day = day::moment(started_at)
        .map(|moment| day::local(moment).format("%Y%m%d").to_string())
        .unwrap_or_default();
    let digits: String = id.chars().filter(char::is_ascii_hexdigit).collect();
    let tail = digits.get(digits.len().saturating_sub(6)..).unwrap_or_default();
    format!("XC{day}-{}", tail.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn a_number_is_the_day_here_and_the_end_of_the_id() {
        let number = number("019ab000-0000-7000-8000-0000000a3f9c", "2026-11-22T16:10:00.000Z");
        assert_eq!(number, "XC20261123-0A3F9C");
    }
}
