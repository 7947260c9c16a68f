"""What a label showed at an instant, read from its record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from gateway.clock import from_ms, to_ms
from gateway.domain import proof
from gateway.domain.proof import Entry
from gateway.store.database import Connection

MOST_SPANS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A time in which a label could not be reached; ``until`` None: not heard of since.

    ``why`` is ``gateway_off`` or ``broker_away`` when that held for all labels, ``way_away``
    or ``way_silent`` when it held for those behind the adapter or access point.
    """

    since: datetime
    until: datetime | None
    why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What ``label`` showed at ``at``.

    ``shown`` is the entry that confirmed it, None when no picture of ours was confirmed then;
    ``until`` is when it showed something else, None when it still does. ``lost_at``: it had said
    that it does not show its picture any more. ``asked`` is another picture that it had been asked
    for by then and had not confirmed. ``unreachable`` are the times without contact while it showed
    that (or, with nothing shown, the one that ``at`` lies in). ``kept_from`` is the time of the
    first row that is kept, when older ones have gone.
    """

    label: str
    at: datetime
    shown: Entry | None = None
    until: datetime | None = None
    lost_at: datetime | None = None
    asked: Entry | None = None
    reachable: bool = True
    unreachable: tuple[Span, ...] = ()
    kept_from: datetime | None = None

    @property
    def is_kept(self) -> bool:
        """Whether the record goes back to ``at``."""
        return self.kept_from is None or self.shown is not None or self.at >= self.kept_from


def answer(connection: Connection, label: str, at: datetime) -> Answer | None:
    """What the label showed at ``at``; None for a label without any record."""
    chain = connection.execute(
        "SELECT from_number, shown FROM proof_chain WHERE label = ?", (label,)
    ).fetchone()
    if chain is None:
        return None
    number, sight = _sight(connection, label, at, chain[1])
    shown = sight if sight is not None and sight.what == "shown" else None
    until = _next_sight(connection, label, number) if sight is not None else None
    whole_shop = tuple(_spans(connection, proof.GATEWAY))
    family, ways = _way(connection, label)
    if family != "mqtt":
        whole_shop = tuple(span for span in whole_shop if span.why != proof.BROKER_AWAY)
    of_ways = (span for way in ways for span in _spans(connection, way))
    spans = (*_spans(connection, label), *of_ways, *whole_shop)
    since = at if shown is None else shown.at
    return Answer(
        label=label,
        at=at,
        shown=shown,
        until=until,
        lost_at=sight.at if sight is not None and sight.what == "lost" else None,
        asked=_asked(connection, label, at, shown),
        reachable=not any(_touches(span, at, at) for span in spans),
        unreachable=tuple(
            span for span in spans if _touches(span, since, until if shown is not None else at)
        )[-MOST_SPANS:],
        kept_from=_kept_from(connection, label) if chain[0] else None,
    )


def sight(connection: Connection, label: str, at: datetime) -> Entry | None:
    """The picture of ours that the label confirmed last by then and did not lose since."""
    chain = connection.execute("SELECT shown FROM proof_chain WHERE label = ?", (label,)).fetchone()
    last = None if chain is None else _sight(connection, label, at, chain[0])[1]
    return last if last is not None and last.what == "shown" else None


def asked_at(connection: Connection, shown: Entry) -> datetime:
    """When the label was asked for what it ``shown``, as far as it is kept."""
    rows = connection.execute(
        "SELECT said FROM proof WHERE label = ? AND at <= ? AND what = 'wished' "
        "ORDER BY number DESC LIMIT 10",
        (shown.label, to_ms(shown.at)),
    )
    found = (entry.at for (said,) in rows if (entry := proof.read(said)).wish == shown.wish)
    return next(found, shown.at)


def _sight(
    connection: Connection, label: str, at: datetime, before: str | None
) -> tuple[int, Entry | None]:
    """The last word by ``at`` on what the label shows, with its row's number."""
    row = connection.execute(
        "SELECT number, said FROM proof WHERE label = ? AND at <= ? AND what IN ('shown', 'lost') "
        "ORDER BY number DESC LIMIT 1",
        (label, to_ms(at)),
    ).fetchone()
    if row is not None:
        return row[0], proof.read(row[1])
    entry = proof.read(before) if before is not None else None
    return 0, entry if entry is not None and entry.at <= at else None


def _next_sight(connection: Connection, label: str, after: int) -> datetime | None:
    row = connection.execute(
        "SELECT at FROM proof WHERE label = ? AND number > ? AND what IN ('shown', 'lost') "
        "ORDER BY number LIMIT 1",
        (label, after),
    ).fetchone()
    return None if row is None else from_ms(row[0])


def _asked(connection: Connection, label: str, at: datetime, shown: Entry | None) -> Entry | None:
    row = connection.execute(
        "SELECT said FROM proof WHERE label = ? AND at <= ? AND what = 'wished' "
        "ORDER BY number DESC LIMIT 1",
        (label, to_ms(at)),
    ).fetchone()
    asked = None if row is None else proof.read(row[0])
    if asked is None or (shown is not None and asked.at <= shown.at):
        return None
    return asked


def _spans(connection: Connection, label: str) -> Iterator[Span]:
    rows = connection.execute(
        "SELECT said FROM proof WHERE label = ? AND what IN ('reachable', 'unreachable') "
        "ORDER BY number",
        (label,),
    )
    away: Entry | None = None
    for (said,) in rows:
        entry = proof.read(said)
        if entry.what == "unreachable":
            away = away or entry
        elif away is not None:
            yield Span(since=away.at, until=entry.at, why=away.detail)
            away = None
    if away is not None:
        yield Span(since=away.at, until=None, why=away.detail)


def _way(connection: Connection, label: str) -> tuple[str, tuple[str, ...]]:
    """The family of the label, and the chains of its way; one that is gone may have been MQTT's."""
    row = connection.execute("SELECT family, via FROM label WHERE id = ?", (label,)).fetchone()
    family, via = row or ("mqtt", "")
    ways = (f"{family}/{via}", via) if via else (f"{family}/",)
    return family, tuple(proof.chain_of_way(way) for way in ways)


def _touches(span: Span, since: datetime, until: datetime | None) -> bool:
    """Whether the label was out of reach at some time from ``since`` through ``until``."""
    begun = until is None or span.since <= until
    return begun and (span.until is None or span.until > since)


def _kept_from(connection: Connection, label: str) -> datetime | None:
    row = connection.execute(
        "SELECT at FROM proof WHERE label = ? ORDER BY number LIMIT 1", (label,)
    ).fetchone()
    return None if row is None else from_ms(row[0])
