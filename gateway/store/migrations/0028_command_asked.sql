-- What a command asked for, as the SHA-256 of its name and args: an id stands for one command alone.
-- '' where that was not kept.
ALTER TABLE command ADD COLUMN asked TEXT NOT NULL DEFAULT '';
