-- What the guard keeps out of force until somebody decides. A replica row with a `hold` is not used:
-- `good` stays in force instead of `value`. A delete that is held leaves the row with value `null`
-- and a hash of zeros, which counts as nothing in the digest. `moved` is the minute (since 1970) in
-- which a price last changed, so that a price that changes often counts once.
ALTER TABLE replica ADD COLUMN hold INTEGER;
ALTER TABLE replica ADD COLUMN moved INTEGER;
CREATE INDEX replica_held ON replica (hold, seq) WHERE hold IS NOT NULL;

DROP VIEW in_force;
CREATE VIEW in_force AS
SELECT kind, key, iif(refusal IS NULL AND hold IS NULL, value, good) AS value,
    (refusal IS NOT NULL OR hold IS NOT NULL) AS out_of_date
FROM replica
WHERE (refusal IS NULL AND hold IS NULL) OR good IS NOT NULL;

-- `rows` are those it keeps out of force now. Open: nobody decided; accepted: they go into force bit
-- by bit; refused: each waits for another row from its source.
CREATE TABLE hold (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL,
    cause TEXT NOT NULL CHECK (cause IN ('deletes', 'prices', 'price_range', 'price_away')),
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'accepted', 'refused')),
    rows INTEGER NOT NULL DEFAULT 0,
    why TEXT NOT NULL,
    path TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    decided_by TEXT,
    decided_at INTEGER
);
CREATE INDEX hold_by_source ON hold (source, state, cause);

-- How many rows of a source are in force, kept as they come and go.
CREATE TABLE in_force_count (
    source TEXT NOT NULL,
    kind TEXT NOT NULL,
    rows INTEGER NOT NULL,
    PRIMARY KEY (source, kind)
) WITHOUT ROWID;
INSERT INTO in_force_count (source, kind, rows)
SELECT source, kind, count(*) FROM replica
WHERE refusal IS NULL OR good IS NOT NULL
GROUP BY source, kind;

-- What the guard saw lately, by minute: rows deleted, prices changed; `held` of them took no effect.
CREATE TABLE guard_minute (
    source TEXT NOT NULL,
    cause TEXT NOT NULL,
    kind TEXT NOT NULL,
    minute INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    held INTEGER NOT NULL,
    PRIMARY KEY (source, cause, kind, minute)
) WITHOUT ROWID;
