-- Keys that a source wrote while a whole feed of the same source was on its way in: what was said
-- later wins over the feed. Emptied when a feed begins and when it is in.
CREATE TABLE written_meanwhile (
    source TEXT NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    PRIMARY KEY (source, kind, key)
) WITHOUT ROWID;

-- What a token lets its holder do: send events, or write the catalogue.
ALTER TABLE device ADD COLUMN scope TEXT NOT NULL DEFAULT 'events'
    CHECK (scope IN ('events', 'catalogue'));
