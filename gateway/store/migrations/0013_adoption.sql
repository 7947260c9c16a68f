-- Labels that were heard and that nobody said are ours; they are never driven. `panel` columns are
-- NULL where the label does not tell its model.
CREATE TABLE discovered (
    label TEXT PRIMARY KEY,
    family TEXT NOT NULL,
    model TEXT,
    width INTEGER,
    height INTEGER,
    inks TEXT,
    dpi INTEGER,
    formats TEXT NOT NULL DEFAULT '',
    firmware TEXT NOT NULL,
    showing TEXT,
    via TEXT NOT NULL,
    rssi_dbm INTEGER,
    battery_mv INTEGER,
    first_heard INTEGER NOT NULL,
    last_heard INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX discovered_by_age ON discovered (last_heard);

-- Labels that are out of use; `told` once one of them was heard again.
CREATE TABLE retired (
    label TEXT PRIMARY KEY,
    family TEXT NOT NULL,
    model TEXT NOT NULL,
    alias TEXT,
    replaced_by TEXT,
    at INTEGER NOT NULL,
    by TEXT NOT NULL,
    told INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

-- How labels of one batch show what they are sent, as a person saw it last.
CREATE TABLE batch (
    family TEXT NOT NULL,
    model TEXT NOT NULL,
    firmware TEXT NOT NULL,
    correction TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (family, model, firmware)
) WITHOUT ROWID;

-- `alias`: the id printed on the case. `parked`: what a label in a drawer shows, '' where it is
-- none. `card`: the test card it shows until `card_until`, as it is ('raw') or put right
-- ('checked'). `correction`: what its pictures go through, JSON; '' before anybody said.
ALTER TABLE label ADD COLUMN alias TEXT;
ALTER TABLE label ADD COLUMN zone TEXT;
ALTER TABLE label ADD COLUMN parked TEXT NOT NULL DEFAULT '' CHECK (parked IN ('', 'blank', 'code'));
ALTER TABLE label ADD COLUMN card TEXT NOT NULL DEFAULT '' CHECK (card IN ('', 'raw', 'checked'));
ALTER TABLE label ADD COLUMN card_until INTEGER;
ALTER TABLE label ADD COLUMN correction TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX label_alias ON label (alias) WHERE alias IS NOT NULL;

-- `raw`: the picture goes out as it is, without the label's correction.
ALTER TABLE wish ADD COLUMN raw INTEGER NOT NULL DEFAULT 0;
