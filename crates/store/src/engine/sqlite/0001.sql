-- Schema 1. The journal and the rows beside it. Documents are not here: they are made again from
-- the journal whenever their version changes (documents.sql).

CREATE TABLE series (
    no    INTEGER PRIMARY KEY,
    id    BLOB    NOT NULL UNIQUE,           -- 32 bytes
    key   BLOB    NOT NULL,                  -- Ed25519 public key
    local INTEGER NOT NULL                   -- 1: entries of it are written in this home
) STRICT;

CREATE TABLE heads (
    series INTEGER NOT NULL REFERENCES series (no),
    epoch  INTEGER NOT NULL,
    seq    INTEGER NOT NULL,                 -- of the last entry
    hash   BLOB    NOT NULL,                 -- of the last entry
    held   INTEGER NOT NULL DEFAULT 0,       -- entries 1..=held have a verified receipt
    PRIMARY KEY (series, epoch)
) STRICT, WITHOUT ROWID;

CREATE TABLE subjects (
    no      INTEGER PRIMARY KEY,
    kind    TEXT    NOT NULL,
    id      TEXT    NOT NULL,
    heads   BLOB    NOT NULL,                -- hashes, 32 bytes each
    wanted  BLOB    NOT NULL,                -- hashes named but not here
    entries INTEGER NOT NULL,
    UNIQUE (kind, id)
) STRICT;

CREATE TABLE entries (
    ord     INTEGER PRIMARY KEY,             -- order of arrival
    hash    BLOB    NOT NULL UNIQUE,         -- RFC 6962 leaf hash of item
    series  INTEGER NOT NULL REFERENCES series (no),
    epoch   INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    subject INTEGER NOT NULL REFERENCES subjects (no),
    kind    TEXT    NOT NULL,
    item    BLOB    NOT NULL,                -- the exact logged bytes
    salt    BLOB,                            -- both null once erased
    body    BLOB,
    UNIQUE (series, epoch, seq)
) STRICT;
CREATE INDEX entries_by_subject ON entries (subject);

-- Where the township's log holds an entry. Apart from the entry, so that a receipt does not rewrite it.
CREATE TABLE placed (
    ord  INTEGER PRIMARY KEY REFERENCES entries (ord),
    idx  INTEGER NOT NULL UNIQUE,            -- log index
    size INTEGER NOT NULL,                   -- of the tree the path leads to
    path BLOB    NOT NULL                    -- hashes, 32 bytes each
) STRICT;

CREATE TABLE withheld (
    ord      INTEGER PRIMARY KEY REFERENCES entries (ord),
    standing INTEGER NOT NULL                -- 1 pending, 2 declined
) STRICT;

-- Hashes of complete subtrees in the order of their completion: append-only.
CREATE TABLE tree (
    place INTEGER PRIMARY KEY,
    hash  BLOB NOT NULL
) STRICT;

-- Everything outside the journal.
CREATE TABLE shelves (
    shelf TEXT NOT NULL,
    key   TEXT NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (shelf, key)
) STRICT, WITHOUT ROWID;
