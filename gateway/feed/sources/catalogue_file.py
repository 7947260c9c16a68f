"""What a file says about the catalogue, whichever format it has."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.domain.rows import Row

MAX_PROBLEMS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something to mend in the file: where, and what to write there."""

    line: int
    column: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueFile:
    """The rows of a file in feed order, and what was wrong in it (the first 1,000 problems).

    ``whole`` files are all that there is: what they lack goes. The others change their own rows
    only. ``bad_lines`` of the ``lines`` (without the heading) are of no use, all or in part; what
    they speak of is in ``unread``, as (kind, key), and stays as it was. Without ``stocked`` the
    file says nothing of stock. ``encoding`` is what its text was read as.
    """

    format: str
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    problem_count: int
    lines: int
    bad_lines: int
    unread: frozenset[tuple[str, str]]
    whole: bool
    stocked: bool
    encoding: str

    def count(self, kind: str) -> int:
        """How many rows of a kind there are."""
        return sum(row.kind == kind for row in self.rows)


class Findings:
    """Gathers problems while a file is read."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.count = 0
        self.unread: set[tuple[str, str]] = set()
        self._bad: set[int] = set()

    @property
    def bad_lines(self) -> int:
        """How many lines are of no use, all or in part."""
        return len(self._bad)

    def add(self, line: int, column: str, message: str, *, bad: bool = False) -> None:
        """Note a problem; ``bad`` when something on the line is not used because of it."""
        self.count += 1
        if bad:
            self._bad.add(line)
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(line=line, column=column, message=message))
