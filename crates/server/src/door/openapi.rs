//! The description of the interface at `/api/openapi.json`: one table of routes, one list of shapes.
//!
//! The shapes are those of `protocol::wire`; a test serialises each of them and compares the fields, so this page cannot drift
//! from what is really sent.

use serde_json::{Value, json};
use utoipa::openapi::path::{HttpMethod, OperationBuilder, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    Components, ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Paths, PathsBuilder, Ref, RefOr,
    Required, ResponseBuilder, Schema,
};

/// What a route takes or gives.
#[derive(Clone, Copy)]
enum Shape {
    Nothing,
    Json(&'static str),
    Bytes,
    Text,
}

struct Route {
    method: HttpMethod,
    path: &'static str,
    summary: &'static str,
    session: bool,
    takes: Shape,
    gives: Shape,
    ok: u16,
    faults: &'static [u16],
    headers: &'static [&'static str],
}

const OPEN: &[u16] = &[400, 403, 413, 503];
const SIGNED_IN: &[u16] = &[400, 401, 403, 413, 503];
const TUS: &[u16] = &[400, 401, 404, 409, 410, 412, 413, 422, 503];

macro_rules! route {
    ($method:ident $path:literal, $summary:literal, $session:literal, $takes:expr => $ok:literal $gives:expr, $faults:expr $(, $header:literal)*) => {
        Route {
            method: HttpMethod::$method,
            path: $path,
            summary: $summary,
            session: $session,
            takes: $takes,
            gives: $gives,
            ok: $ok,
            faults: $faults,
            headers: &[$($header),*],
        }
    };
}

fn routes() -> Vec<Route> {
    use Shape::{Bytes, Json, Nothing, Text};
    vec![
        route!(Get "/api/note", "The township note, signed by the root key.", false, Nothing => 200 Text, &[503]),
        route!(Post "/api/enrol", "Enrols a key by a code; repeating it with the same key gives the same answer.", false, Json("EnrolRequest") => 200 Json("EnrolAnswer"), &[400, 403, 410, 413, 503]),
        route!(Post "/api/challenge", "A nonce to sign, good once, two minutes.", false, Json("ChallengeRequest") => 200 Json("Challenge"), OPEN),
        route!(Post "/api/session", "A session for a signed nonce, bound to the caller's address.", false, Json("SessionRequest") => 200 Json("Session"), &[400, 401, 403, 409, 413, 503]),
        route!(Post "/api/heads", "How far series are held.", true, Json("HeadsRequest") => 200 Json("HeadsAnswer"), SIGNED_IN),
        route!(Post "/api/push", "Takes entries (zstd accepted). What the answer names is durable and logged.", true, Json("PushBatch") => 200 Json("ReceiptsAnswer"), SIGNED_IN),
        route!(Post "/api/pull", "A page of the caller's feed.", true, Json("PullRequest") => 200 Json("PullAnswer"), &[400, 401, 403, 409, 413, 503]),
        route!(Post "/api/receipts", "Receipts of entries held.", true, Json("ReceiptsRequest") => 200 Json("ReceiptsAnswer"), SIGNED_IN),
        route!(Post "/api/pack", "Small files in one body: [32 bytes SHA-256][u32 BE length][bytes] repeated. Answers the digests held.", true, Bytes => 200 Json("Digests"), SIGNED_IN),
        route!(Post "/api/blobs", "tus 1.0: begins an upload.", true, Nothing => 201 Nothing, TUS, "Tus-Resumable", "Upload-Length", "Upload-Metadata"),
        route!(Options "/api/blobs", "tus 1.0: what is spoken here.", false, Nothing => 204 Nothing, &[]),
        route!(Head "/api/blobs/{id}", "tus 1.0: how far an upload is.", true, Nothing => 200 Nothing, TUS, "Tus-Resumable"),
        route!(Patch "/api/blobs/{id}", "tus 1.0: appends at the exact offset; 460 when the checksum fails.", true, Bytes => 204 Nothing, TUS, "Tus-Resumable", "Upload-Offset", "Upload-Checksum"),
        route!(Delete "/api/blobs/{id}", "tus 1.0: gives an upload up.", true, Nothing => 204 Nothing, TUS, "Tus-Resumable"),
        route!(Options "/api/blobs/{id}", "tus 1.0: what is spoken here.", false, Nothing => 204 Nothing, &[]),
        route!(Get "/api/blobs/sha256/{digest}", "A range of a blob in the caller's scope, at most 4 MiB at once.", true, Nothing => 206 Bytes, &[400, 401, 404, 409, 416, 503], "Range"),
        route!(Get "/api/overview", "Laptops silent, media overdue, entries pending; for supervisors and system administrators.", true, Nothing => 200 Json("Overview"), &[401, 403]),
        route!(Get "/api/oversight", "People, keys, late entries, witnesses, backup; for those who run the township.", true, Nothing => 200 Json("Oversight"), &[401, 403]),
        route!(Post "/api/instruct", "Does what somebody who runs the township says, signed by the key of the session. Sent again, it is answered again and done once.", true, Json("SignedInstruction") => 200 Json("Answer"), &[400, 401, 403, 409, 413, 503]),
        route!(Get "/api/openapi.json", "This description.", false, Nothing => 200 Json("Document"), &[]),
        route!(Get "/metrics", "Figures in Prometheus text, without personal data.", false, Nothing => 200 Text, &[]),
        route!(Get "/log/checkpoint", "The newest checkpoint (c2sp.org/tlog-checkpoint).", false, Nothing => 200 Text, &[]),
        route!(Get "/log/{path}", "A tile (c2sp.org/tlog-tiles): tile/L/N[.p/W]; tile/entries/N for auditors only.", false, Nothing => 200 Bytes, &[401, 403, 404]),
    ]
}

fn base64(bytes: usize) -> Value {
    let length = bytes.div_ceil(3) * 4;
    json!({ "type": "string", "format": "byte", "minLength": length, "maxLength": length })
}

fn hex() -> Value {
    json!({ "type": "string", "pattern": "^[0-9a-f]{64}$" })
}

fn whole() -> Value {
    json!({ "type": "integer", "minimum": 0, "maximum": 9_007_199_254_740_991_u64 })
}

fn list(of: Value) -> Value {
    json!({ "type": "array", "items": of })
}

fn shape(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn or_null(of: Value) -> Value {
    json!({ "anyOf": [of, { "type": "null" }] })
}

/// An object all of whose fields are required, as everything on the wire is.
fn object(fields: &[(&str, Value)]) -> Value {
    let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    let fields: serde_json::Map<String, Value> =
        fields.iter().map(|(name, shape)| ((*name).to_owned(), shape.clone())).collect();
    json!({ "type": "object", "required": names, "properties": fields, "additionalProperties": false })
}

/// An object with one field more that may be absent.
fn optional(mut object: Value, name: &str, shape: Value) -> Value {
    if let Some(fields) = object.get_mut("properties").and_then(Value::as_object_mut) {
        fields.insert(name.to_owned(), shape);
    }
    object
}

fn text() -> Value {
    json!({ "type": "string" })
}

/// Every shape by name.
#[expect(clippy::too_many_lines, reason = "one table; a row is a shape")]
fn shapes() -> Vec<(&'static str, Value)> {
    let digest = || base64(32);
    vec![
        ("Fault", object(&[("code", text()), ("message", text()), ("detail", text())])),
        ("Digests", list(digest())),
        ("Document", json!({ "type": "object" })),
        ("Overview", json!({ "type": "object" })),
        ("Oversight", json!({ "type": "object" })),
        ("Answer", json!({ "type": "object" })),
        (
            "SignedInstruction",
            object(&[
                ("series", hex()),
                ("instruction", text()),
                ("nonce", digest()),
                ("signature", base64(64)),
            ]),
        ),
        ("WireEntry", object(&[("item", text()), ("salt", or_null(base64(32))), ("body", or_null(text()))])),
        ("Position", object(&[("series", hex()), ("epoch", whole()), ("seq", whole()), ("hash", digest())])),
        (
            "PushBatch",
            object(&[
                ("v", json!({ "type": "integer", "enum": [1] })),
                ("known", whole()),
                ("keys", list(base64(32))),
                ("entries", list(shape("WireEntry"))),
            ]),
        ),
        ("EntryReceipt", object(&[("hash", digest()), ("index", whole()), ("path", list(digest()))])),
        ("Stopped", object(&[("series", hex()), ("epoch", whole()), ("seq", whole()), ("code", text())])),
        (
            "ReceiptsAnswer",
            object(&[
                ("checkpoint", text()),
                ("consistency", list(digest())),
                ("receipts", list(shape("EntryReceipt"))),
                ("stopped", list(shape("Stopped"))),
            ]),
        ),
        ("ReceiptsRequest", object(&[("hashes", list(digest())), ("known", whole())])),
        (
            "HeadsRequest",
            object(&[("series", list(json!({ "type": "array", "minItems": 2, "maxItems": 2 })))]),
        ),
        ("HeadsAnswer", object(&[("heads", list(shape("Position")))])),
        (
            "PullRequest",
            optional(
                object(&[
                    ("after", whole()),
                    ("limit", whole()),
                    ("known", whole()),
                    ("prove", list(whole())),
                ]),
                "held",
                list(shape("HeldRun")),
            ),
        ),
        ("HeldRun", object(&[("series", text()), ("from", whole()), ("to", whole()), ("count", whole())])),
        ("Pulled", object(&[("index", whole()), ("entry", shape("WireEntry")), ("path", list(digest()))])),
        (
            "PullAnswer",
            object(&[
                ("checkpoint", text()),
                ("consistency", list(digest())),
                ("proofs", list(list(digest()))),
                ("keys", list(base64(32))),
                ("entries", list(shape("Pulled"))),
                ("next", whole()),
                ("more", json!({ "type": "boolean" })),
                ("scope", or_null(shape("ScopeStatement"))),
            ]),
        ),
        ("ScopeLine", object(&[("kind", text()), ("id", text()), ("count", whole()), ("hash", digest())])),
        ("ScopeStatement", object(&[("entry", shape("Pulled")), ("subjects", list(shape("ScopeLine")))])),
        (
            "EnrolRequest",
            object(&[
                ("secret", text()),
                ("public_key", base64(32)),
                ("seal", digest()),
                ("device", text()),
                ("nonce", digest()),
                ("signature", base64(64)),
            ]),
        ),
        (
            "EnrolAnswer",
            object(&[
                ("officer", text()),
                ("entry", shape("Pulled")),
                ("keys", list(base64(32))),
                ("checkpoint", text()),
            ]),
        ),
        ("ChallengeRequest", object(&[("series", hex())])),
        ("Challenge", object(&[("nonce", digest()), ("expires", whole())])),
        ("SessionRequest", object(&[("series", hex()), ("nonce", digest()), ("signature", base64(64))])),
        ("Session", object(&[("token", text()), ("expires", whole())])),
    ]
}

fn schema(value: Value) -> RefOr<Schema> {
    // A shape that this version of the builder cannot express is described as "anything" rather than wrongly.
    serde_json::from_value(value).unwrap_or_else(|_| RefOr::T(Schema::default()))
}

fn response(description: &str, gives: Shape) -> utoipa::openapi::Response {
    let built = ResponseBuilder::new().description(description);
    match gives {
        Shape::Nothing => built.build(),
        Shape::Json(name) => built.content("application/json", content(name)).build(),
        Shape::Bytes => built.content("application/octet-stream", bytes()).build(),
        Shape::Text => {
            built.content("text/plain", ContentBuilder::new().schema(Some(schema(text()))).build()).build()
        }
    }
}

fn content(name: &str) -> utoipa::openapi::Content {
    ContentBuilder::new().schema(Some(RefOr::<Schema>::Ref(Ref::from_schema_name(name)))).build()
}

fn bytes() -> utoipa::openapi::Content {
    ContentBuilder::new().schema(Some(schema(json!({ "type": "string", "format": "binary" })))).build()
}

fn operation(route: &Route) -> utoipa::openapi::path::Operation {
    let mut built = OperationBuilder::new().summary(Some(route.summary));
    for name in route.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
        let parameter = ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .schema(Some(schema(text())));
        built = built.parameter(parameter);
    }
    for name in route.headers {
        let required =
            if matches!(*name, "Range" | "Upload-Checksum") { Required::False } else { Required::True };
        let parameter = ParameterBuilder::new()
            .name(*name)
            .parameter_in(ParameterIn::Header)
            .required(required)
            .schema(Some(schema(text())));
        built = built.parameter(parameter);
    }
    let body = match route.takes {
        Shape::Nothing | Shape::Text => None,
        Shape::Json(name) => Some(RequestBodyBuilder::new().content("application/json", content(name))),
        Shape::Bytes if route.path.ends_with("pack") => {
            Some(RequestBodyBuilder::new().content("application/octet-stream", bytes()))
        }
        Shape::Bytes => Some(RequestBodyBuilder::new().content("application/offset+octet-stream", bytes())),
    };
    built = built.request_body(body.map(|body| body.required(Some(Required::True)).build()));
    built = built.response(route.ok.to_string(), response("Done.", route.gives));
    for fault in route.faults {
        built = built
            .response(fault.to_string(), response("Refused; nothing was changed.", Shape::Json("Fault")));
    }
    if route.session {
        built = built.security(SecurityRequirement::new("session", Vec::<String>::new()));
    }
    built.build()
}

/// The document.
pub fn document() -> OpenApi {
    let mut paths: Paths = PathsBuilder::new().build();
    for route in routes() {
        let operation = operation(&route);
        match paths.paths.get_mut(route.path) {
            Some(item) => item.merge_operations(PathItem::new(route.method, operation)),
            None => {
                paths.paths.insert(route.path.to_owned(), PathItem::new(route.method, operation));
            }
        }
    }
    let mut components = Components::new();
    for (name, value) in shapes() {
        components.schemas.insert(name.to_owned(), schema(value));
    }
    components.add_security_scheme("session", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    let about = InfoBuilder::new()
        .title("Liuhen township")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some("The door of one township: signed entries and media in, proofs out."))
        .build();
    OpenApiBuilder::new().info(about).paths(paths).components(Some(components)).build()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use liuhen_protocol::wire::{
        BlobKind, Challenge, EntryReceipt, HeadsRequest, HeldRun, PullRequest, PushBatch, ReceiptsRequest,
        ScopeLine, SignedInstruction, Stopped, WireEntry,
    };
    use liuhen_protocol::{Digest, Position, PublicKey, SeriesId};

    use super::*;

    fn fields(value: &impl serde::Serialize) -> BTreeSet<String> {
        let value = serde_json::to_value(value).expect("serialises");
        value.as_object().expect("an object").keys().cloned().collect()
    }

    fn described(name: &str) -> BTreeSet<String> {
        let document = serde_json::to_value(document()).expect("serialises");
        let shape = document["components"]["schemas"][name]["properties"].clone();
        shape.as_object().expect("described").keys().cloned().collect()
    }

    #[test]
    fn the_shapes_have_the_fields_of_the_protocol() {
        let digest = Digest([0; 32]);
        let series = SeriesId::of(&PublicKey([1; 32]));
        let run = HeldRun { series, from: 0, to: 0, count: 1 };
        assert_eq!(
            described("WireEntry"),
            fields(&WireEntry { item: String::new(), salt: None, body: None })
        );
        assert_eq!(
            described("PushBatch"),
            fields(&PushBatch { v: 1, known: 0, keys: vec![], entries: vec![] })
        );
        assert_eq!(
            described("PullRequest"),
            fields(&PullRequest { after: 0, limit: 0, known: 0, prove: vec![], held: vec![run] })
        );
        assert_eq!(described("HeldRun"), fields(&run));
        assert_eq!(described("ReceiptsRequest"), fields(&ReceiptsRequest { hashes: vec![], known: 0 }));
        assert_eq!(described("HeadsRequest"), fields(&HeadsRequest { series: vec![] }));
        assert_eq!(described("EntryReceipt"), fields(&EntryReceipt { hash: digest, index: 0, path: vec![] }));
        assert_eq!(described("Stopped"), fields(&Stopped { series, epoch: 1, seq: 1, code: String::new() }));
        assert_eq!(described("Position"), fields(&Position { series, epoch: 1, seq: 1, hash: digest }));
        assert_eq!(described("Challenge"), fields(&Challenge { nonce: digest, expires: 0 }));
        let line = ScopeLine { kind: String::new(), id: String::new(), count: 0, hash: digest };
        assert_eq!(described("ScopeLine"), fields(&line));
        let signature = liuhen_protocol::Signature([0; 64]);
        let told = SignedInstruction { series, instruction: String::new(), nonce: digest, signature };
        assert_eq!(described("SignedInstruction"), fields(&told));
        assert_eq!(BlobKind::Media.name(), "media");
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let text = serde_json::to_string(&document()).expect("serialises");
        let known: BTreeSet<&str> = shapes().into_iter().map(|(name, _)| name).collect();
        for part in text.split("#/components/schemas/").skip(1) {
            let name = part.split('"').next().unwrap_or_default();
            assert!(known.contains(name), "{name}");
        }
    }
}
