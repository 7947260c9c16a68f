from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from device_drivers.api.drivers import Announced
from device_drivers.api.panels import Ink, Panel
from gateway.domain.labels import Target
from gateway.feed import checking
from gateway.store import (
    binding_rows,
    catalogue,
    labels,
    marking,
    migrating,
    replica,
    staging,
    tasks,
)
from gateway.store.database import Connection, connect
from gateway.store.pacing import Pace
from gateway.store.replica import Position
from gateway.store.replica_rows import Written
from gateway.store.staging import ALL_SEQS

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PANEL = Panel(name="2.9", width=296, height=128, inks=(Ink.WHITE, Ink.BLACK), dpi=112)
AS_OF = "2026-11-22T10:00:00-06:00"
SHOE, BOOT = "09521101530001", "09521101530018"


class Shop:
    """A replica under test, with the digest that follows what is written."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.folded: set[tuple[int, bytes]] = set()
        self.seq = 0

    def write(self, *rows: tuple[str, str, Any], seq: int | None = None) -> Written:
        """Apply rows of central's; labels are looked at and up to date before."""
        self.settle()
        self.seq = self.seq + 1 if seq is None else seq
        checked = [checking.row("central", *row, lambda _: "central") for row in rows]
        return self.fold(replica.apply(self.connection, "central", checked, seq=self.seq, at=AT))

    def fold(self, written: Written) -> Written:
        for toggle in written.toggles:
            self.folded ^= {toggle}
        return written

    def recount(self) -> None:
        """What the feed does after a merge, whose slices tell no hashes."""
        self.folded = set(replica.hashes(self.connection, "central"))

    def settle(self) -> None:
        self.connection.execute("UPDATE label SET stale = 0")
        self.connection.noted.clear()

    def label(self, name: str, target: Target | None = None) -> None:
        heard = Announced(label=name, panel=PANEL, formats=("png",), firmware="1", showing=None)
        labels.announce(self.connection, "mqtt", heard, AT)
        if target is not None:
            labels.bind(
                self.connection,
                labels.Binding(
                    label=name, target=target, template=None, bound_at=AT, bound_by="Ana"
                ),
            )

    def stale(self) -> list[str]:
        while marking.go_on(self.connection):
            pass
        return [label.id for label in labels.stale(self.connection, 100)]

    def pages(self) -> set[str]:
        return self.connection.noted["catalogue"].copy()

    def value(self, kind: str, key: str) -> Any:
        row = self.connection.execute(
            "SELECT value FROM in_force WHERE kind = ? AND key = ?", (kind, key)
        ).fetchone()
        return None if row is None else json.loads(row[0])

    def tasks(self) -> list[tuple[str, str]]:
        return [(task.kind, task.key) for task in tasks.all_open(self.connection)]

    def true_to_its_hashes(self) -> bool:
        return self.folded == set(replica.hashes(self.connection, "central"))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    connection = connect(tmp_path / "anaquel.db")
    migrating.migrate(connection)
    yield Shop(connection)
    connection.close()


def group(key: str) -> tuple[str, str, Any]:
    return "group", key, {"name": {"es": key}}


def product(key: str, **members: Any) -> tuple[str, str, Any]:
    return "product", key, {"name": {"es": key}} | members


def price(key: str, amount: str) -> tuple[str, str, Any]:
    return "offers", key, {"currency": "MXN", "offers": [{"kind": "list", "amount": amount}]}


def stock(place: str, key: str, count: int) -> tuple[str, str, Any]:
    return "stock", f"{place}/{key}", {"available": count, "as_of": AS_OF}


def test_what_the_source_sent_is_in_force_and_in_the_hashes(shop: Shop) -> None:
    assert shop.write(price("a", "10")).changed == 1
    assert shop.value("offers", "a")["offers"][0]["amount"] == "10"
    assert shop.write(price("a", "10")).changed == 0
    assert shop.write(price("a", "11"), ("offers", "gone", None)).changed == 1
    assert shop.true_to_its_hashes()
    assert shop.write(("offers", "a", None)).changed == 1
    assert shop.folded == set()


def test_a_refused_row_leaves_its_last_good_value_in_force(shop: Shop) -> None:
    shop.write(price("a", "10"), price("b", "10"))
    shop.write(price("a", "-1"), price("b", "12"))
    assert shop.value("offers", "a")["offers"][0]["amount"] == "10"
    assert shop.value("offers", "b")["offers"][0]["amount"] == "12"
    shop.write(price("a", "-2"))
    assert shop.value("offers", "a")["offers"][0]["amount"] == "10"
    assert shop.true_to_its_hashes(), "a refused row counts in the digest"
    assert shop.tasks() == [("refused_row", "offers/a")]
    total, (row,) = replica.refused(shop.connection, "central")
    assert (total, row.kind, row.key, row.code) == (1, "offers", "a", "negative_amount")

    shop.write(price("a", "9"))
    assert shop.value("offers", "a")["offers"][0]["amount"] == "9"
    assert (shop.tasks(), replica.refused(shop.connection, "central")) == ([], (0, ()))


def test_a_row_refused_from_the_start_is_not_in_force(shop: Shop) -> None:
    shop.label("L1", Target(product="a"))
    shop.write(price("a", "-1"))
    assert shop.value("offers", "a") is None
    assert shop.stale() == [], "nothing in force changed"
    shop.write(("offers", "a", None))
    assert (shop.tasks(), shop.folded) == ([], set())


def test_a_refused_value_that_is_withdrawn_takes_its_good_one_along(shop: Shop) -> None:
    shop.write(product("a", gtins=[SHOE]))
    shop.write(product("a", gtins=["1"]))
    assert catalogue.products_by_code(shop.connection, SHOE) == ("a",)
    shop.write(("product", "a", None))
    assert shop.value("product", "a") is None
    assert catalogue.products_by_code(shop.connection, SHOE) == ()
    assert shop.tasks() == []


def test_codes_lead_to_products_and_follow_them(shop: Shop) -> None:
    found = catalogue.products_by_code
    shop.write(product("a", gtins=[SHOE], codes=["PLU 7"]), product("b", codes=["PLU 7"]))
    assert found(shop.connection, SHOE) == ("a",)
    assert found(shop.connection, "PLU 7") == ("a", "b"), "two claim it: never a guess"
    shop.write(product("a", gtins=[BOOT, BOOT], codes=[BOOT]))
    assert found(shop.connection, SHOE) == ()
    assert found(shop.connection, BOOT) == ("a",)
    assert found(shop.connection, "PLU 7") == ("b",)


def test_only_labels_and_pages_that_show_it_are_concerned(shop: Shop) -> None:
    shop.write(product("a", group="g"), product("b", group="g"), product("c"), group("g"))
    shop.label("on-a", Target(product="a"))
    shop.label("on-b", Target(product="b"))
    shop.label("on-c", Target(product="c"))
    shop.label("on-g", Target(group="g"))
    shop.label("on-nothing")
    shop.write(price("a", "10"))
    assert (shop.stale(), shop.pages()) == (["on-a", "on-g"], {"a", "g"})
    shop.write(stock("s042", "b", 3))
    assert (shop.stale(), shop.pages()) == (["on-b", "on-g"], {"b", "g"})
    shop.write(stock("s051", "c", 3))
    assert (shop.stale(), shop.pages()) == (["on-c"], {"c"})
    shop.write(("group", "g", {"name": {"es": "otro"}}))
    assert (shop.stale(), shop.pages()) == (["on-a", "on-b", "on-g"], {"g"})
    shop.write(price("a", "10"))
    assert (shop.stale(), shop.pages()) == ([], set())


def test_a_product_that_moves_concerns_both_groups(shop: Shop) -> None:
    shop.write(group("g"), group("h"), product("a", group="g"))
    shop.label("on-g", Target(group="g"))
    shop.label("on-h", Target(group="h"))
    shop.write(product("a", group="h"))
    assert (shop.stale(), shop.pages()) == (["on-g", "on-h"], {"a", "g", "h"})
    shop.write(product("a"))
    assert (shop.stale(), shop.pages()) == (["on-h"], {"a", "h"})
    shop.write(product("a", group="g"))
    shop.write(("product", "a", None))
    assert (shop.stale(), shop.pages()) == (["on-g"], {"a", "g"})


def test_a_place_that_comes_or_goes_concerns_everybody(shop: Shop) -> None:
    shop.write(product("a"), stock("s042", "a", 0))
    shop.label("on-a", Target(product="a"))
    shop.label("on-nothing")
    shop.write(("location", "s042", {"name": "Centro", "kind": "shop"}))
    assert shop.stale() == ["on-a"], "its stock counts only now"
    assert "" in shop.connection.noted["location"]
    shop.write(("location", "s042", {"name": "Centro Histórico", "kind": "shop"}))
    assert shop.stale() == []
    assert "" in shop.connection.noted["location"]
    shop.write(("location", "s042", None))
    assert shop.stale() == ["on-a"]


def test_an_unknown_kind_is_kept_and_has_no_effect(shop: Shop) -> None:
    shop.write(("weather", "x", {"sun": 1}))
    assert shop.value("weather", "x") == {"sun": 1}
    assert (shop.stale(), shop.pages(), shop.tasks()) == ([], set(), [])
    assert shop.true_to_its_hashes()


def test_positions_are_by_source(shop: Shop) -> None:
    assert replica.position(shop.connection, "central") == Position()
    replica.move(shop.connection, "central", epoch=3, seq=9, at=AT)
    replica.move(shop.connection, "central", epoch=3, seq=11, at=AT)
    assert replica.position(shop.connection, "central") == Position(epoch=3, seq=11, applied_at=AT)
    assert replica.position(shop.connection, "files") == Position()


def snapshot(shop: Shop, *rows: tuple[str, str, Any], seq: int, keep_after: int) -> None:
    """A whole snapshot merged in the smallest slices."""
    c = shop.connection
    merge = staging.begin(c, "central", epoch=1, seq=seq, keep_after=keep_after, at=AT)
    for kind, key, value in rows:
        row = checking.row("central", kind, key, value, lambda _: "central")
        staging.stage(c, merge, [(0, row)])
    after: staging.Place | None = (-1, "", "")
    while after is not None:
        _, after = staging.merge_next(c, merge, after, Pace(1))
    place: tuple[str, str] | None = ("", "")
    while place is not None:
        _, place = staging.sweep_next(c, merge, place, 1)
    staging.finish(c, merge)
    shop.recount()
    while staging.clear(c, "central", 1):
        pass


def test_a_merge_that_another_one_took_over_stops(shop: Shop) -> None:
    c = shop.connection
    first = staging.begin(c, "files", epoch=1, seq=1, keep_after=ALL_SEQS, at=AT)
    staging.begin(c, "files", epoch=1, seq=1, keep_after=ALL_SEQS, at=AT)
    with pytest.raises(staging.MergeTakenOverError):
        staging.sweep_next(c, first, ("", ""), 10)


def test_an_unchanged_row_belongs_to_the_epoch_that_sent_it_last(shop: Shop) -> None:
    shop.write(price("a", "1"), seq=5_000)
    snapshot(shop, price("a", "1"), seq=10, keep_after=ALL_SEQS)
    snapshot(shop, price("a", "7"), seq=100, keep_after=100)
    value = shop.value("offers", "a")
    assert value is not None
    assert value["offers"][0]["amount"] == "7"


def test_a_snapshot_wins_except_over_what_is_newer(shop: Shop) -> None:
    shop.write(price("old", "1"), price("same", "1"), price("gone", "1"), seq=5)
    shop.write(price("newer", "2"), price("added", "2"), seq=12)
    shop.settle()
    snapshot(
        shop, price("old", "10"), price("same", "1"), price("newer", "10"), seq=10, keep_after=10
    )
    amounts = {
        key: None if (value := shop.value("offers", key)) is None else value["offers"][0]["amount"]
        for key in ("old", "same", "gone", "newer", "added")
    }
    assert amounts == {"old": "10", "same": "1", "gone": None, "newer": "2", "added": "2"}
    assert shop.true_to_its_hashes()
    assert shop.pages() == {"old", "gone"}, "the difference and nothing else"
    assert shop.connection.execute("SELECT count(*) FROM staged").fetchone() == (0,)


def test_a_snapshot_of_a_new_epoch_replaces_everything(shop: Shop) -> None:
    shop.write(price("a", "1"), price("b", "-1"), seq=900)
    snapshot(shop, price("c", "3"), seq=4, keep_after=ALL_SEQS)
    assert {key for _, key in shop.connection.execute("SELECT kind, key FROM in_force")} == {"c"}
    assert shop.tasks() == []
    assert shop.true_to_its_hashes()


def binding_row(label: str, target: dict[str, Any] | None, **more: Any) -> tuple[str, str, Any]:
    value = None if target is None else {"label": label, "target": target} | more
    return "binding", label, value


def bound(shop: Shop, label: str) -> tuple[Target, str] | None:
    found = labels.binding(shop.connection, label)
    return None if found is None else (found.target, found.bound_by)


def test_a_fresh_label_is_bound_as_the_source_says(shop: Shop) -> None:
    shop.label("L1")
    shop.write(binding_row("L1", {"group": "g", "where": {"color": "navy"}}, template="style"))
    assert bound(shop, "L1") == (Target(group="g", where={"color": "navy"}), "central")
    assert shop.stale() == ["L1"]
    shop.write(binding_row("L1", {"group": "g", "where": {"color": "navy"}}, template="style"))
    assert shop.stale() == [], "the same again is nothing new"
    shop.write(binding_row("L1", {"product": "a"}, alias="left end"))
    assert bound(shop, "L1") == (Target(product="a"), "central")
    shop.write(binding_row("L1", None))
    assert bound(shop, "L1") is None
    assert shop.stale() == ["L1"]


def test_what_people_bound_is_theirs(shop: Shop) -> None:
    shop.label("L1", Target(product="by-ana"))
    shop.write(binding_row("L1", {"product": "a"}))
    shop.write(binding_row("L1", None))
    assert bound(shop, "L1") == (Target(product="by-ana"), "Ana")


def test_a_label_that_comes_later_is_bound_when_it_comes(shop: Shop) -> None:
    shop.write(binding_row("L1", {"product": "a"}))
    shop.label("L1")
    assert bound(shop, "L1") is None
    binding_rows.adopt(shop.connection, "L1", AT + timedelta(hours=1))
    assert bound(shop, "L1") == (Target(product="a"), "central")
    binding_rows.adopt(shop.connection, "L2", AT)
    assert bound(shop, "L2") is None


def test_a_binding_that_is_refused_leaves_the_last_good_one(shop: Shop) -> None:
    shop.label("L1")
    shop.write(binding_row("L1", {"product": "a"}))
    shop.write(binding_row("L1", {"product": "a", "group": "g"}))
    assert bound(shop, "L1") == (Target(product="a"), "central")


def test_a_family_is_found_from_any_of_its_members(shop: Shop) -> None:
    shop.write(
        ("location", "s042", {"name": "Centro", "kind": "shop"}),
        ("group", "g", {"name": {"es": "G"}, "siblings": ["g", "h", "nowhere"]}),
        group("h"),
        product("a", group="g"),
        product("b", group="h"),
        product("lonely", group="nowhere"),
        price("a", "10"),
        stock("s042", "b", 3),
        stock("elsewhere", "b", 3),
    )
    c = shop.connection
    family = catalogue.family_of_product(c, "a")
    assert family == catalogue.family_of_group(c, "g")
    assert family is not None
    assert family.group is not None
    assert [one.id for one in family.products] == ["a", "b"]
    assert [one.id for one in family.siblings] == ["h"]
    assert (set(family.offers), set(family.stock)) == ({"a"}, {("s042", "b")})
    lonely = catalogue.family_of_product(c, "lonely")
    assert lonely is not None
    assert (lonely.group, [one.id for one in lonely.products]) == (None, ["lonely"])
    assert catalogue.family_of_product(c, "missing") is None
    assert catalogue.family_of_group(c, "missing") is None
    assert catalogue.exists(c, "group", "g")
    assert not catalogue.exists(c, "group", "a")


def test_a_product_beyond_what_a_page_can_show_is_still_found(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "MAX_FAMILY", 2)
    shop.write(group("g"), *(product(key, group="g") for key in "abc"))
    family = catalogue.family_of_product(shop.connection, "c")
    assert family is not None
    assert family.group is not None
    assert [one.id for one in family.products] == ["c"]
    whole = catalogue.family_of_product(shop.connection, "b")
    assert whole is not None
    assert [one.id for one in whole.products] == ["a", "b"]
