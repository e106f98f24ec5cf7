//! Who acts and how: deciding and writing under one hold of the store, and lending it step by step to work
//! that takes long.

use std::sync::Arc;

use chrono::NaiveDate;
use liuhen_core::ids::OfficerId;
use liuhen_core::matter::Context;
use liuhen_core::role::Role;
use liuhen_protocol::{SeriesId, Sign as _};
use liuhen_store::{Lend, Signer, Store, Vault};

use super::{Holdings, Laptop, Session, lock};
use crate::calendar;
use crate::error::{ApiError, Result};
use crate::people;

/// Who acts: the officer, what is known of the officer, and the key that signs.
#[derive(Clone)]
pub(crate) struct Actor {
    /// Officer id.
    pub(crate) officer: String,
    /// Roles as known here.
    pub(crate) roles: Vec<Role>,
    /// The day it is here.
    pub(crate) today: NaiveDate,
    /// The key; its bytes never leave it.
    pub(crate) signer: Arc<Signer>,
    /// The media of this home.
    pub(crate) vault: Vault,
}

impl Actor {
    /// What `core` wants to know of the one who asks.
    pub(crate) fn context(&self) -> Context {
        Context {
            actor: OfficerId::from(self.officer.as_str()),
            roles: self.roles.clone(),
            today: self.today,
        }
    }
}

/// The open store, lent for moments to work that takes long: recording waits for none of it.
pub(crate) struct Lender(Arc<Holdings>);

impl Lend for Lender {
    fn lend<T>(&self, body: impl FnOnce(&Store) -> liuhen_store::Result<T>) -> liuhen_store::Result<T> {
        body(&lock(&self.0.store))
    }
}

impl Laptop {
    /// The store for work that takes long and goes on when the home is locked meanwhile.
    pub(crate) fn lender(&self) -> Result<Lender> {
        self.holdings().map(Lender)
    }

    /// The officer who unlocked, ready to act.
    pub(crate) fn actor(&self) -> Result<Actor> {
        let session = self.session()?;
        self.actor_of(session)
    }

    pub(super) fn actor_of(&self, session: Session) -> Result<Actor> {
        let roles = self.read(|store| people::roles_of(store, &session.officer))?;
        Ok(Actor {
            officer: session.officer,
            roles,
            today: calendar::day_of(self.inner.moment.now()),
            signer: session.signer,
            vault: self.vault()?,
        })
    }

    /// Decides and writes under one hold of the store, as the officer who unlocked.
    pub(crate) fn act<T>(&self, body: impl FnOnce(&mut Store, &Actor) -> Result<T>) -> Result<T> {
        let actor = self.actor()?;
        self.act_with(&actor, body)
    }

    /// The same as another officer of this home, by that officer's passphrase. The key lives for
    /// this act only.
    pub(crate) fn act_as<T>(
        &self,
        officer: &str,
        passphrase: &str,
        body: impl FnOnce(&mut Store, &Actor) -> Result<T>,
    ) -> Result<T> {
        let actor = self.actor_of(self.borrow_key(officer, passphrase)?)?;
        self.act_with(&actor, body)
    }

    pub(super) fn act_with<T>(
        &self,
        actor: &Actor,
        body: impl FnOnce(&mut Store, &Actor) -> Result<T>,
    ) -> Result<T> {
        let done = self.with_store(|store| {
            let series = SeriesId::of(&actor.signer.public_key());
            // Once a township is known, an entry under a key it has not enrolled would count nowhere.
            if !store.nodes().is_empty() && store.officer_of(&series).is_none() {
                return Err(ApiError::new("key_retired"));
            }
            body(store, actor)
        })?;
        self.inner.changes.record();
        Ok(done)
    }
}
