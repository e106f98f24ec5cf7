//! Search (查询) over everything kept here, newest first.

use liuhen_core::matter::Happening;
use liuhen_core::media::MediaState;
use liuhen_store::{Document, Store};

use crate::calendar;
use crate::error::Result;
use crate::input::{Search, SearchKind};
use crate::laptop::Laptop;
use crate::record::read_document;
use crate::view::{HitKind, SearchHit, SearchView};

/// Hits shown unless asked otherwise.
const USUAL_LIMIT: u32 = 50;
/// Hits looked at when only some days are wanted.
const WITHIN_DAYS: usize = 2000;
/// Characters of an excerpt on each side of the match.
const AROUND: usize = 24;

/// Finds words of one Chinese character and more.
pub fn search(laptop: &Laptop, input: Search) -> Result<SearchView> {
    laptop.officer()?;
    let limit = input.limit.unwrap_or(USUAL_LIMIT) as usize;
    laptop.read(|store| {
        let kinds: Vec<&str> = if input.kinds.is_empty() {
            vec!["matter", "note", "media", "draft", "camera"]
        } else {
            input.kinds.iter().map(|kind| word(*kind)).collect()
        };
        // A day narrows what was found, so more is looked at; the index gives the newest first.
        let narrowed = input.from.is_some() || input.to.is_some();
        let look = if narrowed { limit.max(WITHIN_DAYS) } else { limit };
        let found = store.search_kinds(&input.text, &kinds, look)?;
        let wanted = found.iter().filter(|document| of_days(document, &input)).take(limit);
        let hits = wanted.map(|document| hit(store, document, &input.text)).collect::<Result<_>>()?;
        Ok(SearchView { hits })
    })
}

const fn word(kind: SearchKind) -> &'static str {
    match kind {
        SearchKind::Matter => "matter",
        SearchKind::Note => "note",
        SearchKind::Media => "media",
        SearchKind::Draft => "draft",
        SearchKind::Camera => "camera",
    }
}

/// Whether a document is of the days asked for, as days are counted here.
fn of_days(document: &Document, input: &Search) -> bool {
    if input.from.is_none() && input.to.is_none() {
        return true;
    }
    let day = document.columns.at.as_deref().and_then(calendar::parse).map(calendar::day_of);
    let Some(day) = day.map(|day| day.to_string()) else { return false };
    input.from.as_ref().is_none_or(|from| day >= *from) && input.to.as_ref().is_none_or(|to| day <= *to)
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
        "camera" => {
            let state: liuhen_core::camera::CameraState = read_document(document)?;
            (HitKind::Camera, document.id.clone(), state.number.unwrap_or_default())
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
        entry: (document.kind == "note").then(|| document.id.clone()),
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
