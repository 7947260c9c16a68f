-- What became of central's commands, by their id: a command that comes again is answered, not done again.
CREATE TABLE command (
    id TEXT PRIMARY KEY,
    at INTEGER NOT NULL,
    result TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX command_by_age ON command (at);
