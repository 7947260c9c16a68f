"""Since when we are behind central, kept over restarts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from gateway.feed import status
from gateway.feed.messages import Manifest, SnapshotRef
from gateway.feed.noting import Noting
from gateway.store import heard, replica
from gateway.store.database import Database

NOW = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
EMPTY = "4fe7b59af6de3b665b67788cc2f99892ab827efae3a467342b3bb4e3bc8e5bfe"


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    def known(self) -> datetime:
        return self.at

    @property
    def trusted(self) -> bool:
        return True


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database(tmp_path / "anaquel.db") as opened:
        yield opened


def manifest(seq: int, epoch: int = 1) -> Manifest:
    ref = SnapshotRef(seq=0, url="file:///x", sha256="0" * 64, bytes=1, rows=0)
    return Manifest(
        epoch=epoch,
        seq=seq,
        min_delta_seq=0,
        digest=EMPTY,
        snapshot=ref,
        issued_at=NOW.isoformat(),
    )


async def kept(database: Database) -> heard.Heard | None:
    return await database.read(partial(heard.get, source="central"))


async def test_behind_begins_with_the_first_manifest_ahead_and_goes_on_over_a_restart(
    database: Database,
) -> None:
    clock = Clock()
    noting = Noting(database, clock, "central")
    await noting.begin()
    noting.hear(manifest(5))
    await noting.note(1, 4, None)
    clock.at += timedelta(minutes=1)
    noting.hear(manifest(6))
    await noting.note(1, 5, "central does not answer")

    again = Noting(database, clock, "central")
    await again.begin()
    await again.note(1, 5, None)

    assert again.heard.behind_since == NOW
    assert (again.heard.seq, again.heard.error) == (6, None)
    await again.note(1, 6, None)
    assert again.heard.behind_since is None
    assert await kept(database) == again.heard


async def test_a_later_epoch_is_ahead_whatever_its_seq(database: Database) -> None:
    noting = Noting(database, Clock(), "central")
    noting.hear(manifest(1, epoch=2))
    await noting.note(1, 99, None)

    assert noting.heard.behind_since == NOW


async def test_a_manifest_that_comes_late_does_not_make_the_lag_look_smaller(
    database: Database,
) -> None:
    noting = Noting(database, Clock(), "central")
    noting.hear(manifest(9))
    noting.hear(manifest(5))
    await noting.note(1, 5, None)

    assert (noting.heard.seq, noting.heard.behind_since) == (9, NOW)


async def test_nothing_new_is_not_written(database: Database) -> None:
    noting = Noting(database, Clock(), "central")
    noting.hear(manifest(5))
    await noting.note(1, 5, None)
    await database.write(lambda connection: connection.execute("DELETE FROM heard").rowcount)
    await noting.note(1, 5, None)

    assert await kept(database) is None


async def test_the_status_compares_positions_and_digests(database: Database) -> None:
    noting = Noting(database, Clock(), "central")
    noting.hear(manifest(5))
    await database.write(partial(replica.move, source="central", epoch=1, seq=4, at=NOW))
    await noting.note(1, 4, "on its way")
    (behind,) = await database.read(status.read)
    await database.write(partial(replica.move, source="central", epoch=1, seq=5, at=NOW))
    await noting.note(1, 5, None)
    (there,) = await database.read(status.read)
    await database.write(partial(replica.move, source="files", epoch=1, seq=1, at=NOW))
    central, files = await database.read(status.read)

    later = NOW + timedelta(seconds=30)
    assert (behind.behind, behind.equal, behind.lag_s(later)) == (1, None, 30.0)
    assert behind.heard is not None
    assert behind.heard.error == "on its way"
    assert (there.behind, there.equal, there.lag_s(later)) == (0, True, 0.0)
    assert central == there
    assert (files.source, files.heard, files.behind, files.lag_s(later)) == (
        "files",
        None,
        None,
        None,
    )
