-- Labels that showed their wish before the chains began: what they show stands before their first row,
-- as if that row had gone.
INSERT INTO proof_chain (label, last_number, last_hash, shown)
SELECT delivery.label, 0, zeroblob(32), json_object(
    'label', delivery.label, 'number', 0, 'at', delivery.shown_at, 'clock', 'doubted',
    'what', 'shown', 'wish', wish.id, 'fingerprint', wish.fingerprint, 'picture', delivery.sha256)
FROM delivery JOIN wish ON wish.label = delivery.label AND wish.id = delivery.wish
WHERE delivery.state = 'shown' AND delivery.shown_at IS NOT NULL
    AND delivery.label NOT IN (SELECT label FROM proof_chain);
