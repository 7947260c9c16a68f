"""Files of rows as the central side writes them: one row a line, plain or as a snapshot.

A line is ``{"kind", "key", "value"}``; a first line ``{"epoch", "seq", "rows"}`` makes the file a
snapshot, which shops take whole or not at all. A CSV file is read as shops read it
(``docs/csv.md``). A folder is all its files together.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from io import BufferedReader
from pathlib import Path
from typing import Any, Final

import pydantic

from gateway.broker import topics
from gateway.central.checking import Checker
from gateway.central.feed import Place
from gateway.central.settings import CentralSettings
from gateway.errors import AnaquelError
from gateway.feed import messages
from gateway.feed.messages import Change, MessageError, SnapshotHead
from gateway.feed.sources import shop_csv
from gateway.feed.sources.file_faults import CsvError

Lines = BufferedReader | gzip.GzipFile
CSV_FILES: Final = (".csv",)
ROW_FILES: Final = (".ndjson", ".ndjson.gz", ".jsonl", ".jsonl.gz", *CSV_FILES)
MESSAGE_FILES: Final = (".json",)
MAX_ROWS = 2_000_000


@dataclass(slots=True)
class Reading:
    """The rows of some files, and what is wrong with them.

    ``unread`` rows are spoken of on lines that cannot be used: they stay as they were.
    """

    checker: Checker = field(default_factory=Checker)
    rows: dict[Place, Any] = field(default_factory=dict)
    unread: set[Place] = field(default_factory=set)
    _lines: dict[Place, str] = field(default_factory=dict)

    def put(self, where: str, change: Change, *, in_snapshot: bool = False) -> None:
        """Take one row; a shop uses the last of two in a snapshot, we refuse two in our own."""
        place = (change.kind, change.key)
        named = f"{change.kind} {change.key}"
        if change.value is None and not in_snapshot:
            self.checker.whole(
                where, "no_value", f"{named}: value is null; leave the line out to delete the row"
            )
            return
        if place in self.rows and not in_snapshot:
            self.checker.whole(
                where, "twice", f"{named} stands in {self._lines[place]} too; keep one of them"
            )
            return
        self.rows[place] = change.value
        self._lines[place] = where
        self.checker.row(where, change.kind, change.key, change.value)


def read(path: Path, chosen: CentralSettings) -> Reading:
    """All rows of a file or folder, each looked at as a shop would.

    Raises ``AnaquelError`` for what is no file of rows, or cannot be read.
    """
    found = Reading()
    try:
        for file in _files(path):
            if file.name.endswith(CSV_FILES):
                _read_csv(file, found, chosen)
            else:
                _read_file(file, found)
    except OSError as error:
        raise AnaquelError(f"{path}: cannot be read: {error.strerror or error}") from error
    return found


def is_message_file(path: Path) -> bool:
    """Whether the file holds one message of the feed."""
    return path.name.endswith(MESSAGE_FILES)


def read_message(path: Path) -> Checker:
    """One message in a file, told by its members. Raises ``AnaquelError``."""
    checker = Checker()
    try:
        with path.open("rb") as file:
            payload = file.read(messages.MAX_BYTES + 1)
    except OSError as error:
        raise AnaquelError(f"{path}: cannot be read: {error.strerror}") from error
    try:
        value = messages.load(payload) if len(payload) <= messages.MAX_BYTES else {}
    except MessageError:
        value = {}
    members = value.keys() if isinstance(value, dict) else set()
    if "snapshot" in members:
        topic = topics.MANIFEST
    else:
        topic = (
            topics.DELTA if "changes" in members or "id" not in members else topics.feed_reply("x")
        )
    checker.message(str(path), topic, payload)
    return checker


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        if not path.exists():
            raise AnaquelError(f"{path}: there is no such file or folder")
        if not path.name.endswith(ROW_FILES):
            raise AnaquelError(f"{path}: is no file of rows; its name ends in {_endings()}")
        return [path]
    found = sorted(one for one in path.iterdir() if one.name.endswith(ROW_FILES))
    if not found:
        raise AnaquelError(f"{path}: has no file of rows; their names end in {_endings()}")
    return found


def _endings() -> str:
    return ", ".join(ROW_FILES)


def _read_file(path: Path, found: Reading) -> None:
    with path.open("rb") as packed:
        try:
            if path.name.endswith(".gz"):
                with gzip.open(packed, "rb") as file:
                    head = _read_lines(path, file, found)
            else:
                head = _read_lines(path, packed, found)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            found.checker.whole(str(path), "unreadable", f"is no whole gzip file: {error}")
            return
    if head is not None:
        expected, count = head
        if expected != count:
            found.checker.whole(
                str(path), "rows", f"the file has {count} rows, its first line says {expected}"
            )


def _read_csv(path: Path, found: Reading, chosen: CentralSettings) -> None:
    # Counted when the file was saved: else every publication would change all stock rows.
    saved = datetime.fromtimestamp(int(path.stat().st_mtime), chosen.csv.zone)
    facts = shop_csv.Facts(
        currency=chosen.csv.currency,
        language=chosen.csv.language,
        location=chosen.store,
        zone=chosen.csv.zone,
        at=saved,
    )
    try:
        file = shop_csv.read(path.read_bytes(), facts)
    except CsvError as error:
        found.checker.whole(str(path), "bad_csv", str(error))
        return
    for problem in file.problems:
        where = f"{path}:{problem.line}"
        found.checker.line(where, "bad_cell", f"{problem.column}: {problem.message}")
    found.unread |= file.unread
    for row in file.rows:
        found.put(str(path), Change(kind=row.kind, key=row.key, value=row.value))


def _read_lines(path: Path, file: Lines, found: Reading) -> tuple[int, int] | None:
    """Take every line; for a snapshot the number of rows announced and found."""
    expected: int | None = None
    count = 0
    for number, line in _lines(file):
        where = f"{path}:{number}"
        try:
            value = _value(line)
            if number == 1 and isinstance(value, dict) and "rows" in value and "kind" not in value:
                expected = SnapshotHead.model_validate(value).rows
                continue
            count += 1
            found.put(where, Change.model_validate(value), in_snapshot=expected is not None)
        except MessageError as error:
            found.checker.whole(where, error.code, str(error))
        except pydantic.ValidationError as error:
            found.checker.whole(where, "bad_row", _words(error))
        if count > MAX_ROWS:
            found.checker.whole(where, "too_many", f"more than {MAX_ROWS:,} rows are too many")
            break
    return None if expected is None else (expected, count)


def _value(line: bytes) -> Any:
    if len(line) > messages.MAX_BYTES:
        raise MessageError("too_large", f"is longer than {messages.MAX_BYTES} bytes")
    return messages.load(line)


def _lines(file: Lines) -> Iterator[tuple[int, bytes]]:
    """The lines that hold something, with their numbers; one that is too long is cut."""
    number = 0
    while line := file.readline(messages.MAX_BYTES + 2):
        number += 1
        rest = line
        while not rest.endswith(b"\n") and len(rest) > messages.MAX_BYTES:
            rest = file.readline(messages.MAX_BYTES + 2)
        if line.strip():
            yield number, line.rstrip(b"\r\n")


def _words(error: pydantic.ValidationError) -> str:
    problem = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in problem["loc"]) or "the line"
    return f'{where}: {problem["msg"]}; a row is {{"kind", "key", "value"}}'
