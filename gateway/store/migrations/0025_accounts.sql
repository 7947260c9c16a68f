-- Shared devices: a phone or scanner of the shop on which clerks sign in by a short code or a badge.
CREATE TABLE shared_device (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    token_sha256 TEXT NOT NULL UNIQUE,
    enrolled_at INTEGER NOT NULL,
    enrolled_by TEXT NOT NULL,
    used_at INTEGER NOT NULL
);
-- Codes that enrol one device each, until a time.
CREATE TABLE enrolment (
    code_sha256 TEXT PRIMARY KEY,
    device TEXT NOT NULL,
    by TEXT NOT NULL,
    until INTEGER NOT NULL
) WITHOUT ROWID;

ALTER TABLE person ADD COLUMN pin_hash TEXT;
ALTER TABLE person ADD COLUMN badge_sha256 TEXT;
CREATE UNIQUE INDEX person_badge ON person (badge_sha256) WHERE badge_sha256 IS NOT NULL;

-- On which shared device, if any, whether by a short code or badge, and what the browser said it is.
ALTER TABLE session ADD COLUMN device INTEGER REFERENCES shared_device (id) ON DELETE CASCADE;
ALTER TABLE session ADD COLUMN short INTEGER NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN client TEXT NOT NULL DEFAULT '';
CREATE INDEX session_device ON session (device) WHERE device IS NOT NULL;

-- Failed sign-ins per account and per address: they slow down the next ones.
CREATE TABLE failed_sign_in (
    kind TEXT NOT NULL CHECK (kind IN ('account', 'address')),
    key TEXT NOT NULL,
    count INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (kind, key)
) WITHOUT ROWID;
CREATE INDEX failed_sign_in_last ON failed_sign_in (last_at);
