-- Labels that wait and that a list of another system names: they take no room from others.
ALTER TABLE discovered ADD COLUMN listed INTEGER NOT NULL DEFAULT 0;
CREATE INDEX discovered_listed ON discovered (listed);
