-- What somebody saw of a hold: its `mark` counts its changes, a held row has the mark with which its
-- value came. Who decides says up to which mark.
ALTER TABLE hold ADD COLUMN mark INTEGER NOT NULL DEFAULT 1;
ALTER TABLE replica ADD COLUMN mark INTEGER;
UPDATE replica SET mark = 1 WHERE hold IS NOT NULL;
CREATE INDEX replica_marked ON replica (hold, mark) WHERE hold IS NOT NULL;
