-- Which of Shopify's numbers belong together, for changes that name only one of them. `seen` is the
-- number of the whole reading that a row was last part of; `problem` is what is wrong in Shopify.
CREATE TABLE shopify_article (
    article TEXT PRIMARY KEY,
    style TEXT NOT NULL,
    seen INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX shopify_article_style ON shopify_article (style) WHERE style <> '';

CREATE TABLE shopify_variant (
    variant TEXT PRIMARY KEY,
    article TEXT NOT NULL,
    item TEXT NOT NULL,
    tracked INTEGER NOT NULL,
    problem TEXT,
    seen INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX shopify_variant_article ON shopify_variant (article);
CREATE INDEX shopify_variant_item ON shopify_variant (item);
CREATE INDEX shopify_variant_problem ON shopify_variant (variant) WHERE problem IS NOT NULL;
