-- What shoppers ask of the shop; times in milliseconds. key: the secret of the signed link. ref: what others call it.
CREATE TABLE request (
    key TEXT PRIMARY KEY,
    ref TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    product TEXT NOT NULL,
    label TEXT,
    place TEXT NOT NULL,
    code TEXT NOT NULL,
    asked_at INTEGER NOT NULL,
    begins INTEGER NOT NULL,
    until INTEGER NOT NULL,
    lasts_ms INTEGER NOT NULL,
    rule TEXT NOT NULL,
    central_until INTEGER,
    confirmed_by TEXT,
    by_whom TEXT,
    seen_at INTEGER,
    changed_at INTEGER NOT NULL,
    late INTEGER NOT NULL,
    aside INTEGER NOT NULL,
    needs_staff INTEGER NOT NULL,
    takes_a_piece INTEGER NOT NULL,
    due INTEGER
) WITHOUT ROWID;
CREATE INDEX request_for_staff ON request (asked_at) WHERE needs_staff = 1;
CREATE INDEX request_taken ON request (product) WHERE takes_a_piece = 1;
CREATE INDEX request_due ON request (due) WHERE due IS NOT NULL;
CREATE INDEX request_asked ON request (asked_at);

-- An article that somebody looked for in vain: when, and how many pieces the source said then.
CREATE TABLE not_found (
    product TEXT PRIMARY KEY,
    at INTEGER NOT NULL,
    available TEXT
) WITHOUT ROWID;
