-- Prices that people took off the shelf, with name and reason; `ended_by` is a name, or '' where another
-- price row came. `told`: 0 nothing, 1 the beginning, 2 the end, too.
CREATE TABLE price_withdrawn (
    id INTEGER PRIMARY KEY,
    product TEXT NOT NULL,
    at INTEGER NOT NULL,
    by_whom TEXT NOT NULL,
    reason TEXT NOT NULL,
    ended_at INTEGER,
    ended_by TEXT,
    told INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX price_withdrawn_now ON price_withdrawn (product) WHERE ended_at IS NULL;
CREATE INDEX price_withdrawn_news ON price_withdrawn (id)
    WHERE told < iif(ended_at IS NULL, 1, 2);
CREATE INDEX price_withdrawn_ended ON price_withdrawn (ended_at) WHERE ended_at IS NOT NULL;
