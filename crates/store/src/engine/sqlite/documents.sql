-- What folds made; dropped and made again on any change of this file or of a fold.

CREATE TABLE documents (
    ord     INTEGER PRIMARY KEY,             -- seconds of `at` * 4096 + n: rowid order is time order
    subject INTEGER NOT NULL,
    kind    TEXT    NOT NULL,
    id      TEXT    NOT NULL,
    matter  TEXT,
    officer TEXT,
    state   TEXT,
    at      TEXT,
    flag    INTEGER NOT NULL,                -- 1: wants attention
    number  INTEGER,
    json    TEXT    NOT NULL,
    search  TEXT    NOT NULL,
    UNIQUE (kind, id, subject)
) STRICT;
CREATE INDEX documents_by_subject ON documents (subject);
CREATE INDEX documents_by_kind ON documents (kind, at);
CREATE INDEX documents_by_matter ON documents (matter, kind) WHERE matter IS NOT NULL;
CREATE INDEX documents_by_flag ON documents (kind, at) WHERE flag = 1;

CREATE VIRTUAL TABLE words USING fts5 (
    search, content = '', contentless_delete = 1, prefix = '1', tokenize = 'liuhen'
);
