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
    stands  TEXT,                            -- JSON pointer: a long searched text stands in json and is not kept twice
    UNIQUE (kind, id, subject)
) STRICT;
CREATE INDEX documents_by_subject ON documents (subject);
CREATE INDEX documents_by_kind ON documents (kind, at);
CREATE INDEX documents_by_matter ON documents (matter, kind) WHERE matter IS NOT NULL;
CREATE INDEX documents_by_flag ON documents (kind, at) WHERE flag = 1;

CREATE VIRTUAL TABLE words USING fts5 (
    search, content = '', contentless_delete = 1, prefix = '1', tokenize = 'liuhen'
);
-- Leaves that fit a page of SQLCipher, of which 80 bytes are its own: the usual 4050 would take two.
INSERT INTO words (words, rank) VALUES ('pgsz', 3900);
-- Bodies that are erased must leave the index too.
INSERT INTO words (words, rank) VALUES ('secure-delete', 1);

-- Documents whose words are not indexed as they are now.
CREATE TABLE unindexed (
    ord INTEGER PRIMARY KEY
) STRICT;
