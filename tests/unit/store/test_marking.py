from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from device_drivers.api.drivers import Announced
from device_drivers.api.panels import Ink, Panel
from gateway.domain.labels import Target
from gateway.store import labels, marking, migrating, rounds
from gateway.store.database import Connection, connect
from gateway.store.labels import Binding

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PANEL = Panel(name="2.9", width=8, height=2, inks=(Ink.WHITE, Ink.BLACK), dpi=112)
BOUND = ("l0", "l2", "l4")
ALL = ("l0", "l1", "l2", "l3", "l4")


@pytest.fixture
def connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """Five labels that nobody has to look at, every other one bound."""
    monkeypatch.setattr(marking, "PORTION", 2)
    opened = connect(tmp_path / "anaquel.db")
    migrating.migrate(opened)
    for label in ALL:
        heard = Announced(label=label, panel=PANEL, formats=("png",), firmware="1", showing=None)
        labels.announce(opened, "mqtt", heard, AT)
    for label in BOUND:
        target = Target(product="a")
        labels.bind(
            opened,
            Binding(label=label, target=target, template=None, bound_at=AT, bound_by="Ana"),
        )
    rest(opened)
    yield opened
    opened.close()


def rest(connection: Connection) -> None:
    for label in labels.stale(connection, 10):
        labels.planned(connection, label.id, looked_at=label.stale, next_change=None)


def marked(connection: Connection) -> tuple[str, ...]:
    return tuple(sorted(rounds.all_stale(connection)))


def test_labels_are_marked_in_portions_and_each_once(connection: Connection) -> None:
    assert not marking.go_on(connection)
    marking.mark_all(connection, "template")
    assert marked(connection) == (), "what is said in one transaction is little"
    portions = []
    while marking.go_on(connection):
        portions.append(marked(connection))
    assert portions == [ALL[:2], ALL[:4], ALL, ALL]
    assert not marking.is_under_way(connection)
    found = labels.stale(connection, 10)
    assert {(label.stale, label.stale_for) for label in found} == {(1, "template")}


def test_only_labels_that_stand_for_something_where_that_is_meant(connection: Connection) -> None:
    marking.mark_bound(connection, "feed")
    connection.noted.clear()
    while marking.go_on(connection):
        pass
    assert marked(connection) == BOUND
    assert connection.noted["stale"] == set(BOUND), "nobody else is told"
    other = labels.get(connection, "l1")
    assert other is not None
    assert other.stale_for != "feed"


def test_what_staff_did_stays_the_reason(connection: Connection) -> None:
    labels.look_again(connection, "l2", "staff")
    marking.mark_bound(connection, "feed")
    while marking.go_on(connection):
        pass
    found = labels.get(connection, "l2")
    assert found is not None
    assert (found.stale, found.stale_for) == (2, "staff")


@pytest.mark.parametrize("first", [marking.mark_all, marking.mark_bound])
@pytest.mark.parametrize("second", [marking.mark_all, marking.mark_bound])
def test_one_that_comes_while_another_is_under_way_leaves_nobody_out(
    connection: Connection, first: marking.Mark, second: marking.Mark
) -> None:
    first(connection, "settings")
    marking.go_on(connection)
    rest(connection)
    second(connection, "template")
    assert marking.is_under_way(connection)
    while marking.go_on(connection):
        pass
    assert marked(connection) == (ALL if marking.mark_all in {first, second} else BOUND)
