//! A reader for identity cards, behind a small adapter: a shell hands one in, as it hands in a courier.
//!
//! What was read stays in memory until the party is named or the home is locked: the screen gets the
//! name and a number with its middle hidden.

use liuhen_store::Store;

use crate::error::{ApiError, Result};
use crate::input::{Nothing, SetReader};
use crate::laptop::Laptop;
use crate::view::{CardView, OnsiteView, make};

/// Key of the reader's address among the settings.
const ADDRESS: &str = "id_reader";

/// What a card says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadCard {
    /// Name.
    pub name: String,
    /// Number.
    pub number: String,
}

/// A local program that reads identity cards. Called without any lock held.
pub trait IdReader: Send + Sync {
    /// Checks an address before it is kept.
    ///
    /// # Errors
    /// `reader_address` when it is not on this machine.
    fn check(&self, address: &str) -> Result<()>;

    /// Reads the card that lies on the reader.
    ///
    /// # Errors
    /// `reader_silent` when nothing answers there, `reader_empty` when no card was read.
    fn read(&self, address: &str) -> Result<ReadCard>;
}

/// A card that was read, until it is used or the home is locked.
#[derive(Clone)]
pub(crate) struct Card {
    pub(crate) id: String,
    pub(crate) read: ReadCard,
}

pub(super) fn address(store: &Store) -> Result<Option<String>> {
    Ok(store.setting(ADDRESS)?.and_then(|kept| kept.as_str().map(str::to_owned)))
}

/// Reads the card that lies on the reader.
pub fn read_card(laptop: &Laptop, _: Nothing) -> Result<CardView> {
    laptop.officer()?;
    let reader = laptop.reader()?;
    let address = laptop.read(address)?.ok_or_else(|| ApiError::new("no_reader"))?;
    let read = reader.read(&address)?;
    if read.name.trim().is_empty() || read.number.trim().is_empty() {
        return Err(ApiError::new("reader_empty"));
    }
    let id = laptop.moment().uuid()?.to_string();
    let view = CardView { card: id.clone(), name: read.name.clone(), number: make::masked(&read.number) };
    laptop.keep_card(Card { id, read })?;
    Ok(view)
}

/// Sets where the reader answers on this machine; nothing for none.
pub fn set_reader(laptop: &Laptop, input: SetReader) -> Result<OnsiteView> {
    laptop.officer()?;
    let address = input.address.as_deref().map(str::trim).filter(|address| !address.is_empty());
    if let Some(address) = address {
        laptop.reader()?.check(address)?;
    }
    laptop.with_store(|store| -> Result<()> {
        match address {
            Some(address) => store.set_setting(ADDRESS, &serde_json::Value::String(address.to_owned()))?,
            None => store.remove_setting(ADDRESS)?,
        }
        Ok(())
    })?;
    super::onsite(laptop, Nothing {})
}
