-- The shop's own settings that somebody set; the others have their defaults. A NULL value is the
-- default, too: then central says so (locked). "change" is the latest of its changes.
CREATE TABLE shop_setting (
    name TEXT PRIMARY KEY,
    value TEXT,
    locked INTEGER NOT NULL DEFAULT 0,
    change INTEGER NOT NULL
) WITHOUT ROWID;
-- Who changed what and when: the latest.
CREATE TABLE shop_setting_change (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    name TEXT NOT NULL,
    was TEXT,
    value TEXT,
    locked INTEGER NOT NULL,
    by_whom TEXT NOT NULL,
    way TEXT NOT NULL CHECK (way IN ('page', 'file', 'command', 'central'))
);
