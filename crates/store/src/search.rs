//! Search: which words a text has, and what a person's words mean as a query.
//!
//! A run of Chinese characters becomes its pairs (占道经营 → 占道 道经 经营) and its last character alone, so
//! that two characters are found anywhere in a sentence and, by the first character of a pair, one
//! character too. Letters and digits become whole words, found by their beginning. Everything is
//! lower-cased and full-width forms are folded, so that ＡＢ１ is found by ab1. Text and query are cut by
//! the same function; the text of a document is chosen by its fold.

pub(crate) mod tokenizer;

/// What the words are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// A text to be found: the last character of every run also stands alone.
    Text,
    /// Words to look for: pairs suffice, except for a run of one and where letters follow directly.
    Query,
}

/// A person's input as terms: cut at spaces, quotes dropped.
pub(crate) fn terms(input: &str) -> Vec<String> {
    input
        .split_whitespace()
        .map(|term| term.replace('"', ""))
        .filter(|term| !words(term, Purpose::Query).is_empty())
        .collect()
}

/// The terms as an FTS5 expression: every term must be there, each as a phrase.
/// `None` when there is nothing to look for.
pub(crate) fn expression(terms: &[String]) -> Option<String> {
    let phrases: Vec<String> = terms
        .iter()
        .filter_map(|term| {
            let last = words(term, Purpose::Query).pop()?;
            // Only a single character or a word of letters may continue; a pair is complete.
            let open = if is_pair(&last) { "" } else { " *" };
            Some(format!("\"{}\"{open}", term.replace('"', "")))
        })
        .collect();
    (!phrases.is_empty()).then(|| phrases.join(" AND "))
}

/// Whether a text would be found by all terms: the rule of the index, for engines without one.
pub(crate) fn finds(text: &str, terms: &[String]) -> bool {
    let text = words(text, Purpose::Text);
    !terms.is_empty() && terms.iter().all(|term| has_phrase(&text, term))
}

fn has_phrase(text: &[String], term: &str) -> bool {
    let phrase = words(term, Purpose::Query);
    let Some((last, head)) = phrase.split_last() else { return false };
    text.windows(phrase.len()).any(|window| {
        let (front, tail) = (&window[..head.len()], &window[head.len()]);
        front == head && if is_pair(last) { tail == last } else { tail.starts_with(last.as_str()) }
    })
}

fn is_pair(word: &str) -> bool {
    let mut characters = word.chars();
    matches!((characters.next(), characters.next()), (Some(a), Some(b)) if is_cjk(a) && is_cjk(b))
}

/// The words of a text, in order.
fn words(text: &str, purpose: Purpose) -> Vec<String> {
    let mut found = Vec::new();
    each_word(text, purpose, &mut |word, _, _| {
        found.push(word.to_owned());
        true
    });
    found
}

/// Cuts a text into words and hands out each with the bytes it came from, until `emit` answers `false`.
/// Pairs are handed out as they stand in the text: indexing a note makes no copies.
fn each_word(text: &str, purpose: Purpose, emit: &mut dyn FnMut(&str, usize, usize) -> bool) {
    let mut letters = String::new();
    let mut rest = text.char_indices().map(|(at, c)| (at, at + c.len_utf8(), fold(c))).peekable();
    while let Some((start, mut end, c)) = rest.next() {
        if is_cjk(c) {
            let (mut last, mut alone) = (start, true);
            while let Some((at, to, _)) = rest.next_if(|(_, _, c)| is_cjk(*c)) {
                if !emit(&text[last..to], last, to) {
                    return;
                }
                (last, end, alone) = (at, to, false);
            }
            let joined = rest.peek().is_some_and(|(_, _, c)| c.is_alphanumeric());
            let stands_alone = purpose == Purpose::Text || alone || joined;
            if stands_alone && !emit(&text[last..end], last, end) {
                return;
            }
        } else if c.is_alphanumeric() {
            letters.clear();
            letters.extend(c.to_lowercase());
            while let Some((_, to, c)) = rest.next_if(|(_, _, c)| c.is_alphanumeric() && !is_cjk(*c)) {
                letters.extend(c.to_lowercase());
                end = to;
            }
            if !emit(&letters, start, end) {
                return;
            }
        }
    }
}

/// Full-width letters, digits and signs as their plain forms.
fn fold(c: char) -> char {
    match u32::from(c) {
        code @ 0xff01..=0xff5e => char::from_u32(code - 0xff01 + 0x21).unwrap_or(c),
        _ => c,
    }
}

/// Characters written without spaces between words: Han (all planes), 々〇 and kana.
fn is_cjk(c: char) -> bool {
    matches!(u32::from(c),
        0x3005 | 0x3007 | 0x3040..=0x30ff | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff | 0x20000..=0x3_ffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "浙A12345 在解放路占道经营，当事人演示甲，电话１３８５７１；Fruit stall";

    fn check(query: &str, found: bool) {
        assert_eq!(finds(TEXT, &terms(query)), found, "{query}");
    }

    #[test]
    fn one_two_and_more_characters_are_found_inside_a_sentence() {
        for query in ["占", "营", "占道", "道经", "占道经营", "解放路占", "演示甲", "甲", "演"]
        {
            check(query, true);
        }
        for query in ["道占", "占经", "李", "占道演示甲"] {
            check(query, false);
        }
    }

    #[test]
    fn plates_numbers_and_letters_are_found_by_their_beginning_whatever_their_width_or_case() {
        for query in ["浙A12345", "浙a123", "12345 在", "a12", "138571", "1385", "FRUIT", "stal", "Ｆruit"]
        {
            check(query, query != "12345 在");
        }
    }

    #[test]
    fn every_term_must_be_there() {
        check("占道 演示甲", true);
        check("占道 演示乙", false);
        check("  ", false);
        check("，。", false);
    }

    #[test]
    fn a_query_cannot_break_out_of_its_quotes() {
        assert_eq!(expression(&terms("占道\" OR \"x")).unwrap(), "\"占道\" AND \"OR\" * AND \"x\" *");
        assert_eq!(expression(&terms("\"\"")), None);
    }
}
