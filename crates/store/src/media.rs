//! Media before they are entries: finding files, reading their facts, grouping, small pictures.
//!
//! Bytes from a memory card are hostile: what parses them runs in a child process with limits
//! ([`facts`]) or, for thumbnails, under limits of size and memory. Nothing here decides anything; an
//! odd file gives fewer facts, never an error that would keep it from being imported.

pub mod capture;
mod exif_facts;
pub mod facts;
pub mod group;
pub mod listing;
mod magic;
mod movie;
pub mod name;
pub mod thumbnail;
mod wave;
