-- Pictures of articles by the address in their rows. `wanted` is the hash that the row asks for, or
-- ''. `kept` is the hash of what was fetched and names the files. `due_at` is when to fetch it
-- (again); NULL when there is nothing to do.
CREATE TABLE image (
    url TEXT PRIMARY KEY,
    wanted TEXT NOT NULL,
    kept TEXT,
    width INTEGER,
    height INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER,
    reason TEXT
) WITHOUT ROWID;
CREATE INDEX image_due ON image (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX image_kept ON image (kept) WHERE kept IS NOT NULL;

-- Which rows show which picture, so that their pages hear of its arrival.
CREATE TABLE image_use (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    url TEXT NOT NULL,
    PRIMARY KEY (kind, key)
) WITHOUT ROWID;
CREATE INDEX image_use_of_url ON image_use (url);
