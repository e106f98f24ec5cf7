//! Search (查询) over everything kept here, newest first.

use liuhen_core::matter::Happening;
use liuhen_core::media::MediaState;
use liuhen_store::{Document, Store};

use crate::error::Result;
use crate::input::Search;
use crate::laptop::Laptop;
use crate::record::read_document;
use crate::view::{HitKind, SearchHit, SearchView};

/// Hits shown unless asked otherwise.
const USUAL_LIMIT: u32 = 50;
/// Characters of an excerpt on each side of the match.
const AROUND: usize = 24;

/// Finds words of one Chinese character and more.
pub fn search(laptop: &Laptop, input: Search) -> Result<SearchView> {
    laptop.officer()?;
    let limit = input.limit.unwrap_or(USUAL_LIMIT) as usize;
    laptop.read(|store| {
        let found = store.search(&input.text, limit)?;
        let hits = found.iter().map(|document| hit(store, document, &input.text)).collect::<Result<_>>()?;
        Ok(SearchView { hits })
    })
}

fn hit(store: &Store, document: &Document, text: &str) -> Result<SearchHit> {
    let matter = document.columns.matter.clone();
    let matter_title = || -> Result<String> {
        let found = matter.as_deref().map(|id| store.document("matter", id)).transpose()?.flatten();
        Ok(found.and_then(|found| found.json.get("title")?.as_str().map(str::to_owned)).unwrap_or_default())
    };
    // A note is found as its matter: that is where one goes to read it.
    let (kind, id, title) = match document.kind.as_str() {
        "matter" => (HitKind::Matter, document.id.clone(), matter_title()?),
        "note" => {
            let happening: Happening = read_document(document)?;
            (HitKind::Matter, happening.matter.to_string(), matter_title()?)
        }
        "media" => {
            let state: MediaState = read_document(document)?;
            (HitKind::Media, document.id.clone(), state.facts.map(|facts| facts.name).unwrap_or_default())
        }
        "draft" => {
            let state: liuhen_core::draft::DraftState = read_document(document)?;
            (HitKind::Draft, document.id.clone(), state.title().to_owned())
        }
        _ => (
            HitKind::Other,
            document.id.clone(),
            document.search.lines().next().unwrap_or_default().to_owned(),
        ),
    };
    Ok(SearchHit {
        kind,
        id,
        matter,
        title,
        excerpt: excerpt(&document.search, text),
        at: document.columns.at.clone(),
    })
}

/// The text around the first word found, cut at whole characters.
fn excerpt(text: &str, wanted: &str) -> String {
    let letters: Vec<char> = text.chars().map(|letter| if letter == '\n' { ' ' } else { letter }).collect();
    let lower: Vec<char> = letters.iter().map(char::to_ascii_lowercase).collect();
    let at = wanted
        .split_whitespace()
        .filter_map(|word| {
            let word: Vec<char> = word.chars().map(|letter| letter.to_ascii_lowercase()).collect();
            lower.windows(word.len().max(1)).position(|part| part == word).map(|at| (at, word.len()))
        })
        .min();
    let (at, length) = at.unwrap_or((0, 0));
    let from = at.saturating_sub(AROUND);
    let to = (at + length + AROUND).min(letters.len());
    let mut cut: String = letters[from..to].iter().collect();
    if from > 0 {
        cut.insert(0, '…');
    }
    if to < letters.len() {
        cut.push('…');
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::excerpt;

    #[test]
    fn an_excerpt_shows_the_word_with_what_stands_around_it() {
        let text = format!("{}占道设摊{}", "前".repeat(40), "后".repeat(40));
        let cut = excerpt(&text, "占道");
        assert!(cut.starts_with("…前") && cut.contains("占道设摊") && cut.ends_with("后…"), "{cut}");
    }

    #[test]
    fn a_word_that_is_not_there_shows_the_beginning() {
        assert_eq!(excerpt("一号路\n菜场", "无"), "一号路 菜场");
    }
}
