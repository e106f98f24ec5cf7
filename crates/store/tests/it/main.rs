//! The store from outside: homes, journal, rights, folds, receipts, search, verification.

mod backup;
mod commit;
mod convergence;
mod engines;
mod epochs;
mod homes;
mod ingest;
mod receipts;
mod rights;
mod search;
mod verify;
mod world;
