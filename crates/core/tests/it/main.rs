//! Rules in the words of the trade, and properties of folding.
//!
//! A test plays a scene: people on their own laptops write about one subject,
//! meet, and find what the rules and the folds make of it.
#![expect(clippy::unwrap_used, reason = "a scene that cannot go on has failed")]

mod camera_and_shift;
mod digested;
mod draft;
mod findings;
mod folding;
mod gates;
mod matter;
mod media;
mod onsite;
mod order;
mod reading;
mod rights;
mod scene;
