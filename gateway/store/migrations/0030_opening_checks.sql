-- Opening checks as they were made. due_at: the time the shop asked for, NULL when a person (by) did. wrong: how many of each,
-- JSON. lines: what was wrong in walking order, JSON by zlib. Only the newest are kept.
CREATE TABLE opening_check (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    due_at INTEGER UNIQUE,
    opens_at INTEGER,
    by TEXT,
    right INTEGER NOT NULL,
    received INTEGER NOT NULL,
    wrong TEXT NOT NULL,
    lines BLOB NOT NULL
);
