-- Of a wave's wishes those that labels hold of which nobody ever hears what they show.
ALTER TABLE wave ADD COLUMN arrived INTEGER NOT NULL DEFAULT 0;

-- The picture of a wish that was forgotten may still arrive: the next delivery has to know.
ALTER TABLE label ADD COLUMN loose INTEGER NOT NULL DEFAULT 0;
