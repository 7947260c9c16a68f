"""Stopped waves in the database: what an older version held, and what waves say of drawing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path

import pytest

from gateway.store import loads, migrating, stopped, tasks, waves
from gateway.store.database import Connection

AT = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    """A database as version 18 left it."""
    path = tmp_path / "anaquel.db"
    with closing(sqlite3.connect(path, factory=Connection, isolation_level=None)) as opened:
        files = resources.files("gateway.store.migrations").iterdir()
        for file in sorted(files, key=lambda one: one.name):
            number = file.name.partition("_")[0]
            if file.name.endswith(".sql") and int(number) < 19:
                migrating._step(opened, int(number), file.read_text())
        yield opened


def told(amount: str | None) -> str:
    value = {"state": "regular", "kind": "list", "terms": ""}
    return json.dumps(value if amount is None else {**value, "amount": amount, "currency": "MXN"})


def label(
    connection: Connection, name: str, state: str, hold: str | None, was: str, now: str
) -> None:
    connection.execute(
        "INSERT INTO label (id, family, code, width, height, inks, dpi, model, formats, firmware, "
        "first_heard, last_heard) VALUES (?1, 'f', ?1, 8, 2, 'white,black', 112, 'm', 'raw', '1', "
        "0, 0)",
        (name,),
    )
    connection.execute(
        "INSERT INTO wish (label, id, fingerprint, template, cause, made_at, told, was) "
        "VALUES (?1, ?1, 'f', '', '', 0, ?2, ?3)",
        (name, now, was),
    )
    connection.execute(
        "INSERT INTO delivery (label, wish, state, rank, way, hold, wave, queued_at) "
        "VALUES (?1, ?1, ?2, 4, 'f/', ?3, 1, 0)",
        (name, state, hold),
    )


def test_what_an_older_version_held_is_told_after_the_update(connection: Connection) -> None:
    connection.execute(
        "INSERT INTO wave (id, cause, state, began_at, joined_at, joined, shown, decided_by, "
        "decided_at) VALUES (1, 'feed', 'cancelled', 0, 0, 5, 1, 'Ana', 0)"
    )
    label(connection, "shown", "shown", None, told("10"), told("12"))
    label(connection, "dearer", "queued", "cancelled", told("10"), told("12"))
    label(connection, "first", "queued", "cancelled", "", told("12"))
    label(connection, "same", "queued", "cancelled", told("12.00"), told("12.00"))
    label(connection, "cheaper", "queued", "cancelled", told("12"), told("9.50"))
    migrating.migrate(connection)
    stopped.look_after(connection, AT)
    (task,) = tasks.of_kind(connection, "wave_cancelled")
    assert task.detail == {"count": 4, "prices": 3}
    repriced = dict(connection.execute("SELECT label, repriced FROM delivery"))
    assert repriced == {"shown": 1, "dearer": 1, "first": 1, "same": 0, "cheaper": -1}
    counted = dict(connection.execute("SELECT label, counted FROM delivery WHERE counted <> ''"))
    assert counted == {"shown": "shown"}
    stopped.resume(connection, 1, "Ana", AT)
    assert tasks.of_kind(connection, "wave_cancelled") == ()


def test_changes_that_come_one_by_one_do_not_say_how_long_drawing_takes(
    connection: Connection,
) -> None:
    for began, lasted_s in ((AT, 5), (AT + timedelta(hours=1), 840)):
        connection.execute(
            "INSERT INTO wave (cause, began_at, joined_at, joined) VALUES ('feed', ?1, ?2, 50)",
            (
                int(began.timestamp() * 1e3),
                int((began + timedelta(seconds=lasted_s)).timestamp() * 1e3),
            ),
        )
    assert len(waves.latest(connection, 5)) == 2
    assert loads.draw_s(connection) == pytest.approx(0.1)
