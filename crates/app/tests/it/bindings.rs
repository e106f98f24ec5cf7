//! The TypeScript types of the command list are committed; a stale file fails.
//! `LIUHEN_BLESS=1` writes the file anew.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use ts_rs::{Config, TS, TypeVisitor};

/// Collects the declaration of a type and of all it depends on.
struct Declarations {
    config: Config,
    found: BTreeMap<String, String>,
}

impl TypeVisitor for Declarations {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if T::output_path().is_none() {
            // A container or a tuple: no declaration of its own, but what it holds may have one.
            T::visit_dependencies(self);
            T::visit_generics(self);
            return;
        }
        let name = T::ident(&self.config);
        if self.found.contains_key(&name) {
            return;
        }
        let docs = T::docs().unwrap_or_default();
        let declaration = format!("{docs}export {}\n", T::decl(&self.config));
        self.found.insert(name, declaration);
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}

#[test]
fn typescript_bindings_are_fresh() {
    let mut declarations = Declarations { config: Config::new(), found: BTreeMap::new() };
    declarations.visit::<liuhen_app::api::Commands>();
    let mut text = String::from(
        "// Made from crates/app/src/api.rs by the test `typescript_bindings_are_fresh`.\n\
         // Do not edit: LIUHEN_BLESS=1 cargo test -p liuhen-app bindings\n",
    );
    for declaration in declarations.found.values() {
        write!(text, "\n{declaration}").unwrap();
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/src/api/bindings/api.ts");
    if std::env::var_os("LIUHEN_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &text).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == text, "ui/src/api/bindings/api.ts is stale: run with LIUHEN_BLESS=1");
}
