//! The reading copy: one self-contained page in Chinese. It proves nothing and says so.

use std::fmt::Write as _;

use crate::calendar::clock_of;
use crate::strings::sentence;
use crate::view::{Custody, MatterView, TimelineItem, TimelineKind};

const STYLE: &str = "body{font-family:serif;max-width:48rem;margin:2rem auto;padding:0 1rem;line-height:1.7}\
table{border-collapse:collapse;width:100%}td,th{border:1px solid #888;padding:.3rem .5rem;text-align:left;\
vertical-align:top}.note{color:#555;font-size:.9rem}";

/// Text that cannot become markup.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\n' => safe.push_str("<br>"),
            other => safe.push(other),
        }
    }
    safe
}

/// The page of a matter.
pub(super) fn page(view: &MatterView, number: &str, custody: &str, exported_at: &str) -> String {
    let mut html = String::new();
    let line = &view.line;
    // Writing to a String cannot fail.
    let _ = write!(
        html,
        "<!doctype html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
         <style>{STYLE}</style></head><body>\n<h1>{title}</h1>\n<p>{number} · {custody}</p>\n",
        title = escaped(&line.title),
        number = escaped(&sentence("result.matter_number", &[("number", number)])),
        custody = escaped(custody),
    );
    html.push_str("<table>\n");
    row(&mut html, "start", &sentence(&format!("result.start_{}", word(&line.start)), &[]));
    row(&mut html, "place", &line.place);
    if let Some(place) = &view.coordinates {
        row(&mut html, "coordinates", &format!("{}, {}", place.latitude, place.longitude));
    }
    row(&mut html, "lead", &line.lead.name);
    if let Some(second) = &line.second {
        row(&mut html, "second", &second.name);
    }
    if let Some(party) = &view.party {
        let number = party.number.as_deref().unwrap_or_default();
        row(&mut html, "party", format!("{} {number}", party.name).trim());
    }
    if let Some(result) = &line.result {
        let until = view.until.as_deref().map(|day| format!(" {day}")).unwrap_or_default();
        row(&mut html, "result", &format!("{}{until}", sentence(&format!("result.{}", word(result)), &[])));
    }
    html.push_str("</table>\n");
    timeline(&mut html, view);
    media(&mut html, view);
    let _ = write!(
        html,
        "<p class=\"note\">{}</p>\n</body></html>\n",
        escaped(&sentence("result.reading_note", &[("at", &clock_of(exported_at))]))
    );
    html
}

fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn label(name: &str) -> String {
    sentence(&format!("result.reading_{name}"), &[])
}

fn row(html: &mut String, name: &str, value: &str) {
    if !value.is_empty() {
        let _ = writeln!(html, "<tr><th>{}</th><td>{}</td></tr>", escaped(&label(name)), escaped(value));
    }
}

fn timeline(html: &mut String, view: &MatterView) {
    let _ = write!(html, "<h2>{}</h2>\n<table>\n<tr>", escaped(&label("timeline")));
    for name in ["time", "officer", "what", "received"] {
        let _ = write!(html, "<th>{}</th>", escaped(&label(name)));
    }
    html.push_str("</tr>\n");
    for item in &view.timeline {
        let received = match (&item.received_at, item.custody) {
            (Some(at), _) => clock_of(at),
            (None, Custody::Pending) => label("pending"),
            (None, _) => sentence("result.not_held", &[]),
        };
        let _ = writeln!(
            html,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            escaped(&clock_of(&item.recorded_at)),
            escaped(&item.officer.name),
            escaped(&what(item)),
            escaped(&received),
        );
    }
    html.push_str("</table>\n");
}

fn what(item: &TimelineItem) -> String {
    let mut text = match item.kind {
        TimelineKind::Other => item.entry_kind.clone(),
        TimelineKind::Note => label("note_kind"),
        kind => label(&word(&kind)),
    };
    if let Some(said) = &item.text {
        text.push_str(": ");
        text.push_str(said);
    }
    if item.corrects.is_some() {
        text.push_str(&label("corrects"));
    }
    if !item.corrected_by.is_empty() {
        text.push_str(&label("corrected"));
    }
    let names: Vec<&str> = item.confirmed_by.iter().map(|officer| officer.name.as_str()).collect();
    if !names.is_empty() {
        let _ = write!(text, " [{} {}]", label("confirmed"), names.join("、"));
    }
    text
}

fn media(html: &mut String, view: &MatterView) {
    if view.media.is_empty() {
        return;
    }
    let _ = write!(html, "<h2>{}</h2>\n<table>\n<tr>", escaped(&label("media")));
    for name in ["name", "captured", "size", "digest"] {
        let _ = write!(html, "<th>{}</th>", escaped(&label(name)));
    }
    html.push_str("</tr>\n");
    for file in &view.media {
        let captured = file.captured_at.as_deref().map(clock_of).unwrap_or_default();
        let place = if file.here {
            format!("<a href=\"media/{0}\">{1}</a>", file.sha256, escaped(&file.name))
        } else {
            escaped(&file.name)
        };
        let _ = writeln!(
            html,
            "<tr><td>{place}</td><td>{}</td><td>{}</td><td><code>{}</code></td></tr>",
            escaped(&captured),
            file.size.0,
            escaped(&file.sha256),
        );
    }
    html.push_str("</table>\n");
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn what_people_typed_never_becomes_markup() {
        assert_eq!(escaped("<script>\"&'\n"), "&lt;script&gt;&quot;&amp;&#39;<br>");
    }
}
