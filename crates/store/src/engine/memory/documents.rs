//! Documents and search in memory, by the same rules as the word index.

use std::cmp::Ordering;
use std::sync::Arc;

use liuhen_protocol::Subject;

use super::Memory;
use crate::engine::{Document, DocumentRows};
use crate::error::Result;
use crate::query::{Order, Query};
use crate::search;

impl DocumentRows for Memory {
    fn subject_documents(&self, subject: &Subject) -> Result<Vec<Document>> {
        let of_subject = self.rows.documents.iter().filter(|((_, _, owner), _)| owner == subject);
        Ok(of_subject.map(|(_, document)| document.as_ref().clone()).collect())
    }

    fn put_document(&mut self, subject: &Subject, document: &Document) -> Result<()> {
        let key = (document.kind.clone(), document.id.clone(), subject.clone());
        self.rows.documents.insert(key, Arc::new(document.clone()));
        Ok(())
    }

    fn remove_document(&mut self, subject: &Subject, kind: &str, id: &str) -> Result<()> {
        self.rows.documents.remove(&(kind.to_owned(), id.to_owned(), subject.clone()));
        Ok(())
    }

    fn clear_documents(&mut self) -> Result<()> {
        self.rows.documents.clear();
        Ok(())
    }

    fn document(&self, kind: &str, id: &str) -> Result<Option<Document>> {
        let mut found =
            self.rows.documents.values().filter(|document| document.kind == kind && document.id == id);
        Ok(found.next().map(|document| document.as_ref().clone()))
    }

    fn index_words(&mut self, wanted: bool) {
        self.without_words = !wanted;
    }

    fn documents(&self, query: &Query) -> Result<Vec<Document>> {
        let mut found = self.matching(query);
        found.sort_by(|a, b| order(query.order, a, b));
        let skipped = found.into_iter().skip(query.offset as usize);
        let limit = query.limit.map_or(usize::MAX, |limit| limit as usize);
        Ok(skipped.take(limit).map(|document| document.as_ref().clone()).collect())
    }

    fn count_documents(&self, query: &Query) -> Result<u64> {
        Ok(self.matching(query).len() as u64)
    }

    fn search(&self, terms: &[String], kinds: &[&str], limit: usize) -> Result<Vec<Document>> {
        let wanted = |document: &&Arc<Document>| {
            !self.without_words
                && (kinds.is_empty() || kinds.contains(&document.kind.as_str()))
                && search::finds(&document.search, terms)
        };
        let mut found: Vec<_> = self.rows.documents.values().filter(wanted).collect();
        found.sort_by(|a, b| b.columns.at.cmp(&a.columns.at));
        Ok(found.into_iter().take(limit).map(|document| document.as_ref().clone()).collect())
    }
}

impl Memory {
    fn matching(&self, query: &Query) -> Vec<&Arc<Document>> {
        self.rows.documents.values().filter(|document| matches(query, document)).collect()
    }
}

fn matches(query: &Query, document: &Document) -> bool {
    let columns = &document.columns;
    let same = |asked: &Option<String>, have: Option<&String>| {
        asked.as_ref().is_none_or(|asked| have == Some(asked))
    };
    let at = columns.at.as_ref();
    same(&query.kind, Some(&document.kind))
        && same(&query.matter, columns.matter.as_ref())
        && same(&query.officer, columns.officer.as_ref())
        && same(&query.state, columns.state.as_ref())
        && query.flag.is_none_or(|flag| flag == columns.flag)
        && query.from.as_ref().is_none_or(|from| at.is_some_and(|at| at >= from))
        && query.until.as_ref().is_none_or(|until| at.is_some_and(|at| at < until))
}

fn order(order: Order, a: &Document, b: &Document) -> Ordering {
    let by = match order {
        Order::Newest => b.columns.at.cmp(&a.columns.at),
        Order::Oldest => a.columns.at.cmp(&b.columns.at),
        Order::Number => a.columns.number.cmp(&b.columns.number),
    };
    by.then_with(|| (&a.kind, &a.id).cmp(&(&b.kind, &b.id)))
}
