//! 常用语: what officers write again and again. The shipped ones are configuration; each officer keeps
//! an own list, encrypted, outside the journal. Only what is written into a matter becomes a record.

use liuhen_store::Store;

use crate::error::{ApiError, Result};
use crate::input::{ChangePhrases, Nothing};
use crate::laptop::Laptop;
use crate::view::{Phrase, PhrasesView};

/// The shipped list.
const SHIPPED: &str = include_str!("../../../../assets/onsite/phrases.json");
/// Most phrases of one officer.
const MOST: usize = 200;
/// Characters of a title, and of a text.
const LONGEST_TITLE: usize = 40;
const LONGEST_TEXT: usize = 500;

fn shipped() -> Result<Vec<Phrase>> {
    serde_json::from_str(SHIPPED).map_err(|error| ApiError::new("internal").detail(error))
}

fn key_of(officer: &str) -> String {
    format!("phrases/{officer}")
}

/// The list of an officer; the shipped one until it is changed.
pub(super) fn of(store: &Store, officer: &str) -> Result<Vec<Phrase>> {
    let own = store.setting(&key_of(officer))?.and_then(|kept| serde_json::from_value(kept).ok());
    own.map_or_else(shipped, Ok)
}

/// The phrases of the officer who unlocked.
pub fn phrases(laptop: &Laptop, _: Nothing) -> Result<PhrasesView> {
    let officer = laptop.officer()?;
    laptop.read(|store| {
        let own = store.setting(&key_of(&officer))?.is_some();
        Ok(PhrasesView { phrases: of(store, &officer)?, own })
    })
}

/// Replaces the officer's list, or goes back to the shipped one.
pub fn change_phrases(laptop: &Laptop, input: ChangePhrases) -> Result<PhrasesView> {
    let officer = laptop.officer()?;
    let kept =
        input.phrases.map(|list| list.into_iter().map(checked).collect::<Result<Vec<_>>>()).transpose()?;
    if kept.as_ref().is_some_and(|list| list.len() > MOST) {
        return Err(ApiError::new("phrases_many"));
    }
    laptop.with_store(|store| -> Result<()> {
        match kept {
            Some(list) => {
                let value = serde_json::to_value(&list).map_err(ApiError::invalid)?;
                Ok(store.set_setting(&key_of(&officer), &value)?)
            }
            None => Ok(store.remove_setting(&key_of(&officer))?),
        }
    })?;
    phrases(laptop, Nothing {})
}

fn checked(mut phrase: Phrase) -> Result<Phrase> {
    phrase.title = phrase.title.trim().into();
    phrase.text = phrase.text.trim().into();
    let fits = |text: &str, most: usize| !text.is_empty() && text.chars().count() <= most;
    if fits(&phrase.title, LONGEST_TITLE) && fits(&phrase.text, LONGEST_TEXT) {
        Ok(phrase)
    } else {
        Err(ApiError::new("phrase_length"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_phrases_can_be_kept_as_ones_own() {
        let list = shipped().unwrap();
        assert!(list.len() >= 10);
        for phrase in list {
            assert_eq!(checked(phrase.clone()).unwrap(), phrase);
        }
    }
}
