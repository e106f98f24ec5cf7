//! Texts of the trade, drawn from a fixed vocabulary: the same number always gives the same text.
//!
//! Phrases have the frequencies of ordinary language (the n-th is drawn 1/n as often), and two words stand in known
//! notes only: [`SELDOM`] in every thousandth, [`RARE`] in every hundred-thousandth and the first.

/// Two characters in every thousandth note.
pub(crate) const SELDOM: &str = "沙堆";
/// Two characters in one note of 100,000.
pub(crate) const RARE: &str = "鹅卵";

const PHRASES: &[&str] = &[
    "占道经营",
    "现场检查",
    "商户在店外摆放货架",
    "当场劝导",
    "已自行整改",
    "车辆停放占用盲道",
    "路面有油污",
    "垃圾未分类投放",
    "广告牌未经审批",
    "夜间施工噪声",
    "流动摊贩",
    "当事人表示配合",
    "拍照取证",
    "绿化带被踩踏",
    "消防通道堆放杂物",
    "工地围挡破损",
    "渣土车未密闭",
    "污水直排沟渠",
    "乱贴小广告",
    "晾晒衣物占用护栏",
    "共享单车倒伏",
    "门前三包未落实",
    "店招字体脱落",
    "燃气瓶存放不当",
    "违法搭建雨棚",
    "犬只未拴绳",
    "菜市场周边秩序",
    "学校门口接送车辆",
    "河道边钓鱼",
    "露天焚烧秸秆",
    "空调外机滴水",
    "窨井盖松动",
    "建筑垃圾偷倒",
    "餐饮油烟扰民",
    "宣传告知到位",
    "约定明日复查",
    "商户承诺不再外摆",
    "群众来电反映",
    "联合市场监管",
    "移交社区跟进",
];
const TITLES: &[&str] = &["占道经营", "夜间巡查", "施工噪声", "渣土运输", "户外广告", "垃圾分类", "油烟扰民"];
const PLACES: &[&str] = &["东街", "一号路", "解放路", "菜市场", "学校北门", "滨河路", "老街口", "工业园"];

/// A number drawn from a number: the finaliser of SplitMix64.
fn drawn(seed: u64) -> u64 {
    let mut value = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// The n-th phrase is drawn about 1/n as often as the first: n is the product of the length with itself to a random power.
fn phrase(seed: u64) -> &'static str {
    #[expect(clippy::cast_precision_loss, reason = "53 bits are plenty for a choice among forty")]
    let share = (drawn(seed) >> 11) as f64 / (1_u64 << 53) as f64;
    #[expect(clippy::cast_precision_loss, reason = "forty")]
    let at = (PHRASES.len() as f64).powf(share) - 1.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 39")]
    PHRASES[(at as usize).min(PHRASES.len() - 1)]
}

/// The text of a note; of `characters` characters, or between 20 and 160 of them for 0.
pub(crate) fn text(number: u32, characters: usize) -> String {
    let seed = u64::from(number) << 16;
    let length =
        if characters > 0 { characters } else { 20 + usize::try_from(drawn(seed) % 140).unwrap_or(0) };
    let mut text = format!("{number}号记录:");
    let mut letters = text.chars().count();
    if number.is_multiple_of(1000) {
        text.push_str(SELDOM);
        letters += 2;
    }
    if number.is_multiple_of(100_000) {
        text.push_str(RARE);
        letters += 2;
    }
    for at in 1.. {
        let phrase = phrase(seed + at);
        text.push_str(phrase);
        text.push(',');
        letters += phrase.chars().count() + 1;
        if letters >= length {
            break;
        }
    }
    text
}

/// What a matter is called.
pub(super) fn title(number: u32) -> &'static str {
    TITLES[number as usize % TITLES.len()]
}

/// Where it is.
pub(super) fn place(number: u32) -> String {
    format!("{}{}号", PLACES[number as usize % PLACES.len()], number % 400)
}

/// Whom it concerns.
pub(super) fn party(number: u32) -> String {
    format!("当事人{}", number % 5000)
}
