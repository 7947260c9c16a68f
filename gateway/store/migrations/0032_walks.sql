-- Labels that somebody compared with what lies behind them, the latest time of each. verdict: right, wrong, mended.
CREATE TABLE walk_check (
    label TEXT PRIMARY KEY REFERENCES label (id) ON DELETE CASCADE,
    verdict TEXT NOT NULL,
    at INTEGER NOT NULL,
    by_whom TEXT NOT NULL
) WITHOUT ROWID;
