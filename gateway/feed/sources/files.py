"""Files as a source: what a file says becomes the shop's catalogue, or its stock."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from gateway.clock import Clock
from gateway.domain.rows import Row
from gateway.feed import checking, local
from gateway.feed.messages import MAX_CHANGES, Change
from gateway.feed.sources import difference, file_formats
from gateway.feed.sources.catalogue_file import CatalogueFile
from gateway.feed.sources.difference import Difference
from gateway.feed.sources.file_faults import CsvError, Fault, FileRefusedError
from gateway.settings import Settings, Source
from gateway.store import catalogue, replica
from gateway.store.database import Connection, Database
from gateway.store.guarding import Guard
from gateway.store.replica import RefusedRow

SOURCE: Source = "files"
MAX_BAD = 0.05
"""The share of lines that may be left out without refusing the file; a single one always may."""
_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What the file held and what became of it.

    ``removed`` articles are those that it lacked; ``left_out`` counts by kind the rows that belong
    to another source; ``refused`` are the first of ``refused_total`` rows that break a rule;
    ``held`` rows wait until somebody accepts them.
    """

    file: CatalogueFile
    removed: int
    held: int
    left_out: dict[str, int]
    refused: tuple[RefusedRow, ...]
    refused_total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What a file holds and would change; ``refusal`` says why it would not be imported."""

    file: CatalogueFile
    difference: Difference
    refusal: FileRefusedError | None


async def import_file(
    database: Database, settings: Settings, data: bytes, clock: Clock, *, replace: bool = False
) -> Imported:
    """Let a file (``docs/csv.md``) be the shop's catalogue from now on, or its stock.

    Articles that a catalogue lacks go; what looks like a mistake the guard holds, unless
    ``replace`` says that all of it is meant. Lines that cannot be used are left out and listed;
    what they speak of stays as it was. Raises ``FileRefusedError``, and ``NotOwnerError`` when
    nothing in the file may come from files.
    """
    now = clock.now()
    plan = await _plan(database, settings, data, now)
    refusal = _refusal(plan.file, settings)
    if refusal is not None:
        raise refusal
    if plan.file.whole:
        done = await local.replace(database, settings, SOURCE, plan.rows, at=now, accepted=replace)
        return Imported(
            file=plan.file,
            removed=plan.lacking,
            held=done.held,
            left_out=dict(done.left_out),
            refused=done.refused,
            refused_total=done.refused_total,
        )
    return await _change(database, settings, plan, now)


async def compare(
    database: Database, settings: Settings, data: bytes, clock: Clock, *, replace: bool = False
) -> Compared:
    """What ``import_file`` would do; changes nothing. Raises ``FileRefusedError``."""
    now = clock.now()
    plan = await _plan(database, settings, data, now)
    query = partial(
        difference.between,
        settings=settings,
        source=SOURCE,
        rows=plan.rows,
        whole=plan.file.whole,
        guard=None if replace else Guard(ranges=settings.shop.price_ranges),
        at=now,
    )
    found = await database.read(query)
    return Compared(file=plan.file, difference=found, refusal=_refusal(plan.file, settings))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What the shop has: articles of the files' own and of anybody, and places by name."""

    own: frozenset[str]
    articles: frozenset[str]
    places: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """The rows to be, and how many of the articles that we know are ``lacking``."""

    file: CatalogueFile
    rows: tuple[Row, ...]
    lacking: int


async def _plan(database: Database, settings: Settings, data: bytes, now: datetime) -> _Plan:
    known = await database.read(partial(_known, settings=settings))
    try:
        file = await asyncio.to_thread(
            file_formats.read, data, settings.shop, known.articles, known.places, now
        )
    except CsvError as error:
        raise FileRefusedError(str(error), error.fault, **error.named) from error
    if not file.whole:
        return _Plan(file=file, rows=file.rows, lacking=0)
    kept = {row.key for row in file.rows if row.kind == "product"}
    kept |= {key for kind, key in file.unread if kind == "product"}
    beside = await database.read(partial(_beside, file=file, settings=settings, kept=kept))
    # A catalogue says nothing about places; without ours its stock would be nowhere.
    place = Row(
        kind="location",
        key=settings.shop.store,
        value={"name": settings.shop.name or settings.shop.store, "kind": "shop"},
    )
    spoken = {(row.kind, row.key) for row in beside}
    own = (row for row in (place, *file.rows) if (row.kind, row.key) not in spoken)
    return _Plan(file=file, rows=(*own, *beside), lacking=len(known.own - kept))


def _known(connection: Connection, settings: Settings) -> _Known:
    places = {place.name.casefold(): place.id for place in catalogue.locations(connection)}
    if settings.shop.name is not None:
        places[settings.shop.name.casefold()] = settings.shop.store
    owned = settings.source_of("product") == SOURCE
    return _Known(
        own=frozenset(replica.keys(connection, SOURCE, "product") if owned else ()),
        articles=frozenset(catalogue.product_ids(connection)),
        places=places | settings.files.location_of,
    )


def _beside(
    connection: Connection, file: CatalogueFile, settings: Settings, kept: set[str]
) -> tuple[Row, ...]:
    """Rows of earlier files that this catalogue does not speak of, or not readably: they stay.

    Stock at other places, all stock where the file has no column for it, the other places, and
    what stands on lines that cannot be used.
    """
    here = f"{settings.shop.store}/"

    def stays(kind: str, key: str) -> bool:
        if (kind, key) in file.unread:
            return True
        if kind == "location":
            return key != settings.shop.store
        if kind == "stock":
            elsewhere = not key.startswith(here) or not file.stocked
            return elsewhere and key.partition("/")[2] in kept
        return False

    return tuple(
        Row(kind=kind, key=key, value=value)
        for kind, key, value in replica.rows_of(connection, SOURCE, stays)
    )


def _refusal(file: CatalogueFile, settings: Settings) -> FileRefusedError | None:
    """Why the file as a whole is not imported."""
    if file.whole and file.count("product") == 0:
        return FileRefusedError(
            "there is no article in the file; the catalogue stays as it is. "
            "Export all products again and import that file",
            Fault.NO_ARTICLE,
        )
    few = file.bad_lines <= max(1, file.lines * MAX_BAD)
    if file.bad_lines and (settings.files.on_bad_row == "refuse_file" or not few):
        first = "; ".join(
            f"line {one.line}, {one.column}: {one.message}" for one in file.problems[:_SHOWN]
        )
        return FileRefusedError(
            f"{file.bad_lines} of {file.lines} lines cannot be used, so nothing of the file is: "
            f"mend them and import it again ({first})",
            Fault.BAD_LINES,
            bad=str(file.bad_lines),
            lines=str(file.lines),
            where=", ".join(f"{one.line} ({one.column})" for one in file.problems[:_SHOWN]),
        )
    return None


async def _change(database: Database, settings: Settings, plan: _Plan, now: datetime) -> Imported:
    """Write the rows of a file that is not the whole catalogue, as deltas of bounded size."""
    owner = checking.owner_in(settings, SOURCE)
    owned = [row for row in plan.rows if owner(row.kind) == SOURCE]
    left_out = Counter(row.kind for row in plan.rows if owner(row.kind) != SOURCE)
    if plan.rows and not owned:
        raise local.NotOwnerError(
            f"the {' and '.join(left_out)} rows of this shop do not come from files: in the "
            'configuration give them to "files" under [sources]'
        )
    refused: list[RefusedRow] = []
    held = 0
    for start in range(0, len(owned), MAX_CHANGES):
        part = owned[start : start + MAX_CHANGES]
        changes = [Change(kind=row.kind, key=row.key, value=row.value) for row in part]
        done = await local.write(database, settings, SOURCE, changes, at=now)
        held += sum(outcome.hold is not None for outcome in done.outcomes)
        refused += [
            RefusedRow(
                kind=row.kind,
                key=row.key,
                code=outcome.refusal.code,
                path=outcome.refusal.path,
                message=outcome.refusal.message,
            )
            for row, outcome in zip(part, done.outcomes, strict=True)
            if outcome.refusal is not None
        ]
    return Imported(
        file=plan.file,
        removed=0,
        held=held,
        left_out=dict(left_out),
        refused=tuple(refused[:100]),
        refused_total=len(refused),
    )
