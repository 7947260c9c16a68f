-- A person asked for the picture once more, also where the label is said to show it already:
-- 1 until the way to the label took it, then 2 until the label confirmed it.
ALTER TABLE delivery ADD COLUMN repeat INTEGER NOT NULL DEFAULT 0 CHECK (repeat IN (0, 1, 2));
