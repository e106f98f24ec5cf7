//! The articles that refusals and findings cite.
//!
//! Only articles whose text was read in a public collection stand here as
//! verified. Anything else is a rule of the house, shown to the person as 待确认.

use serde::{Serialize, Serializer};

/// A place in a law or a rule, e.g. 《中华人民共和国行政处罚法》第四十二条.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Article {
    /// The title as cited, with its book marks or document number.
    pub law: &'static str,
    /// The article as cited; empty where the whole document is meant.
    pub place: &'static str,
}

impl std::fmt::Display for Article {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.law, self.place)
    }
}

impl Serialize for Article {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

const PENALTY_LAW: &str = "《中华人民共和国行政处罚法》";

/// 执法人员具有行政执法资格，不得少于两人.
pub const TWO_OFFICERS: Article = Article { law: PENALTY_LAW, place: "第四十二条" };
/// 全过程记录，归档保存.
pub const WHOLE_RECORD: Article = Article { law: PENALTY_LAW, place: "第四十七条" };
/// 主动出示执法证件；未出示的，当事人有权拒绝.
pub const SHOW_CERTIFICATE: Article = Article { law: PENALTY_LAW, place: "第五十五条" };
/// What auxiliary staff may and may not do.
pub const AUXILIARY_STAFF: Article =
    Article { law: "《浙江省综合行政执法条例》", place: "第三十条" };
/// 执法公示: certificate shown and rights told while acting.
pub const TELL_RIGHTS: Article = Article { law: "国办发〔2018〕118号", place: "" };
/// 现场执法 is to be recorded in sound and picture.
pub const RECORD_ON_SITE: Article = Article { law: "慈政办发〔2019〕34号", place: "" };
