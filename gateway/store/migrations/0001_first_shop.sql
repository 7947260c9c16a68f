-- Times are milliseconds since 1970, UTC. Hashes in BLOBs are raw, in TEXT lower-case hex.

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- The replica: each row exactly as its source sent it. While `refusal` is set, `good` (the last
-- good value, or NULL) is in force instead of `value`. Each kind has one owner among the sources;
-- rows of the others are kept, and refused.
CREATE TABLE replica (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    hash BLOB NOT NULL,
    bucket INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    source TEXT NOT NULL,
    refusal TEXT,
    good TEXT,
    PRIMARY KEY (kind, key, source)
) WITHOUT ROWID;
CREATE INDEX replica_refused ON replica (source, kind, key) WHERE refusal IS NOT NULL;

CREATE VIEW in_force AS
SELECT kind, key, iif(refusal IS NULL, value, good) AS value, refusal IS NOT NULL AS out_of_date
FROM replica
WHERE refusal IS NULL OR good IS NOT NULL;

-- A snapshot on its way in.
CREATE TABLE staged (
    source TEXT NOT NULL,
    rank INTEGER NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    hash BLOB NOT NULL,
    bucket INTEGER NOT NULL,
    refusal TEXT,
    PRIMARY KEY (source, kind, key)
) WITHOUT ROWID;
CREATE INDEX staged_in_order ON staged (source, rank, kind, key);

CREATE TABLE feed (
    source TEXT PRIMARY KEY,
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    applied_at INTEGER NOT NULL
) WITHOUT ROWID;

-- Look-up keys of the products in force.
CREATE TABLE product (
    id TEXT PRIMARY KEY,
    group_id TEXT
) WITHOUT ROWID;
CREATE INDEX product_of_group ON product (group_id, id);

CREATE TABLE product_code (
    code TEXT NOT NULL,
    product TEXT NOT NULL,
    PRIMARY KEY (code, product)
) WITHOUT ROWID;
CREATE INDEX code_of_product ON product_code (product);

-- `stale` counts the reasons to look at the label again; 0 when its wish is up to date. `urgent`
-- labels stand for something blocked or recalled and are looked at first.
CREATE TABLE label (
    id TEXT PRIMARY KEY,
    family TEXT NOT NULL,
    code TEXT NOT NULL UNIQUE,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    inks TEXT NOT NULL,
    dpi INTEGER NOT NULL,
    model TEXT NOT NULL,
    formats TEXT NOT NULL,
    firmware TEXT NOT NULL,
    first_heard INTEGER NOT NULL,
    last_heard INTEGER NOT NULL,
    online INTEGER NOT NULL DEFAULT 1,
    battery_mv INTEGER,
    rssi_dbm INTEGER,
    temperature_c REAL,
    sight_sha256 TEXT,
    sight_at INTEGER,
    stale INTEGER NOT NULL DEFAULT 1,
    urgent INTEGER NOT NULL DEFAULT 0,
    next_change INTEGER
) WITHOUT ROWID;
CREATE INDEX label_stale ON label (id) WHERE stale > 0;
CREATE INDEX label_urgent ON label (id) WHERE urgent > 0;
CREATE INDEX label_next_change ON label (next_change) WHERE next_change IS NOT NULL;

CREATE TABLE binding (
    label TEXT PRIMARY KEY REFERENCES label (id) ON DELETE CASCADE,
    product TEXT,
    group_id TEXT,
    fixed TEXT NOT NULL DEFAULT '{}',
    template TEXT,
    bound_at INTEGER NOT NULL,
    bound_by TEXT NOT NULL,
    CHECK ((product IS NULL) != (group_id IS NULL))
) WITHOUT ROWID;
CREATE INDEX binding_of_product ON binding (product) WHERE product IS NOT NULL;
CREATE INDEX binding_of_group ON binding (group_id) WHERE group_id IS NOT NULL;

-- Pictures by fingerprint, and the encoded forms that labels report by their own hash.
CREATE TABLE frame (
    fingerprint TEXT PRIMARY KEY,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    inks TEXT NOT NULL,
    pixels BLOB NOT NULL, -- one byte per pixel, zlib
    made_at INTEGER NOT NULL
);
CREATE INDEX frame_by_age ON frame (made_at, fingerprint);
CREATE TABLE picture (
    sha256 TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX picture_of_frame ON picture (fingerprint);

-- What a label should show, and how far the delivery of it has come. Deliveries of priority 1 (what
-- is blocked or recalled) go before those of priority 0.
CREATE TABLE wish (
    label TEXT PRIMARY KEY REFERENCES label (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    template TEXT NOT NULL,
    cause TEXT NOT NULL,
    made_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE delivery (
    label TEXT PRIMARY KEY REFERENCES label (id) ON DELETE CASCADE,
    wish TEXT NOT NULL,
    sha256 TEXT,
    state TEXT NOT NULL CHECK (state IN ('queued', 'transferred', 'shown', 'failed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    priority INTEGER NOT NULL DEFAULT 0 CHECK (priority IN (0, 1)),
    due_at INTEGER,
    reason TEXT,
    detail TEXT,
    queued_at INTEGER NOT NULL,
    transferred_at INTEGER,
    shown_at INTEGER
) WITHOUT ROWID;
CREATE INDEX delivery_due ON delivery (priority, due_at) WHERE due_at IS NOT NULL;

CREATE TABLE proof (
    id INTEGER PRIMARY KEY,
    label TEXT NOT NULL,
    at INTEGER NOT NULL,
    what TEXT NOT NULL,
    wish TEXT,
    fingerprint TEXT,
    detail TEXT
);
CREATE INDEX proof_of_label ON proof (label, id);
CREATE INDEX proof_by_age ON proof (at);

-- Events on their way up. `next_seq` never goes back; on the wire a lane's first seq of an epoch
-- is 1, which is `seq - epoch_seq` here, so a new epoch renumbers nothing.
CREATE TABLE lane (
    name TEXT PRIMARY KEY,
    max_bytes INTEGER NOT NULL,
    when_full TEXT NOT NULL CHECK (when_full IN ('refuse', 'gap', 'forget')),
    next_seq INTEGER NOT NULL DEFAULT 1,
    acked_seq INTEGER NOT NULL DEFAULT 0,
    epoch_seq INTEGER NOT NULL DEFAULT 0,
    rows INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0,
    dropped INTEGER NOT NULL DEFAULT 0,
    refused INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
INSERT INTO lane (name, max_bytes, when_full) VALUES
    ('keep', 200000000, 'refuse'),
    ('scan', 200000000, 'refuse'),
    ('telemetry', 100000000, 'gap'),
    ('debug', 20000000, 'gap');
CREATE TABLE outbox (
    lane TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    event TEXT NOT NULL,
    PRIMARY KEY (lane, seq)
) WITHOUT ROWID;
CREATE TABLE event_gap (
    lane TEXT NOT NULL,
    from_seq INTEGER NOT NULL,
    to_seq INTEGER NOT NULL,
    count INTEGER NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (lane, from_seq)
) WITHOUT ROWID;
CREATE TABLE quarantine (
    lane TEXT NOT NULL,
    seq INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    at INTEGER NOT NULL,
    event TEXT NOT NULL,
    code TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (epoch, lane, seq)
) WITHOUT ROWID;
CREATE INDEX quarantine_at ON quarantine (at);
-- What was taken in lately, so that a repeat is acknowledged and not stored again. `key` is an
-- event id made from the producer's own id, or a fingerprint of a message without one.
CREATE TABLE taken (
    key BLOB PRIMARY KEY,
    at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX taken_at ON taken (at);

CREATE TABLE task (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    detail TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    PRIMARY KEY (kind, key)
) WITHOUT ROWID;

CREATE TABLE person (
    name TEXT PRIMARY KEY,
    role TEXT NOT NULL CHECK (role IN ('clerk', 'manager', 'administrator')),
    password_hash TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE session (
    token_sha256 TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES person (name) ON DELETE CASCADE,
    csrf TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE device (
    id TEXT PRIMARY KEY,
    token_sha256 TEXT NOT NULL UNIQUE,
    added_at INTEGER NOT NULL
) WITHOUT ROWID;
