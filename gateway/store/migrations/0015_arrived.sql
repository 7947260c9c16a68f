-- Of a wave's wishes those that labels hold of which nobody ever hears what they show.
ALTER TABLE wave ADD COLUMN arrived INTEGER NOT NULL DEFAULT 0;
