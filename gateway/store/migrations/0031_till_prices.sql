-- What the till asked for each article in the newest list that somebody took from it; upload is the comparison's number.
CREATE TABLE till_price (
    upload INTEGER NOT NULL,
    product TEXT NOT NULL,
    amount TEXT NOT NULL,
    currency TEXT NOT NULL,
    PRIMARY KEY (upload, product)
) WITHOUT ROWID;

-- Comparisons of shelf and till. lines: what differs, worst first, and unknown: numbers of no article, JSON by zlib. Only the newest
-- are kept. ended: all of its prices are written, and count.
CREATE TABLE till_check (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    by TEXT NOT NULL,
    matches INTEGER NOT NULL,
    compared INTEGER NOT NULL,
    counts TEXT NOT NULL,
    lines BLOB NOT NULL,
    ended INTEGER NOT NULL DEFAULT 0
);
