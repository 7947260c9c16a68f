-- What stands now of what people outside are told, and what of it they were told: NULL while it may still pass.
CREATE TABLE notice_standing (
    subject TEXT PRIMARY KEY,
    seen_at INTEGER NOT NULL,
    since INTEGER NOT NULL,
    count INTEGER NOT NULL,
    told INTEGER,
    gone_at INTEGER
) WITHOUT ROWID;

-- What a receiver will hear of in its next notice: of one subject only the newest.
CREATE TABLE notice_line (
    receiver TEXT NOT NULL,
    subject TEXT NOT NULL,
    at INTEGER NOT NULL,
    facts TEXT NOT NULL,
    PRIMARY KEY (receiver, subject)
) WITHOUT ROWID;

-- Notices on their way; the id and the body are the same at every attempt. Gone some time after their end.
CREATE TABLE notice (
    id TEXT PRIMARY KEY,
    receiver TEXT NOT NULL,
    subject TEXT NOT NULL,
    title TEXT NOT NULL,
    body BLOB NOT NULL,
    made_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    ended TEXT CHECK (ended IN ('delivered', 'given_up')),
    ended_at INTEGER
) WITHOUT ROWID;
CREATE INDEX notice_due ON notice (receiver, due_at) WHERE ended IS NULL;
CREATE INDEX notice_made ON notice (receiver, made_at);
CREATE INDEX notice_ended ON notice (ended_at) WHERE ended IS NOT NULL;

-- How each receiver answered last; closed once it said that it wants nothing more.
CREATE TABLE notice_receiver (
    receiver TEXT PRIMARY KEY,
    delivered_at INTEGER,
    tried_at INTEGER,
    trouble TEXT,
    closed INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
