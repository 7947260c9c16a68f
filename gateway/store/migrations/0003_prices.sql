-- What everybody paid, as rows that are gone told it: the row in force tells for itself. Times of one
-- product never overlap; nothing was in force in a gap.
CREATE TABLE price_history (
    product TEXT NOT NULL,
    began INTEGER NOT NULL,
    ended INTEGER NOT NULL,
    amount TEXT NOT NULL,
    currency TEXT NOT NULL,
    kind TEXT NOT NULL,
    PRIMARY KEY (product, began)
) WITHOUT ROWID;
CREATE INDEX price_history_by_age ON price_history (ended);

-- Since when the offers row in force counts, where another was there before it. A row that was replaced
-- at `replaced_at` stays here (with its own `since`) while its price may be shown until the shop closes.
CREATE TABLE price_since (
    product TEXT PRIMARY KEY,
    since INTEGER NOT NULL,
    replaced TEXT,
    replaced_since INTEGER,
    replaced_at INTEGER
) WITHOUT ROWID;
