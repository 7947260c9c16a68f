"""Where in a template's files something is said, so that an error can name file and line.

The TOML reader of the standard library keeps no positions; templates are written with one table
head or one key to a line, so the lines are found again by looking for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_HEAD = re.compile(r"\s*\[{1,2}\s*([^\[\]]+?)\s*\]{1,2}\s*(#.*)?")
_KEY = re.compile(r"""\s*["']?([A-Za-z0-9_-]+)["']?\s*(?:\.[^=]*)?=""")
_QUOTES = re.compile(r"""["'\s]""")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spot:
    """One line: the table it belongs to, its key ("" for the head), and which of its kind."""

    table: str
    number: int
    key: str
    path: Path
    line: int


class Spots:
    """Every head and key of a template and its parts."""

    def __init__(self) -> None:
        self._spots: list[_Spot] = []
        self._views: list[tuple[Path, int]] = []

    def add(self, path: Path, text: str) -> None:
        """Remember a file; views of files added later stand before those of earlier ones."""
        table, count = "", 0
        views: list[tuple[Path, int]] = []
        for line, content in enumerate(text.splitlines(), start=1):
            if head := _HEAD.fullmatch(content):
                table, count = _QUOTES.sub("", head[1]), count + 1
                if table == "view":
                    views.append((path, count))
                self._spots.append(_Spot(table=table, number=count, key="", path=path, line=line))
            elif key := _KEY.match(content):
                spot = _Spot(table=table, number=count, key=key[1], path=path, line=line)
                self._spots.append(spot)
        self._views = [*views, *self._views]

    def of_element(self, name: str, key: str = "") -> str:
        """``file:line`` of an element or one of its keys; "" where it is not found."""
        return self._of(f"elements.{name}", key) or self._of("elements", name)

    def of(self, table: str, key: str) -> str:
        """``file:line`` of a key of a table or, with ``table`` "", of the file itself."""
        if table:
            return self._of(table, key) or self._of(f"{table}.{key}", "") or self._of("", table)
        return self._first(self._spots, key)

    def of_either(self, tables: Iterable[str], key: str) -> str:
        """``file:line`` of a key in the first of ``tables`` that has it, else of the first."""
        named = list(tables)
        for table in named:
            for spot in self._spots:
                if spot.table == table and spot.key == key:
                    return f"{spot.path}:{spot.line}"
        return self._of(named[0], "")

    def of_file(self, path: Path, key: str) -> str:
        """``file:line`` of a key or table of this one file."""
        return self._first((spot for spot in self._spots if spot.path == path), key)

    @staticmethod
    def _first(spots: Iterable[_Spot], key: str) -> str:
        for spot in spots:
            if key == (spot.table.partition(".")[0] or spot.key):
                return f"{spot.path}:{spot.line}"
        return ""

    def of_view(self, place: int, key: str = "") -> str:
        """``file:line`` of the view with this place in the loaded order."""
        if place >= len(self._views):
            return ""
        path, number = self._views[place]
        found = [
            spot
            for spot in self._spots
            if spot.path == path and spot.number == number and spot.key in {"", key}
        ]
        return f"{path}:{found[-1].line}" if found else ""

    def _of(self, table: str, key: str) -> str:
        # The template's own file was added first and wins over its parts.
        for wanted in (key, "") if key else ("",):
            for spot in self._spots:
                if spot.table == table and spot.key == wanted:
                    return f"{spot.path}:{spot.line}"
        return ""
