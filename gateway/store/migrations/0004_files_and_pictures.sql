-- The version of the catalogue file at an address that was imported last.
CREATE TABLE fetched (
    url TEXT PRIMARY KEY,
    etag TEXT,
    modified TEXT,
    sha256 TEXT NOT NULL
) WITHOUT ROWID;
