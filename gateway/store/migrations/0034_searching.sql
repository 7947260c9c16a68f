-- The words of each group and product in force, folded, those that count most first; of a product
-- also those of its group. Written with the rows they come from, in one transaction. `§g` and `§p`
-- in the index tell groups from products: no word has that sign.
CREATE TABLE article_text (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('group', 'product')),
    key TEXT NOT NULL,
    group_id TEXT,
    category TEXT,
    color TEXT,
    words TEXT NOT NULL,
    UNIQUE (kind, key)
);
CREATE INDEX article_text_category ON article_text (category, group_id) WHERE category IS NOT NULL;

CREATE VIRTUAL TABLE article_search USING fts5 (
    words, content = '', tokenize = 'ascii', prefix = '2', detail = none, columnsize = 0
);
CREATE TRIGGER article_text_in AFTER INSERT ON article_text BEGIN
    INSERT INTO article_search (rowid, words)
    VALUES (new.id, iif(new.kind = 'group', '§g ', '§p ') || new.words);
END;
CREATE TRIGGER article_text_out AFTER DELETE ON article_text BEGIN
    INSERT INTO article_search (article_search, rowid, words)
    VALUES ('delete', old.id, iif(old.kind = 'group', '§g ', '§p ') || old.words);
END;
CREATE TRIGGER article_text_other AFTER UPDATE OF id, kind, words ON article_text BEGIN
    INSERT INTO article_search (article_search, rowid, words)
    VALUES ('delete', old.id, iif(old.kind = 'group', '§g ', '§p ') || old.words);
    INSERT INTO article_search (rowid, words)
    VALUES (new.id, iif(new.kind = 'group', '§g ', '§p ') || new.words);
END;

-- Every word with a letter, and in how many texts: where misspelt words are looked up.
CREATE TABLE search_word (
    word TEXT PRIMARY KEY,
    uses INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX search_word_by_length ON search_word (length(word), word);

INSERT INTO article_text (kind, key, group_id, category, color, words)
SELECT 'group', key, key, NULL, NULL, search_words(NULL, value)
FROM in_force WHERE kind = 'group' ORDER BY key;
INSERT INTO article_text (kind, key, group_id, category, color, words)
SELECT 'product', p.key, product.group_id, json_extract(p.value, '$.category'),
    json_extract(p.value, '$.options.color'), search_words(p.value, g.value)
FROM product JOIN in_force AS p ON p.kind = 'product' AND p.key = product.id
LEFT JOIN in_force AS g ON g.kind = 'group' AND g.key = product.group_id ORDER BY p.key;

CREATE VIRTUAL TABLE temp.search_vocabulary USING fts5vocab (main, article_search, row);
INSERT INTO search_word (word, uses)
SELECT term, doc FROM temp.search_vocabulary WHERE term GLOB '[^§]*' AND term GLOB '*[^0-9]*';
DROP TABLE temp.search_vocabulary;
