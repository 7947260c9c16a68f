-- Since when a label that is being retired is asked to show nothing; it is gone once it does.
ALTER TABLE label ADD COLUMN leaving INTEGER;
CREATE INDEX label_leaving ON label (leaving) WHERE leaving IS NOT NULL;

-- What a retired label was, so that it can be taken back though nobody hears it; NULL for those that
-- were retired before. `target`: what it stood for, `hardware`: what it is, both JSON. `blank`: what it
-- confirmed of the empty picture, 'transferred' or 'shown'. `taken_down`: when somebody said that it is
-- off the shelf.
ALTER TABLE retired ADD COLUMN code TEXT;
ALTER TABLE retired ADD COLUMN target TEXT;
ALTER TABLE retired ADD COLUMN hardware TEXT;
ALTER TABLE retired ADD COLUMN formats TEXT;
ALTER TABLE retired ADD COLUMN firmware TEXT;
ALTER TABLE retired ADD COLUMN via TEXT;
ALTER TABLE retired ADD COLUMN last_heard INTEGER;
ALTER TABLE retired ADD COLUMN blank TEXT NOT NULL DEFAULT '';
ALTER TABLE retired ADD COLUMN taken_down INTEGER;
CREATE INDEX retired_by_age ON retired (at);
