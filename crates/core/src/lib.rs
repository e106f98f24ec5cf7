//! What is true: officers, matters, media, drafts, shifts, cameras and their findings.
//!
//! A functional core. `decide(state, command, context)` answers with events or
//! with a [`Refusal`]; [`fold::Fold`] turns a subject's entries into documents;
//! [`findings`] reads documents and says what is wrong, with its article;
//! [`rights`] and [`scope`] say whose entries count and who may see them.
//!
//! Invariants: nothing here reads a clock, makes an id, touches a file or a
//! network; a fold never fails; a document depends on the set of entries alone.
//! Not here: signatures and bytes (protocol), keeping (store), use cases (app).

pub mod camera;
pub mod day;
pub mod draft;
pub mod event;
pub mod finding;
pub mod findings;
pub mod fold;
pub mod ids;
pub mod instruction;
pub mod law;
pub mod matter;
pub mod media;
pub mod officer;
pub mod order;
pub mod record;
pub mod refusal;
pub mod rights;
pub mod role;
pub mod scope;
pub mod series;
pub mod shift;
pub mod township;

pub use event::{Event, Unread};
pub use fold::{Columns, Document, FOLD_VERSION, Fold, FoldEntry};
pub use ids::{EntryHash, MatterId, OfficerId, SeriesId, Subject};
pub use instruction::Instruction;
pub use law::Article;
pub use record::{Fault, FaultCode, Mark, Record};
pub use refusal::Refusal;
pub use role::Role;
