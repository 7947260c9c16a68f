"""A replica with a guard over it, for tests of holds without a broker."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from gateway.feed import checking
from gateway.feed.digest import Buckets
from gateway.store import holds, migrating, replica, staging, surveying
from gateway.store.database import Connection, connect
from gateway.store.guarding import Guard
from gateway.store.holds import Hold
from gateway.store.pacing import Pace
from gateway.store.replica_rows import Written
from gateway.store.staging import ALL_SEQS

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
Given = tuple[str, str, Any]
"""Kind, key and value; None deletes."""


def price(key: str, amount: str) -> Given:
    return "offers", key, {"currency": "MXN", "offers": [{"kind": "list", "amount": amount}]}


def product(key: str, name: str = "A") -> Given:
    return "product", key, {"name": {"es": name}}


class Guarded:
    """One source's rows, a clock that is moved by hand, and what should be so."""

    def __init__(self, connection: Connection, at: datetime = START) -> None:
        self.connection = connection
        self.at = at
        self.seq = 0
        self.guard: Guard | None = Guard()

    @classmethod
    def empty(cls, folder: Path) -> Self:
        connection = connect(folder / "anaquel.db")
        migrating.migrate(connection)
        return cls(connection)

    def close(self) -> None:
        self.connection.close()

    def pass_(self, **time: float) -> None:
        self.at += timedelta(**time)

    def write(self, *given: Given) -> Written:
        """One delta, with its position."""
        self.seq += 1
        rows = [checking.row("central", *one, lambda _: "central") for one in given]
        with self.transaction():
            written = replica.apply(
                self.connection, "central", rows, seq=self.seq, at=self.at, guard=self.guard
            )
            replica.move(self.connection, "central", epoch=1, seq=self.seq, at=self.at)
        return written

    def write_all(self, deltas: Sequence[Sequence[Given]]) -> list[Written]:
        """Several deltas under one commit."""
        numbered = []
        for given in deltas:
            self.seq += 1
            rows = [checking.row("central", *one, lambda _: "central") for one in given]
            numbered.append((self.seq, rows))
        with self.transaction():
            written = replica.apply_all(
                self.connection, "central", numbered, at=self.at, guard_at=lambda _: self.guard
            )
            replica.move(self.connection, "central", epoch=1, seq=self.seq, at=self.at)
        return written

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self.connection.execute("BEGIN")
        yield
        self.connection.execute("COMMIT")

    def merge(self, given: Iterable[Given], *, slices: int = 10, stop_after: int = 10**6) -> None:
        """A whole feed in small slices; ``stop_after`` slices it is cut off."""
        with self.transaction():
            self._merge(given, slices, stop_after)

    def _merge(self, given: Iterable[Given], slices: int, stop_after: int) -> None:
        self.seq += 1
        plan = staging.begin(
            self.connection, "central", epoch=1, seq=self.seq, keep_after=ALL_SEQS, at=self.at
        )
        while staging.clear(self.connection, "central", 1_000):
            pass
        staged = [(0, checking.row("central", *one, lambda _: "central")) for one in given]
        staging.stage(self.connection, plan, staged)
        guard = self.guard and Guard(ruling=surveying.survey(self.connection, plan))
        place: staging.Place | None = (-1, "", "")
        row: tuple[str, str] | None = ("", "")
        while place is not None or row is not None:
            if stop_after == 0:
                return
            stop_after -= 1
            if place is not None:
                _, place = staging.merge_next(self.connection, plan, place, Pace(slices), guard)
            elif row is not None:
                _, row = staging.sweep_next(self.connection, plan, row, slices, guard)
        staging.finish(self.connection, plan)

    def in_force(self, kind: str = "offers") -> dict[str, Any]:
        rows = self.connection.execute(
            "SELECT key, value FROM in_force WHERE kind = ? ORDER BY key", (kind,)
        )
        return {key: json.loads(value) for key, value in rows}

    def amount(self, key: str) -> str | None:
        value = self.in_force().get(key)
        return None if value is None else value["offers"][0]["amount"]

    def holds(self) -> tuple[Hold, ...]:
        return holds.every(self.connection)

    def digest(self) -> str:
        buckets = Buckets()
        buckets.toggle_all(replica.hashes(self.connection, "central"))
        return buckets.digest()
