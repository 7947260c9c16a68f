-- What each label was asked to show and said it showed: one chain of hashes per label. `said` is the
-- row's text as it was hashed; the columns before it repeat what is looked for.
DROP TABLE proof;
CREATE TABLE proof (
    id INTEGER PRIMARY KEY,
    label TEXT NOT NULL,
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    what TEXT NOT NULL,
    said TEXT NOT NULL,
    hash BLOB NOT NULL
);
CREATE UNIQUE INDEX proof_of_label ON proof (label, number);

-- Where each chain ends, and where it begins since its oldest rows went. `shown` is the last row that
-- went and said what the label shows: it goes on doing so until another row says otherwise.
CREATE TABLE proof_chain (
    label TEXT PRIMARY KEY,
    last_number INTEGER NOT NULL,
    last_hash BLOB NOT NULL,
    from_number INTEGER NOT NULL DEFAULT 0,
    from_hash BLOB NOT NULL DEFAULT (zeroblob(32)),
    shown TEXT
) WITHOUT ROWID;

-- Which template drew a picture first, as name@hash. `made_at` is from now on when the picture was last
-- wished for or seen on a label: its age counts from there.
ALTER TABLE frame ADD COLUMN template TEXT NOT NULL DEFAULT '';
