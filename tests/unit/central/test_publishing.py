"""What a publication keeps, and what it refuses, without any broker."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.central import publishing, reading
from gateway.central.publishing import Prepared, PublishError
from gateway.central.settings import CentralSettings
from gateway.central.state import StateFolder

NOW = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
HEAD = "id,name,price,stock\n"


class Side:
    """A central side whose rows are one CSV file."""

    def __init__(self, folder: Path) -> None:
        self.chosen = CentralSettings(store="s042", folder=folder / "central")
        self._file = folder / "catalogue.csv"

    def publish(self, *lines: str, whole: bool = False, as_snapshot: bool = False) -> Prepared:
        self._file.write_text(HEAD + "".join(f"{line}\n" for line in lines))
        os.utime(self._file, times=(NOW.timestamp(), NOW.timestamp()))
        now = reading.read(self._file, self.chosen)
        at = NOW + timedelta(days=1)
        return publishing.prepare(self.chosen, now, at, whole=whole, as_snapshot=as_snapshot)

    def keys(self, kind: str) -> set[str]:
        feed, _ = StateFolder(self.chosen.folder).load()
        return {key for one, key in feed.texts() if one == kind}


def test_stock_has_a_place_and_an_unreadable_line_deletes_nothing(tmp_path: Path) -> None:
    side = Side(tmp_path)
    first = side.publish("a1,Uno,10.00,3", "a2,Dos,20.00,1")
    second = side.publish("a1,Uno,11.00,3", "a2,,20.00,1")

    assert side.keys("location") == {"s042"}
    assert side.keys("product") == side.keys("offers") == {"a1", "a2"}
    assert (first.manifest.seq, second.manifest.seq) == (1, 2)
    assert second.difference.deleted == 0
    assert first.manifest.epoch == second.manifest.epoch == (NOW + timedelta(days=1)).timestamp()


def test_places_stay_also_when_the_rows_are_all_of_the_feed(tmp_path: Path) -> None:
    side = Side(tmp_path)
    side.publish("a1,Uno,10.00,3", "a2,Dos,20.00,1")
    side.publish("a1,Uno,10.00,3", whole=True)

    assert side.keys("location") == {"s042"}
    assert side.keys("product") == {"a1"}


def test_a_snapshot_takes_a_number_of_its_own_and_leaves_no_deltas(tmp_path: Path) -> None:
    side = Side(tmp_path)
    side.publish("a1,Uno,10.00,3")
    told = side.publish("a1,Uno,12.00,3", as_snapshot=True)
    same = side.publish("a1,Uno,12.00,3")

    assert told.deltas is None
    assert told.manifest.min_delta_seq == told.manifest.snapshot.seq == told.manifest.seq == 2
    assert (list(same.deltas or ()), same.manifest.seq) == ([], 2)


def test_very_many_changes_are_told_as_a_snapshot(tmp_path: Path) -> None:
    side = Side(tmp_path)
    told = side.publish(*(f"a{number},Uno,10.00,3" for number in range(1_700)))

    assert told.difference.added == 3 * 1_700 + 1
    assert told.deltas is None


def test_an_empty_file_or_half_of_one_is_refused(tmp_path: Path) -> None:
    side = Side(tmp_path)
    with pytest.raises(PublishError, match="there are no rows"):
        side.publish()
    side.publish("a1,Uno,10.00,3", "a2,Dos,20.00,1", "a3,Tres,30.00,1")
    lacking = r"of \d+ rows that shops have of these kinds, the file lacks 3"
    with pytest.raises(PublishError, match=lacking):
        side.publish("a1,Uno,10.00,3", "a2,Dos,20.00,1")

    assert side.keys("product") == {"a1", "a2", "a3"}
