"""Files of rows and messages: what a shop would refuse, with the line and the words."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from gateway.broker import topics
from gateway.central import reading
from gateway.central.checking import LINE, ROW, WHOLE, Checker
from gateway.central.settings import CentralSettings
from gateway.errors import AnaquelError
from gateway.feed import rows

CENTRAL = CentralSettings(store="s042")
GOOD = {"kind": "task", "key": "t1", "value": {"kind": "count"}}
BAD = {"kind": "product", "key": "p1", "value": {"name": {"es": "x" * 501}}}


def lines(*values: Any) -> str:
    return "".join(
        f"{value if isinstance(value, str) else json.dumps(value)}\n" for value in values
    )


def faults(checker: Checker) -> list[tuple[str, str, str]]:
    return [(one.where, one.scope, one.code) for one in checker.found.faults]


def test_a_refused_row_is_told_with_its_line_in_the_words_of_a_shop(tmp_path: Path) -> None:
    file = tmp_path / "rows.ndjson"
    file.write_text(lines(GOOD, "", BAD))

    found = reading.read(file, CENTRAL)

    refusal = rows.check("product", "p1", BAD["value"])
    assert refusal is not None
    assert [str(one) for one in found.checker.found.faults] == [
        f"{file}:3: product p1: {refusal.code}: {refusal.message}"
    ]
    assert set(found.rows) == {("task", "t1"), ("product", "p1")}, "a shop stores it all the same"


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("not json", "unreadable", "not JSON in UTF-8"),
        ("[]", "bad_row", 'a row is {"kind", "key", "value"}'),
        ('{"kind": "task", "key": "t2"}', "bad_row", "value: Field required"),
        ('{"kind": "task", "key": "t2", "value": null}', "no_value", "leave the line out"),
        (json.dumps(GOOD), "twice", "stands in"),
        ('{"pad": "' + "x" * 262_144 + '"}', "too_large", "longer than 262144 bytes"),
    ],
)
def test_a_line_of_no_use_is_told_and_the_next_one_read(
    tmp_path: Path, line: str, code: str, words: str
) -> None:
    file = tmp_path / "rows.ndjson"
    file.write_text(lines(GOOD, line, BAD))

    checker = reading.read(file, CENTRAL).checker

    assert faults(checker) == [
        (f"{file}:2", WHOLE, code),
        (f"{file}:3", ROW, "too_long"),
    ]
    assert words in checker.found.faults[0].message


def test_a_folder_is_its_files_together(tmp_path: Path) -> None:
    (tmp_path / "a.ndjson").write_text(lines(GOOD))
    with gzip.open(tmp_path / "b.ndjson.gz", "wt") as packed:
        packed.write(lines(BAD, GOOD))
    (tmp_path / "notes.txt").write_text("not ours")

    found = reading.read(tmp_path, CENTRAL)

    assert faults(found.checker) == [
        (f"{tmp_path}/b.ndjson.gz:1", ROW, "too_long"),
        (f"{tmp_path}/b.ndjson.gz:2", WHOLE, "twice"),
    ]
    assert "task t1 stands in" in found.checker.found.faults[1].message
    assert f"{tmp_path}/a.ndjson:1" in found.checker.found.faults[1].message


def test_a_snapshot_has_the_rows_that_its_first_line_says(tmp_path: Path) -> None:
    file = tmp_path / "snapshot.ndjson.gz"
    with gzip.open(file, "wt") as packed:
        packed.write(lines({"epoch": 1, "seq": 4, "rows": 3}, GOOD, GOOD))

    assert faults(reading.read(file, CENTRAL).checker) == [(str(file), WHOLE, "rows")]


def test_a_csv_is_read_as_by_a_shop_and_what_cannot_be_used_stays_as_it_was(
    tmp_path: Path,
) -> None:
    file = tmp_path / "catalogue.csv"
    file.write_text("id,name,price,stock\na1,Uno,10.00,3\na2,,20.00,1\na3,Tres,gratis,2\n")

    found = reading.read(file, CENTRAL)
    again = reading.read(file, CENTRAL)

    assert found.rows["offers", "a1"]["offers"][0]["amount"] == "10.00"
    assert found.rows["stock", "s042/a1"]["available"] == 3
    assert found.rows == again.rows, "an unchanged file changes nothing"
    assert faults(found.checker) == [
        (f"{file}:3", LINE, "bad_cell"),
        (f"{file}:4", LINE, "bad_cell"),
    ]
    assert {("product", "a2"), ("offers", "a2"), ("offers", "a3")} <= found.unread


def test_a_csv_without_its_columns_is_refused_whole(tmp_path: Path) -> None:
    file = tmp_path / "letter.csv"
    file.write_text("Dear shop\n")

    assert faults(reading.read(file, CENTRAL).checker) == [(str(file), WHOLE, "bad_csv")]


def test_half_a_gzip_file_is_told(tmp_path: Path) -> None:
    file = tmp_path / "snapshot.ndjson.gz"
    file.write_bytes(gzip.compress(lines(GOOD).encode())[:-6])

    assert faults(reading.read(file, CENTRAL).checker) == [(str(file), WHOLE, "unreadable")]


def test_what_is_no_file_of_rows_is_said(tmp_path: Path) -> None:
    (tmp_path / "prices.xlsx").write_text("")
    for path, words in [
        (tmp_path / "gone.ndjson", "there is no such file"),
        (tmp_path / "prices.xlsx", "is no file of rows; its name ends in .ndjson"),
        (tmp_path, "has no file of rows"),
    ]:
        with pytest.raises(AnaquelError, match=words):
            reading.read(path, CENTRAL)


def test_kinds_without_effect_are_counted(tmp_path: Path) -> None:
    file = tmp_path / "rows.ndjson"
    file.write_text(lines(GOOD, GOOD | {"kind": "ofers"}))

    found = reading.read(file, CENTRAL).checker.found

    assert dict(found.unknown) == {"ofers": 1}
    assert not found.faults


DELTA: dict[str, Any] = {"epoch": 3, "prev_seq": 1, "seq": 2, "changes": [GOOD, BAD]}
SNAPSHOT = {"seq": 0, "url": "file:///x", "sha256": "0" * 64, "bytes": 1, "rows": 0}
MANIFEST: dict[str, Any] = {
    "epoch": 2,
    "seq": 2,
    "min_delta_seq": 0,
    "digest": "0" * 64,
    "snapshot": SNAPSHOT,
    "issued_at": "2026-11-22T10:00:00-06:00",
}


@pytest.mark.parametrize(
    ("message", "found"),
    [
        (DELTA, [(": changes.1", ROW, "too_long")]),
        (DELTA | {"seq": 1}, [("", WHOLE, "bad_seq")]),
        (DELTA | {"epoch": "3"}, [("", WHOLE, "bad_message")]),
        (MANIFEST, []),
        (MANIFEST | {"digest": "0"}, [("", WHOLE, "bad_message")]),
        ({"id": "r", "deltas": [DELTA]}, [(": changes.1", ROW, "too_long")]),
        ("not an object", [("", WHOLE, "bad_message")]),
    ],
)
def test_a_message_in_a_file_is_looked_at_whole(
    tmp_path: Path, message: Any, found: list[tuple[str, str, str]]
) -> None:
    file = tmp_path / "message.json"
    file.write_text(json.dumps(message))

    assert faults(reading.read_message(file)) == [
        (f"{file}{where}", scope, code) for where, scope, code in found
    ]


def test_a_message_that_is_too_large_is_refused_as_by_a_shop(tmp_path: Path) -> None:
    file = tmp_path / "message.json"
    file.write_text(" " * 262_145)

    assert faults(reading.read_message(file)) == [(str(file), WHOLE, "too_large")]


def test_a_stream_that_goes_back_to_an_old_epoch_is_refused() -> None:
    checker = Checker()
    for message in (DELTA, DELTA | {"epoch": 2}):
        assert checker.message("feed/delta", topics.DELTA, json.dumps(message).encode())
    checker.message("feed/manifest", topics.MANIFEST, json.dumps(MANIFEST).encode())

    assert faults(checker) == [
        ("feed/delta: changes.1", ROW, "too_long"),
        ("feed/delta", WHOLE, "old_epoch"),
        ("feed/manifest", WHOLE, "old_epoch"),
    ]


def test_what_shops_say_is_not_looked_at() -> None:
    assert not Checker().message("feed/position/gw-1", topics.feed_position("gw-1"), b"")
