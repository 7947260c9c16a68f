-- What the shop itself learned of a shelf by a sensor; beside the replica, never in it. troubles: JSON list of codes.
CREATE TABLE observation (
    sensor TEXT PRIMARY KEY,
    place TEXT,
    product TEXT,
    pieces INTEGER,
    creep_g TEXT NOT NULL,
    troubles TEXT NOT NULL,
    at INTEGER NOT NULL
) WITHOUT ROWID;

-- Temperatures of one sensor by the shop's own day, in degrees Celsius as decimals.
CREATE TABLE sensor_day (
    day TEXT NOT NULL,
    sensor TEXT NOT NULL,
    least TEXT NOT NULL,
    most TEXT NOT NULL,
    total TEXT NOT NULL,
    samples INTEGER NOT NULL,
    out_s REAL NOT NULL,
    PRIMARY KEY (day, sensor)
) WITHOUT ROWID;
