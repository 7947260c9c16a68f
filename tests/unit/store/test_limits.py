"""How much one shop holds: what is beyond is refused in words, and the rest goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.store import catalogue, limits, price_rules, replica
from gateway.store.price_rules import PriceRules
from tests.support.guarded import Given, Guarded, price, product

AT = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Guarded]:
    one = Guarded.empty(tmp_path)
    with one.transaction():
        price_rules.settle(one.connection, PriceRules(store="own"), AT)
    one.guard = None
    yield one
    one.close()


def place(key: str, kind: str = "shop") -> Given:
    return "location", key, {"name": key, "kind": kind}


def shops(first: int, last: int) -> list[Given]:
    return [place(f"x{number:02}") for number in range(first, last)]


def refused(shop: Guarded) -> dict[str, str]:
    _, found = replica.refused(shop.connection, "central")
    return {row.key: row.code for row in found}


def test_twelve_neighbours_and_sixteen_places_in_all(shop: Guarded) -> None:
    shop.write(
        *(place(f"w{number}", "warehouse") for number in range(5)),
        *shops(0, 14),
        place("web", "online"),
        place("rest", "elsewhere"),
        product("a"),
    )
    shop.write(place("own"))

    assert refused(shop) == {
        "x12": "too_many_neighbours",
        "x13": "too_many_neighbours",
        **{f"w{number}": "too_many_places" for number in range(1, 5)},
    }
    family = catalogue.family_of_product(shop.connection, "a")
    assert family is not None
    assert [one.id for one in family.locations] == [
        "own",
        "rest",
        "web",
        *(f"x{number:02}" for number in range(12)),
        "w0",
    ]
    _, found = replica.refused(shop.connection, "central")
    assert found[-1].message == (
        "a shop has at most 12 other shops; send the stock of the rest together, under one place "
        "of the kind elsewhere"
    )


def test_a_refused_place_counts_once_there_is_room_and_it_is_sent_again(shop: Guarded) -> None:
    shop.write(*shops(0, 13))
    shop.write(("location", "x00", None))
    assert refused(shop) == {"x12": "too_many_neighbours"}
    shop.write(place("x12"))
    assert refused(shop) == {}
    shop.write(place("x00"), ("location", "x01", None))
    assert refused(shop) == {}, "the one that goes makes room"


def test_a_place_that_is_there_may_change_but_not_into_one_too_many(shop: Guarded) -> None:
    shop.write(*shops(0, 12), place("web", "online"))
    shop.write(("location", "x03", {"name": "Nuevo", "kind": "shop"}), place("web", "shop"))

    assert refused(shop) == {"web": "too_many_neighbours"}
    assert shop.in_force("location")["x03"]["name"] == "Nuevo"
    assert shop.in_force("location")["web"]["kind"] == "online", "the last good one stays"


def test_a_snapshot_may_bring_other_places_in_place_of_all(shop: Guarded) -> None:
    shop.write(*shops(0, 12))
    shop.merge([place(f"y{number:02}") for number in range(13)])

    assert refused(shop) == {"y12": "too_many_neighbours"}
    assert list(shop.in_force("location")) == [f"y{number:02}" for number in range(12)]


def test_new_rows_beyond_the_most_are_refused_and_known_ones_go_on(
    shop: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_ROWS", 4)
    shop.write(price("a", "1.00"), price("b", "1.00"), price("c", "-1.00"))
    shop.write(price("d", "1.00"), price("e", "1.00"), price("f", "1.00"), price("a", "2.00"))

    assert refused(shop) == {"c": "negative_amount", "f": "too_many_rows"}
    assert shop.amount("a") == "2.00"
    shop.write(price("c", "1.00"))
    assert refused(shop)["c"] == "too_many_rows"
    shop.write(("offers", "a", None), price("f", "3.00"))
    assert refused(shop) == {"c": "too_many_rows"}
    assert shop.amount("f") == "3.00"


def test_the_digest_counts_what_is_refused(shop: Guarded, monkeypatch: Any) -> None:
    monkeypatch.setattr(limits, "MAX_ROWS", 1)
    written = shop.write(price("a", "1.00"), price("b", "1.00"))

    assert len(written.toggles) == 2
    assert json.loads(written.refused["offers", "b"])["code"] == "too_many_rows"
    assert shop.write(price("b", "1.00")).changed == 0, "the same again is the same refusal"
