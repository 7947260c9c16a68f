"""The index of words against the rows it is made of, and what it finds."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.domain.searching import typed_words
from gateway.feed import checking
from gateway.store import database, finding, migrating, replica, search_words
from gateway.store.database import Connection
from gateway.store.finding import Style
from tests.support import shop

Rows = Mapping[tuple[str, str], dict[str, Any] | None]


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with contextlib.closing(_opened(tmp_path / "anaquel.db")) as opened:
        yield opened


def _opened(path: Path | str) -> Connection:
    connection = database.connect(Path(path))
    migrating.migrate(connection)
    return connection


def _fill(connection: Connection, rows: list[shop.Row], seq: int = 1) -> None:
    prepared = [
        checking.row("central", kind, key, value, lambda _: "central") for kind, key, value in rows
    ]
    connection.execute("BEGIN")
    replica.apply(connection, "central", prepared, seq=seq, at=shop.NOW)
    connection.execute("COMMIT")


def _meant(styles: tuple[Style, ...]) -> list[Style]:
    """Without the product that stands for several: any of them may."""
    return [one if one.single else replace(one, product=None) for one in styles]


def _expected(connection: Connection) -> list[tuple[Any, ...]]:
    search_words.function(connection)
    return connection.execute(
        "SELECT 'group', key, key, NULL, NULL, search_words(NULL, value) FROM in_force "
        "WHERE kind = 'group' UNION ALL "
        "SELECT 'product', p.key, json_extract(p.value, '$.group'), "
        "json_extract(p.value, '$.category'), json_extract(p.value, '$.options.color'), "
        "search_words(p.value, g.value) FROM in_force AS p LEFT JOIN in_force AS g "
        "ON g.kind = 'group' AND g.key = json_extract(p.value, '$.group') "
        "WHERE p.kind = 'product' ORDER BY 1, 2"
    ).fetchall()


def _kept(connection: Connection) -> list[tuple[Any, ...]]:
    return connection.execute(
        "SELECT kind, key, group_id, category, color, words FROM article_text ORDER BY kind, key"
    ).fetchall()


def _assert_exact(connection: Connection) -> None:
    kept = _kept(connection)
    assert kept == _expected(connection)
    uses: dict[str, int] = {}
    for *_, words in kept:
        for word in words.split():
            uses[word] = uses.get(word, 0) + 1
    connection.execute(
        "CREATE VIRTUAL TABLE IF NOT EXISTS temp.seen USING fts5vocab (main, article_search, row)"
    )
    indexed = dict(connection.execute("SELECT term, doc FROM temp.seen").fetchall())
    signs = {sign: indexed.pop(sign, 0) for sign in ("§g", "§p")}
    assert indexed == uses
    assert signs["§g"] == sum(row[0] == "group" for row in kept)
    assert signs["§p"] == sum(row[0] == "product" for row in kept)
    known = dict(connection.execute("SELECT word, uses FROM search_word").fetchall())
    assert known == {word: count for word, count in uses.items() if not word.isdigit()}


_NAMES = st.fixed_dictionaries(
    {"es": st.sampled_from(["Jeans Alba", "Árbol 5", "Ñandú", "Tenis", "!!"])},
    optional={"en": st.sampled_from(["Alba jeans", "Tree"])},
)
_GROUP = st.fixed_dictionaries({"name": _NAMES}, optional={"brand": st.sampled_from(["Ó", "Sol"])})
_PRODUCT = st.fixed_dictionaries(
    {},
    optional={
        "name": _NAMES,
        "group": st.sampled_from(["g1", "g2", "g3"]),
        "category": st.sampled_from(["ropa", "Calzado"]),
        "options": st.fixed_dictionaries({"color": st.sampled_from(["navy", "red"])}),
        "color": st.just({"name": {"es": "Azul marino"}}),
        "sku": st.sampled_from(["AB-1", "77"]),
        "status": st.sampled_from(["active", "blocked", "nonsense"]),
    },
)
_ROWS = st.lists(
    st.one_of(
        st.tuples(st.just("group"), st.sampled_from(["g1", "g2"]), st.one_of(st.none(), _GROUP)),
        st.tuples(
            st.just("product"), st.sampled_from(["p1", "p2", "p3"]), st.one_of(st.none(), _PRODUCT)
        ),
    ),
    max_size=6,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(messages=st.lists(_ROWS, min_size=1, max_size=6))
def test_the_index_is_exact_after_any_rows(
    connection: Connection, messages: list[list[shop.Row]]
) -> None:
    seq = connection.execute("SELECT coalesce(max(seq), 0) FROM replica").fetchone()[0]
    for place, rows in enumerate(messages, 1):
        _fill(connection, rows, seq + place)
        _assert_exact(connection)


def test_a_transaction_that_fails_leaves_the_index_as_it_was(connection: Connection) -> None:
    _fill(connection, shop.rows())
    before = _kept(connection)
    connection.execute("BEGIN")
    rows = [checking.row("central", "product", "tote", None, lambda _: "central")]
    replica.apply(connection, "central", rows, seq=2, at=shop.NOW)
    assert _kept(connection) != before
    connection.execute("ROLLBACK")
    assert _kept(connection) == before
    _assert_exact(connection)


def test_an_older_database_gets_its_index(connection: Connection) -> None:
    _fill(connection, shop.rows())
    now = _kept(connection)
    words = connection.execute("SELECT * FROM search_word ORDER BY word").fetchall()
    connection.executescript(
        "DROP TABLE article_text; DROP TABLE article_search; DROP TABLE search_word;"
    )
    step = next(file for number, file in migrating._steps() if "searching" in file.name)
    connection.executescript(step.read_text())
    assert _kept(connection) == now
    assert connection.execute("SELECT * FROM search_word ORDER BY word").fetchall() == words
    _assert_exact(connection)
    _fill(connection, [("product", "tote", None)], seq=2)
    _assert_exact(connection)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("jeans", Style(group="jeans-alba")),
        ("ALBA", Style(group="jeans-alba")),
        ("straight JEANS", Style(group="jeans-alba")),
        ("jeans azul marino", Style(group="jeans-alba", color="navy")),
        (
            "jeans marino 26",
            Style(product="alba-navy-26", group="jeans-alba", color="navy", single=True),
        ),
        ("jaens", Style(group="jeans-alba")),
        ("tenis blanco", Style(group="runner-white")),
        ("lampara", Style(product="lamp", single=True)),
        ("lámpara", Style(product="lamp", single=True)),
        ("lanpara", Style(product="lamp", single=True)),
    ],
)
def test_what_people_type(connection: Connection, typed: str, first: Style) -> None:
    _fill(connection, shop.rows())
    found = finding.by_words(connection, typed)
    assert found.whole
    assert _meant(found.styles)[0] == first


def test_where_no_article_has_all_the_words_the_nearest_are_shown(connection: Connection) -> None:
    _fill(connection, shop.rows())
    found = finding.by_words(connection, "jeans submarinos alba")
    assert not found.whole
    assert found.styles[0] == Style(group="jeans-alba")


@pytest.mark.parametrize("typed", ["", "   ", "¿?", "zzzz", "zzzz qqqq", "§", '"', "NOT\0 *"])
def test_what_is_nowhere_finds_nothing(connection: Connection, typed: str) -> None:
    _fill(connection, shop.rows())
    assert finding.by_words(connection, typed).styles == ()


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=st.text(max_size=60))
def test_no_text_breaks_the_search(connection: Connection, typed: str) -> None:
    if not _kept(connection):
        _fill(connection, shop.rows())
    finding.by_words(connection, typed)
    finding.by_category(connection, typed)
    looked_for = typed_words(typed)
    if looked_for:
        finding.keys(connection, finding.holding(connection, looked_for), "product", 5)


def test_categories_count_styles_not_sizes(connection: Connection) -> None:
    rows: list[shop.Row] = [
        ("group", "g", {"name": {"es": "Jeans"}}),
        *(("product", f"p{n}", {"group": "g", "category": "Ropa"}) for n in range(3)),
        ("product", "x", {"name": {"es": "Gorra"}, "category": "Ropa"}),
        ("product", "y", {"name": {"es": "Ábaco"}, "category": "árboles"}),
        ("product", "z", {"name": {"es": "Nada"}}),
    ]
    _fill(connection, rows)
    assert [(one.name, one.styles) for one in finding.categories(connection)] == [
        ("árboles", 1),
        ("Ropa", 2),
    ]
    assert _meant(finding.by_category(connection, "Ropa").styles) == [
        Style(product="x", single=True),
        Style(group="g"),
    ]
    assert finding.by_category(connection, "Nada").styles == ()


def test_staff_find_parts_of_words(connection: Connection) -> None:
    _fill(connection, shop.rows())
    question = finding.holding(connection, ("eans", "alb"))
    assert finding.keys(connection, question, "group", 5) == ("jeans-alba",)
    with pytest.raises(sqlite3.Error):
        connection.execute("SELECT 1 FROM article_search WHERE article_search MATCH '\"'")
