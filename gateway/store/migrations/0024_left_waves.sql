-- Waves that a label left for another wish: should it come back to one, it is counted there already.
CREATE TABLE left_wave (
    label TEXT NOT NULL REFERENCES label (id) ON DELETE CASCADE,
    wave INTEGER NOT NULL REFERENCES wave (id) ON DELETE CASCADE,
    counted TEXT NOT NULL CHECK (counted IN ('shown', 'arrived', 'gone')),
    PRIMARY KEY (label, wave)
) WITHOUT ROWID;
CREATE INDEX left_wave_wave ON left_wave (wave);
