from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from device_drivers.api.drivers import Announced, Telemetry, Unidentified
from device_drivers.api.known_panels import PANELS
from gateway.store import discovered
from gateway.store.database import Connection, Database

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PANEL = PANELS["2.9-296x128-bwr"]


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database(tmp_path / "anaquel.db") as opened:
        yield opened


def _heard(label: str, rssi: int | None = None) -> Unidentified:
    return Unidentified(label=label, firmware="2", telemetry=Telemetry(rssi_dbm=rssi))


async def test_the_nearest_comes_first(database: Database) -> None:
    def put(connection: Connection) -> list[str]:
        for label, rssi in (("far", -90), ("near", -40), ("mute", None), ("room", -60)):
            assert discovered.put(connection, "gicisky", _heard(label, rssi), AT)
        discovered.hear(connection, "far", Telemetry(rssi_dbm=-30), "hci1", AT)
        discovered.hear(connection, "nobody", Telemetry(), "hci1", AT)
        return [one.label for one in discovered.nearest(connection, 10)]

    assert await database.write(put) == ["far", "near", "room", "mute"]
    far = await database.read(lambda rows: discovered.get(rows, "far"))
    assert far is not None
    assert (far.via, far.panel, far.telemetry.rssi_dbm) == ("hci1", None, -30)


async def test_a_label_that_tells_its_model_later_is_known_by_it(database: Database) -> None:
    told = Announced(
        label="l1", panel=PANEL, formats=("png", "planes"), firmware="3", showing="ab" * 32
    )

    def put(connection: Connection) -> None:
        discovered.put(connection, "gicisky", _heard("l1", -50), AT)
        discovered.put(connection, "gicisky", told, AT + timedelta(minutes=1))

    await database.write(put)
    found = await database.read(lambda rows: discovered.get(rows, "l1"))
    assert found == discovered.Discovered(
        label="l1",
        family="gicisky",
        panel=PANEL,
        formats=("png", "planes"),
        firmware="3",
        showing="ab" * 32,
        telemetry=Telemetry(rssi_dbm=-50),
        first_heard=AT,
        last_heard=AT + timedelta(minutes=1),
    )


async def test_a_flood_takes_no_room_from_those_that_are_heard(database: Database) -> None:
    def put(connection: Connection) -> tuple[bool, bool, bool, int]:
        for label in ("l1", "l2", "l3"):
            discovered.put(connection, "f", _heard(label), AT, most=3)
        discovered.hear(connection, "l1", Telemetry(), "", AT + timedelta(hours=2))
        soon = discovered.put(connection, "f", _heard("x"), AT + timedelta(minutes=59), most=3)
        again = discovered.put(connection, "f", _heard("l2"), AT + timedelta(minutes=59), most=3)
        late = discovered.put(connection, "f", _heard("y"), AT + timedelta(minutes=61), most=3)
        return soon, again, late, discovered.count(connection)

    assert await database.write(put) == (False, True, True, 3)
    left = await database.read(lambda rows: [one.label for one in discovered.nearest(rows, 9)])
    assert sorted(left) == ["l1", "l2", "y"], "who was not heard for an hour made room"


async def test_labels_that_lists_name_take_no_room_from_others(database: Database) -> None:
    def put(connection: Connection) -> list[bool]:
        return [
            *(discovered.put(connection, "f", _heard(f"n{n}"), AT, most=2, named=3) for n in "012"),
            *(discovered.put(connection, "f", _heard(one), AT, most=2) for one in "abc"),
            discovered.put(connection, "f", _heard("n3"), AT, most=2, named=3),
            discovered.put(connection, "f", _heard("a"), AT, most=2, named=3),
            discovered.put(connection, "f", _heard("c"), AT, most=2),
        ]

    done = await database.write(put)
    assert done[:3] == [True] * 3
    assert done[3:6] == [True, True, False]
    assert not done[6], "no more than lists name"
    assert done[7:] == [True, True], "a list names one of those that waited: it makes room"


async def test_those_not_heard_for_long_are_forgotten(database: Database) -> None:
    def put(connection: Connection) -> int:
        discovered.put(connection, "f", _heard("old"), AT)
        discovered.put(connection, "f", _heard("new"), AT + timedelta(days=1))
        return discovered.prune(connection, AT + timedelta(hours=1))

    assert await database.write(put) == 1
    assert await database.read(discovered.count) == 1


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        ("FF-12.34", ["FF1234"]),
        ("ff:12:34", ["FF1234"]),
        (
            "1234",
            [
                "1234",
            ],
        ),
        ("56781234", []),
        ("2345", ["AA2345", "BB2345"]),
        ("345", []),
        ("", []),
        ("--", []),
    ],
)
def test_a_code_on_a_case_means_an_id_or_its_end(printed: str, meant: list[str]) -> None:
    ids = ["1234", "AA2345", "BB2345", "FF1234"]
    assert list(discovered.matching(ids, printed)) == meant
