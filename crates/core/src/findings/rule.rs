//! The rules, each with its severity and the article it stands on.
//!
//! An article stands here only if its text was read. A rule of the house or a
//! figure that nobody confirmed is `unverified`; a fault of the record itself
//! needs no article.

use super::Severity;
use crate::law::{self, Article};
use serde::{Deserialize, Serialize};

macro_rules! rules {
    ($($(#[$about:meta])* $rule:ident = $word:literal,)+) => {
        /// What a finding says.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Rule {
            $($(#[$about])* $rule,)+
        }

        impl Rule {
            /// Every rule.
            pub const ALL: &'static [Self] = &[$(Self::$rule),+];

            /// The stable word; `finding.<word>` is the sentence.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$rule => $word,)+
                }
            }
        }
    };
}

rules! {
    /// Two officers are needed, no second is named.
    SecondMissing = "second_missing",
    /// The second officer has not confirmed everything.
    SecondNotConfirmed = "second_not_confirmed",
    /// Somebody without an officer's role acts as one of the two officers.
    NotAnOfficer = "not_an_officer",
    /// An acting officer has no certificate.
    CertificateMissing = "certificate_missing",
    /// An acting officer's certificate was not valid on the day.
    CertificateExpired = "certificate_expired",
    /// A certificate expires soon.
    CertificateExpiring = "certificate_expiring",
    /// The certificate was not shown.
    CertificateNotShown = "certificate_not_shown",
    /// Rights were not told.
    RightsNotTold = "rights_not_told",
    /// There is no recording and no reason for that.
    MediaMissing = "media_missing",
    /// A file belongs to no matter for too long.
    MediaUnlinked = "media_unlinked",
    /// A re-check is overdue.
    RecheckOverdue = "recheck_overdue",
    /// Gate events contradict each other.
    Disputed = "disputed",
    /// Something arrived that the closing did not know.
    LateArrival = "late_arrival",
    /// Something was written although its author knew of the closing.
    AfterClosing = "after_closing",
    /// The clocks of an author disagree.
    ClockDisagrees = "clock_disagrees",
    /// An entry's kind is unknown to this version.
    UnknownKind = "unknown_kind",
    /// An entry's body cannot be read.
    BodyUnreadable = "body_unreadable",
    /// An entry contradicts the record and has no effect.
    Contrary = "contrary",
    /// An entry says what only the township may say.
    NoRight = "no_right",
    /// 待核: an entry arrived without a right.
    EntryPending = "entry_pending",
    /// A camera's card was not handed in after duty.
    CameraNotHandedIn = "camera_not_handed_in",
    /// A camera was taken on duty although a check failed.
    CameraNotInOrder = "camera_not_in_order",
    /// A field of a draft is kept in several versions.
    DraftDisputed = "draft_disputed",
    /// A series has a second branch.
    SeriesForked = "series_forked",
}

impl Rule {
    /// The article it stands on, where its text was read.
    pub fn article(self) -> Option<Article> {
        match self {
            Self::SecondMissing
            | Self::SecondNotConfirmed
            | Self::NotAnOfficer
            | Self::CertificateMissing
            | Self::CertificateExpired => Some(law::TWO_OFFICERS),
            Self::CertificateNotShown => Some(law::SHOW_CERTIFICATE),
            Self::RightsNotTold => Some(law::TELL_RIGHTS),
            Self::MediaMissing => Some(law::RECORD_ON_SITE),
            Self::AfterClosing => Some(law::WHOLE_RECORD),
            _ => None,
        }
    }

    /// Whether the rule or its figure is a setting of the house, still to be confirmed.
    pub fn is_unverified(self) -> bool {
        matches!(
            self,
            Self::CertificateExpiring
                | Self::MediaUnlinked
                | Self::RecheckOverdue
                | Self::CameraNotHandedIn
                | Self::CameraNotInOrder
        )
    }

    /// The usual severity.
    pub fn severity(self) -> Severity {
        match self {
            Self::CertificateExpiring
            | Self::MediaUnlinked
            | Self::ClockDisagrees
            | Self::UnknownKind
            | Self::CameraNotInOrder => Severity::Notice,
            _ => Severity::Act,
        }
    }
}
