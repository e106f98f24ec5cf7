//! Rules in the words of the trade, and properties of folding.

mod camera_and_shift;
mod draft;
mod findings;
mod folding;
mod gates;
mod matter;
mod media;
mod order;
mod reading;
mod rights;
mod scene;
