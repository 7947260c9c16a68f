-- Where copies of backups are: of each place the newest that arrived whole, and what went wrong last.
CREATE TABLE backup_copy (
    place TEXT PRIMARY KEY, -- usb, sftp, central, download, folder
    name TEXT,
    taken_at INTEGER,
    at INTEGER,
    tried_at INTEGER,
    trouble TEXT
) WITHOUT ROWID;
