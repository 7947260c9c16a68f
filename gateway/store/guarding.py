"""The guard at the replica: which of the rows in hand are held, by counts that survive a restart.

Nothing here scans: rows in force are counted as they come and go, deletes and price changes by the
minute. All of it is written in the transaction of the rows.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from gateway.clock import to_ms
from gateway.domain import guarding
from gateway.domain.guarding import Cause, Odd, Range
from gateway.store import holds
from gateway.store.database import Connection

Place = tuple[str, str]
"""Kind and key."""
Counts = Mapping[str, int]
"""Rows by kind."""

_MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What was decided about a whole feed before it is merged."""

    off: bool = False
    deletes: frozenset[str] = frozenset()
    prices: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """How strict to be. With a ``ruling`` nothing is decided by the rows in hand alone."""

    ranges: Mapping[str, Range] = field(default_factory=dict)
    ruling: Ruling | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A row in hand beside the one it meets.

    ``was`` is in force, ``now`` was sent (None: nothing); ``same`` says that it was sent before;
    ``hold`` and ``moved`` are those of the row it meets.
    """

    kind: str
    key: str
    was: str | None
    now: str | None
    refused: bool
    same: bool
    hold: int | None
    moved: int | None


@dataclass(slots=True)
class Verdicts:
    """What the guard says: the hold of each held row, and the minute for prices that moved."""

    minute: int
    hold_of: dict[Place, int] = field(default_factory=dict)
    moved: set[Place] = field(default_factory=set)
    opened: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Suspects:
    """The cases that may be held, by what is suspicious about them."""

    deletes: list[Case] = field(default_factory=list)
    moves: list[Case] = field(default_factory=list)
    odd: list[tuple[Case, Odd]] = field(default_factory=list)


class _Lately:
    """What was seen in the minutes that count, this one included.

    Deletes by kind, of which ``kept`` took no effect; ``moves`` are prices that changed, by minute.
    """

    def __init__(self, connection: Connection, source: str, minute: int) -> None:
        self.deletes: Counter[str] = Counter()
        self.kept: Counter[str] = Counter()
        self.moves: Counter[int] = Counter()
        for cause, kind, then, seen, held in connection.execute(
            "SELECT cause, kind, minute, seen, held FROM guard_minute WHERE source = ? "
            "AND minute > ? AND minute <= ?",
            (source, minute - guarding.WINDOW_MINUTES, minute),
        ):
            if cause == Cause.PRICES.value:
                self.moves[then] += seen
            else:
                self.deletes[kind] += seen
                self.kept[kind] += held


def minute_of(at: datetime) -> int:
    """The minute in which ``at`` lies, since 1970."""
    return to_ms(at) // _MINUTE_MS


def in_force(connection: Connection, source: str) -> Counter[str]:
    """How many rows of ``source`` are in force, by kind."""
    return Counter(
        dict(
            connection.execute("SELECT kind, rows FROM in_force_count WHERE source = ?", (source,))
        )
    )


def count_in_force(connection: Connection, source: str, grown: Counts) -> None:
    """So many rows more or fewer of each kind are in force now."""
    connection.executemany(
        "INSERT INTO in_force_count (source, kind, rows) VALUES (?, ?, ?) "
        "ON CONFLICT (source, kind) DO UPDATE SET rows = rows + excluded.rows",
        [(source, kind, by) for kind, by in grown.items() if by],
    )


def judge(
    connection: Connection,
    guard: Guard,
    source: str,
    cases: Iterable[Case],
    grown: Counts,
    at: datetime,
) -> Verdicts:
    """Decide about rows that are about to be written together; holds are opened or joined.

    ``grown`` are the rows that came into force or went in this transaction and are not counted yet.
    """
    verdicts = Verdicts(minute=minute_of(at))
    changed: list[Case] = []
    for case in cases:
        if case.same:
            if case.hold is not None:
                verdicts.hold_of[case.kind, case.key] = case.hold
        elif not case.refused and case.now != case.was:
            changed.append(case)
    off = is_unused(connection, source) if guard.ruling is None else guard.ruling.off
    if not changed or off:
        return verdicts
    open_holds = holds.causes_of_open(
        connection, (case.hold for case in changed if case.hold is not None)
    )
    suspects = _Suspects()
    for case in changed:
        if case.hold is not None and open_holds.get(case.hold) is Cause.PRICES:
            # What a mass of prices would bring is replaced; whether it may is still undecided.
            verdicts.hold_of[case.kind, case.key] = case.hold
        else:
            _suspect(case, guard, at, suspects)
    if suspects.deletes or suspects.moves or suspects.odd:
        _decide(connection, guard, source, suspects, verdicts, grown, at)
        _hold_odd(connection, source, suspects, open_holds, verdicts, at)
    return verdicts


def foresee(
    connection: Connection, guard: Guard, source: str, cases: Iterable[Case], at: datetime
) -> dict[Place, tuple[Cause, str]]:
    """Which rows of a whole feed would be held, for what cause and why; only reads.

    The words are those of one odd price, empty for a mass.
    """
    ruling, suspects, undecided = _look(connection, guard, source, cases, at)
    mass = [(case, Cause.DELETES) for case in suspects.deletes if case.kind in ruling.deletes]
    if ruling.prices:
        mass += [(case, Cause.PRICES) for case in suspects.moves]
    mass += [(case, Cause.PRICES) for case in undecided]
    found = {(case.kind, case.key): (cause, "") for case, cause in mass}
    for case, odd in suspects.odd:
        found.setdefault((case.kind, case.key), (odd.cause, odd.message))
    return found


def rule_on(
    connection: Connection, guard: Guard, source: str, cases: Iterable[Case], at: datetime
) -> Ruling:
    """The ruling on rows that will be written in several transactions; only reads."""
    return _look(connection, guard, source, cases, at)[0]


def _look(
    connection: Connection, guard: Guard, source: str, cases: Iterable[Case], at: datetime
) -> tuple[Ruling, _Suspects, list[Case]]:
    """The ruling on all of the cases, what is suspicious, and what waits for a decision anyway."""
    suspects = _Suspects()
    undecided: list[Case] = []
    if is_unused(connection, source):
        return Ruling(off=True), suspects, undecided
    changed = [case for case in cases if not (case.same or case.refused) and case.now != case.was]
    open_holds = holds.causes_of_open(
        connection, (case.hold for case in changed if case.hold is not None)
    )
    for case in changed:
        if case.hold is not None and open_holds.get(case.hold) is Cause.PRICES:
            undecided.append(case)
        else:
            _suspect(case, guard, at, suspects)
    deletes = Counter(case.kind for case in suspects.deletes)
    moved = [case.moved for case in suspects.moves]
    return rule(connection, source, minute_of(at), deletes, moved), suspects, undecided


def rule(
    connection: Connection,
    source: str,
    minute: int,
    deletes: Counter[str],
    moved: Sequence[int | None],
    *,
    grown: Counts | None = None,
) -> Ruling:
    """What of a change is a mass, with what was seen lately.

    ``deletes`` are counted by kind; ``moved`` has, for each price that changes, the minute in which
    it last did.
    """
    lately = _Lately(connection, source, minute)
    seen = deletes + lately.deletes
    now = in_force(connection, source)
    now.update(grown or {})
    were = now + (lately.deletes - lately.kept)
    held = {
        kind
        for kind in deletes.keys() & guarding.KINDS_ALONE
        if guarding.too_many_of_a_kind(seen[kind], were[kind])
    }
    if guarding.too_many_deletes(seen.total(), were.total()):
        held = set(deletes)
    # Moves that were forgotten since, with a hold that was accepted, do not count twice either.
    again = Counter(_counted(moved, minute)) & lately.moves
    prices = len(moved) + lately.moves.total() - again.total()
    return Ruling(
        deletes=frozenset(held),
        prices=bool(moved) and guarding.too_many_prices(prices, now["offers"]),
    )


def is_unused(connection: Connection, source: str) -> bool:
    """Whether nothing of ``source`` is in force: while its first feed comes in."""
    row = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM feed WHERE source = ?1), "
        "(SELECT sum(rows) FROM in_force_count WHERE source = ?1)",
        (source,),
    ).fetchone()
    return not row[0] or not row[1]


def _suspect(case: Case, guard: Guard, at: datetime, suspects: _Suspects) -> None:
    if case.now is None:
        suspects.deletes.append(case)
        return
    if case.kind != "offers":
        return
    was = None if case.was is None else json.loads(case.was)
    now = json.loads(case.now)
    if was is not None and guarding.moves(was, now, at):
        suspects.moves.append(case)
    found = guarding.odd(was, now, at, guard.ranges)
    if found is not None:
        suspects.odd.append((case, found))


def _decide(
    connection: Connection,
    guard: Guard,
    source: str,
    suspects: _Suspects,
    verdicts: Verdicts,
    grown: Counts,
    at: datetime,
) -> None:
    """Hold what belongs to a mass, and count what was seen."""
    minute = verdicts.minute
    deletes = Counter(case.kind for case in suspects.deletes)
    moved = [case.moved for case in suspects.moves]
    ruling = guard.ruling or rule(connection, source, minute, deletes, moved, grown=grown)
    held = [case for case in suspects.deletes if case.kind in ruling.deletes]
    _join(connection, source, Cause.DELETES, held, verdicts, at)
    _count_deletes(connection, source, deletes, Counter(case.kind for case in held), minute)
    if ruling.prices:
        _join(connection, source, Cause.PRICES, suspects.moves, verdicts, at)
    verdicts.moved.update((case.kind, case.key) for case in suspects.moves)
    _count_moves(connection, source, moved, minute)


def _hold_odd(
    connection: Connection,
    source: str,
    suspects: _Suspects,
    open_holds: Mapping[int, Cause],
    verdicts: Verdicts,
    at: datetime,
) -> None:
    """Hold odd prices each for itself, unless they are in a mass already or too many."""
    odd = [one for one in suspects.odd if (one[0].kind, one[0].key) not in verdicts.hold_of]
    room = guarding.ALONE - holds.open_alone(connection, source) if odd else 0
    for case, found in odd:
        place = (case.kind, case.key)
        if case.hold is not None and case.hold in open_holds and not open_holds[case.hold].is_mass:
            holds.describe(connection, case.hold, found.cause, path=found.path, why=found.message)
            verdicts.hold_of[place] = case.hold
        elif room > 0:
            room -= 1
            hold = holds.begin(
                connection, source, found.cause, at, path=found.path, why=found.message
            )
            verdicts.opened.append(hold)
            verdicts.hold_of[place] = hold
        else:
            _join(connection, source, Cause.PRICES, [case], verdicts, at)


def _join(
    connection: Connection,
    source: str,
    cause: Cause,
    cases: Iterable[Case],
    verdicts: Verdicts,
    at: datetime,
) -> None:
    """Put the cases into the one open hold of this cause."""
    places = [(case.kind, case.key) for case in cases]
    if not places:
        return
    hold = holds.open_mass(connection, source, cause)
    if hold is None:
        hold = holds.begin(connection, source, cause, at)
        verdicts.opened.append(hold)
    verdicts.hold_of.update(dict.fromkeys(places, hold))


def _count_deletes(
    connection: Connection, source: str, seen: Counter[str], held: Counter[str], minute: int
) -> None:
    cause = Cause.DELETES.value
    rows = [(source, cause, kind, minute, by, held[kind]) for kind, by in seen.items()]
    _add(connection, source, minute, rows)


def _count_moves(
    connection: Connection, source: str, moved: Sequence[int | None], minute: int
) -> None:
    """Each price counts in the last minute in which it moved, and only there."""
    cause = Cause.PRICES.value
    earlier = Counter(_counted(moved, minute))
    connection.executemany(
        "UPDATE guard_minute SET seen = max(0, seen - ?) "
        "WHERE source = ? AND cause = ? AND kind = 'offers' AND minute = ?",
        [(count, source, cause, then) for then, count in earlier.items()],
    )
    if moved:
        _add(connection, source, minute, [(source, cause, "offers", minute, len(moved), 0)])


def _counted(moved: Iterable[int | None], minute: int) -> list[int]:
    """The minutes that still count, of prices that moved before."""
    oldest = minute - guarding.WINDOW_MINUTES
    return [earlier for earlier in moved if earlier is not None and oldest < earlier <= minute]


def _add(
    connection: Connection,
    source: str,
    minute: int,
    rows: list[tuple[str, str, str, int, int, int]],
) -> None:
    """Count in this minute; what is over is forgotten, and what a clock ahead of time wrote."""
    if not rows:
        return
    connection.execute(
        "DELETE FROM guard_minute WHERE source = ? AND (minute <= ? OR minute > ?)",
        (source, minute - guarding.WINDOW_MINUTES, minute),
    )
    connection.executemany(
        "INSERT INTO guard_minute (source, cause, kind, minute, seen, held) "
        "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (source, cause, kind, minute) "
        "DO UPDATE SET seen = seen + excluded.seen, held = held + excluded.held",
        rows,
    )
