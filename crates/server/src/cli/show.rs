//! How answers look: JSON for programs, the same indented for people, and a fault as its sentence.

use serde_json::Value;

use crate::words::Fault;

/// An answer: one object, or one line per element of a list.
pub(super) fn answer(value: &Value, json: bool) -> String {
    match value {
        Value::Array(lines) if json => {
            lines.iter().fold(String::new(), |text, line| text + &line.to_string() + "\n")
        }
        other if json => format!("{other}\n"),
        other => format!("{}\n", serde_json::to_string_pretty(other).unwrap_or_else(|_| other.to_string())),
    }
}

/// A fault.
pub(super) fn fault(fault: &Fault, json: bool) -> String {
    if json {
        return format!("{}\n", serde_json::to_value(fault).unwrap_or(Value::Null));
    }
    format!("{}\n({}: {})\n", fault.message, fault.code, fault.detail)
}
