//! The second officer on the spot.

use crate::error::Result;
use crate::input::{Nothing, ReadySecond};
use crate::laptop::Laptop;
use crate::people;
use crate::screen::Screen;
use crate::view::{OnsiteView, SecondView};

/// Who stands by, for screens.
pub(super) fn shown(laptop: &Laptop, screen: &Screen) -> Option<SecondView> {
    laptop
        .standing_by()
        .map(|(officer, left)| SecondView { officer: screen.names.of(&officer), tries: u32::from(left) })
}

/// Lets the second officer unlock the own key on the lead's laptop, and sets a PIN for this session.
pub fn ready_second(laptop: &Laptop, input: ReadySecond) -> Result<OnsiteView> {
    let officer = laptop.read(|store| people::find(store, &input.officer))?;
    laptop.stand_by(&officer, &input.passphrase, &input.pin)?;
    super::onsite(laptop, Nothing {})
}

/// Forgets the second officer's key and PIN.
pub fn release_second(laptop: &Laptop, _: Nothing) -> Result<OnsiteView> {
    laptop.officer()?;
    laptop.stand_down();
    super::onsite(laptop, Nothing {})
}
