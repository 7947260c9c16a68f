-- What a picture says of prices, as JSON: `told` by this wish, `was` by the picture that the label
-- confirmed last when the wish was made ('' where none was).
ALTER TABLE wish ADD COLUMN told TEXT NOT NULL DEFAULT '';
ALTER TABLE wish ADD COLUMN was TEXT NOT NULL DEFAULT '';

-- `via`: the adapter or access point that heard the label last. `stale_for`: why its wish is looked
-- at again. `took_ms`: from the hand-over to the confirmation, averaged. `foreign_since`: since when
-- somebody else writes to it. `away_since`: since when it is out of reach. `troubles`: what is
-- wrong with it, words with commas. `moves`, `moves_since`: how often it changed its way lately.
ALTER TABLE label ADD COLUMN via TEXT NOT NULL DEFAULT '';
ALTER TABLE label ADD COLUMN stale_for TEXT NOT NULL DEFAULT '';
ALTER TABLE label ADD COLUMN took_ms INTEGER;
ALTER TABLE label ADD COLUMN foreign_since INTEGER;
ALTER TABLE label ADD COLUMN away_since INTEGER;
ALTER TABLE label ADD COLUMN troubles TEXT NOT NULL DEFAULT '';
ALTER TABLE label ADD COLUMN moves INTEGER NOT NULL DEFAULT 0;
ALTER TABLE label ADD COLUMN moves_since INTEGER NOT NULL DEFAULT 0;

-- A delivery's turn is its `due_at`, which is also the end of its lease while it is handed over; one
-- that is not over has either a turn or a `hold`. `rank`: lower ones go first. `way`: family/via.
-- `earliest_at`: no turn before. `same`: how often in a row the outcome was `reason`. `loose`: the
-- picture of an older wish may still arrive. `wave`: what it is part of.
DROP INDEX delivery_due;
ALTER TABLE delivery RENAME TO delivery_before;
CREATE TABLE delivery (
    label TEXT PRIMARY KEY REFERENCES label (id) ON DELETE CASCADE,
    wish TEXT NOT NULL,
    sha256 TEXT,
    state TEXT NOT NULL CHECK (state IN ('queued', 'transferred', 'shown', 'failed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    rank INTEGER NOT NULL,
    way TEXT NOT NULL,
    due_at INTEGER,
    earliest_at INTEGER,
    hold TEXT CHECK (hold IN ('paused', 'cancelled', 'foreign')),
    reason TEXT,
    detail TEXT,
    same INTEGER NOT NULL DEFAULT 0,
    loose INTEGER NOT NULL DEFAULT 0,
    wave INTEGER,
    queued_at INTEGER NOT NULL,
    handed_at INTEGER,
    transferred_at INTEGER,
    shown_at INTEGER,
    CHECK (hold IS NULL OR due_at IS NULL)
) WITHOUT ROWID;
INSERT INTO delivery (label, wish, sha256, state, attempts, rank, way, due_at, reason, detail,
    queued_at, transferred_at, shown_at)
SELECT old.label, old.wish, old.sha256, old.state, old.attempts, iif(old.priority = 1, 1, 6),
    label.family || '/', old.due_at, old.reason, old.detail, old.queued_at, old.transferred_at,
    old.shown_at
FROM delivery_before AS old JOIN label ON label.id = old.label;
DROP TABLE delivery_before;
CREATE INDEX delivery_turn ON delivery (way, rank, due_at) WHERE due_at IS NOT NULL;

-- Many deliveries from one cause. `joined` wishes; of them `shown`, and `gone`: replaced by newer
-- ones before they were shown.
CREATE TABLE wave (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    cause TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'paused', 'cancelled')),
    began_at INTEGER NOT NULL,
    joined_at INTEGER NOT NULL,
    shown_at INTEGER,
    joined INTEGER NOT NULL DEFAULT 0,
    shown INTEGER NOT NULL DEFAULT 0,
    gone INTEGER NOT NULL DEFAULT 0,
    decided_by TEXT,
    decided_at INTEGER
);

-- How fast a way is: how long a delivery holds a place on it.
CREATE TABLE pace (
    way TEXT PRIMARY KEY,
    place_ms REAL NOT NULL,
    deliveries INTEGER NOT NULL
) WITHOUT ROWID;
