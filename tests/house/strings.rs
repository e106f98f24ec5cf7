//! The sentences of the user interface: both languages hold the same keys and the same placeholders.

use std::collections::{BTreeMap, BTreeSet};

use crate::tree::{none, read};

fn sentences(language: &str) -> BTreeMap<String, String> {
    let path = format!("assets/strings/{language}.json");
    serde_json::from_str(&read(&path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The `{names}` in a sentence.
fn placeholders(sentence: &str) -> BTreeSet<&str> {
    sentence.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

#[test]
fn both_languages_have_every_sentence() {
    let (chinese, english) = (sentences("zh-CN"), sentences("en"));
    let mut found = Vec::new();
    found.extend(
        chinese.keys().filter(|key| !english.contains_key(*key)).map(|key| format!("{key}: no English")),
    );
    found.extend(
        english.keys().filter(|key| !chinese.contains_key(*key)).map(|key| format!("{key}: no Chinese")),
    );
    for (key, sentence) in chinese.iter().chain(&english) {
        if sentence.trim().is_empty() {
            found.push(format!("{key}: empty"));
        }
    }
    none(&found, "assets/strings holds each sentence in both languages:");
}

#[test]
fn both_languages_fill_in_the_same_places() {
    let (chinese, english) = (sentences("zh-CN"), sentences("en"));
    let found: Vec<String> = chinese
        .iter()
        .filter_map(|(key, sentence)| Some((key, sentence, english.get(key)?)))
        .filter(|(_, one, other)| placeholders(one) != placeholders(other))
        .map(|(key, one, other)| format!("{key}: {one} / {other}"))
        .collect();
    none(&found, "the same {placeholders} in both languages:");
}

#[test]
fn chinese_sentences_use_the_words_of_the_trade() {
    // Words that docs/glossary.md rules out, with the reason there.
    const AVOID: &[&str] = &[
        "讯问",
        "审讯",
        "嫌疑人",
        "犯罪",
        "抓捕",
        "取缔",
        "罚单",
        "红头",
        "区块链",
        "上链",
        "可信时间戳",
        "一键处罚",
        "黑名单",
        "违章建筑",
        "老板",
        "摊贩",
        "提交成功",
        "离线模式",
        "素材",
        "打标签",
        "隔离",
        "哈希",
    ];
    let found: Vec<String> = sentences("zh-CN")
        .iter()
        .flat_map(|(key, sentence)| {
            AVOID.iter().filter(|word| sentence.contains(**word)).map(move |word| format!("{key}: {word}"))
        })
        .collect();
    none(&found, "a word that the trade does not use here, see docs/glossary.md:");
}
