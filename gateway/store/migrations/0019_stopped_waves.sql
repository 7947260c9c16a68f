-- `counted`: what the delivery's wave counts its label as ('' while it waits for it). `repriced`: whether
-- the price in the picture is lower (-1), the same (0) or another one (1) than the label confirmed last.
ALTER TABLE delivery ADD COLUMN counted TEXT NOT NULL DEFAULT ''
    CHECK (counted IN ('', 'shown', 'arrived', 'gone'));
ALTER TABLE delivery ADD COLUMN repriced INTEGER NOT NULL DEFAULT 0;
UPDATE delivery SET counted = 'shown' WHERE state = 'shown' AND wave IS NOT NULL;
UPDATE delivery SET repriced = coalesce((
    SELECT CASE
        WHEN json_extract(nullif(told, ''), '$.amount') IS json_extract(nullif(was, ''), '$.amount') THEN 0
        WHEN json_extract(nullif(told, ''), '$.amount') + 0 < json_extract(nullif(was, ''), '$.amount') + 0 THEN -1
        ELSE 1 END
    FROM wish WHERE wish.label = delivery.label), 0);
CREATE INDEX delivery_held ON delivery (wave) WHERE hold IS NOT NULL;

-- The picture of a label that was stale when its wave was stopped belongs to that wave as well.
ALTER TABLE label ADD COLUMN into_wave INTEGER;
