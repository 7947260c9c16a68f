-- How far the price of a product has come onto its labels: since its last offers row, or since that
-- row's price began or ended by itself. `price` says what it is, NULL before anybody looked;
-- `unsettled_at` is set while it is to be looked at. `told`: 0 nothing, 1 that the first label shows it,
-- 2 that the deadline passed, 3 that all do. Triggers count, so that whatever moves a label counts.
CREATE TABLE price_showing (
    product TEXT PRIMARY KEY,
    seq INTEGER,
    began INTEGER NOT NULL,
    price TEXT,
    campaign TEXT NOT NULL DEFAULT '',
    unsettled_at INTEGER,
    labels INTEGER NOT NULL DEFAULT 0,
    shown INTEGER NOT NULL DEFAULT 0,
    shown_at INTEGER,
    told INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX price_showing_unsettled ON price_showing (unsettled_at) WHERE unsettled_at IS NOT NULL;
CREATE INDEX price_showing_news ON price_showing (product)
    WHERE told < 3 AND (shown >= labels OR (told = 0 AND shown > 0));
CREATE INDEX price_showing_late ON price_showing (began) WHERE told < 2;

-- `state`: 0 is to be drawn, 1 wished, 2 confirmed since the price is that.
CREATE TABLE price_label (
    label TEXT NOT NULL REFERENCES label (id) ON DELETE CASCADE,
    product TEXT NOT NULL,
    state INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (label, product)
) WITHOUT ROWID;
CREATE INDEX price_label_of_product ON price_label (product, state);

-- The sums over the products whose price belongs to a campaign.
CREATE TABLE campaign_showing (
    campaign TEXT PRIMARY KEY,
    began INTEGER NOT NULL,
    products INTEGER NOT NULL DEFAULT 0,
    labels INTEGER NOT NULL DEFAULT 0,
    shown INTEGER NOT NULL DEFAULT 0,
    told INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

CREATE TRIGGER price_label_in AFTER INSERT ON price_label
BEGIN
    UPDATE price_showing SET labels = labels + 1, shown = shown + (new.state = 2)
    WHERE product = new.product;
END;
CREATE TRIGGER price_label_out AFTER DELETE ON price_label
BEGIN
    UPDATE price_showing SET labels = labels - 1, shown = shown - (old.state = 2)
    WHERE product = old.product;
END;
CREATE TRIGGER price_label_moved AFTER UPDATE OF state ON price_label
WHEN (old.state = 2) <> (new.state = 2)
BEGIN
    UPDATE price_showing SET shown = shown + (new.state = 2) - (old.state = 2)
    WHERE product = new.product;
END;
CREATE TRIGGER price_showing_sums AFTER UPDATE OF labels, shown, campaign ON price_showing
WHEN old.campaign <> '' OR new.campaign <> ''
BEGIN
    UPDATE campaign_showing
    SET products = products - 1, labels = labels - old.labels, shown = shown - old.shown
    WHERE campaign = old.campaign;
    UPDATE campaign_showing
    SET products = products + 1, labels = labels + new.labels, shown = shown + new.shown
    WHERE campaign = new.campaign;
END;
