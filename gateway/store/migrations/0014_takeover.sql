-- Zones that another system drives or drove, and the labels that lists name for them. `key` is the
-- label's id, or else what stands on its case (`alias`, compared as `sign`).
CREATE TABLE takeover_zone (
    zone TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('imported', 'switched', 'released')),
    at INTEGER NOT NULL,
    by TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE takeover_label (
    key TEXT PRIMARY KEY,
    zone TEXT NOT NULL REFERENCES takeover_zone (zone) ON DELETE CASCADE,
    label TEXT NOT NULL,
    alias TEXT NOT NULL,
    sign TEXT NOT NULL,
    article TEXT NOT NULL,
    options TEXT NOT NULL,
    template TEXT NOT NULL,
    model TEXT NOT NULL,
    price TEXT NOT NULL,
    currency TEXT NOT NULL,
    shown_at INTEGER
) WITHOUT ROWID;
CREATE INDEX takeover_label_zone ON takeover_label (zone);
CREATE INDEX takeover_label_sign ON takeover_label (sign) WHERE label = '';
