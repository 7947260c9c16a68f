-- What a source last said of its own position, and what keeps us from following it: for those who
-- ask without the gateway. `behind_since` is NULL while we have all that we heard of.
CREATE TABLE heard (
    source TEXT PRIMARY KEY,
    epoch INTEGER,
    seq INTEGER,
    digest TEXT,
    issued_at TEXT,
    behind_since INTEGER,
    error TEXT
) WITHOUT ROWID;
