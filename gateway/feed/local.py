"""A catalogue of the shop's own: a whole file takes the place of what the source said before.

It runs through the same checks and the same merge as central's feed, with an epoch and positions
of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from gateway.domain.rows import Row
from gateway.errors import AnaquelError
from gateway.feed import checking, merging
from gateway.settings import KINDS, Settings, Source
from gateway.store import replica, staging
from gateway.store.database import Connection, Database
from gateway.store.replica import RefusedRow
from gateway.store.staging import ALL_SEQS, Merge, MergeTakenOverError

_EPOCH = 1


class NotOwnerError(AnaquelError):
    """The source may not write any of these rows."""


class TakenOverError(AnaquelError):
    """Another import of the same source began before this one was done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """What became of the rows.

    ``left_out`` counts rows by kind that belong to another source; ``refused`` are the first of
    ``refused_total`` rows that break a rule.
    """

    rows: int
    left_out: Counter[str]
    refused_total: int
    refused: tuple[RefusedRow, ...]


async def replace(
    database: Database, settings: Settings, source: Source, rows: Iterable[Row], *, at: datetime
) -> Replaced:
    """Let ``rows`` be all that ``source`` says from now on.

    Raises ``NotOwnerError`` when every row belongs to another source, ``TakenOverError``.
    """
    owned = {kind for kind in KINDS if settings.source_of(kind) == source}
    own: list[Row] = []
    left_out: Counter[str] = Counter()
    for row in rows:
        if row.kind in owned:
            own.append(row)
        else:
            left_out[row.kind] += 1
    if not own:
        raise NotOwnerError(
            f"the catalogue of this shop does not come from {source}: in the configuration set "
            f'[central] kind = "none", or give {source} its kinds under [sources]'
        )
    values = ((row.kind, row.key, row.value) for row in own)
    incoming = merging.portions(source, values, checking.owner_in(settings, source))
    plan = await database.write(partial(_begin, source=source, at=at))
    try:
        await merging.merge(incoming, plan, database)
        await database.write(partial(staging.finish, merge=plan))
    except MergeTakenOverError:
        raise TakenOverError(
            "another import began meanwhile; its file is the catalogue now"
        ) from None
    total, first = await database.read(partial(replica.refused, source=source))
    return Replaced(rows=len(own), left_out=left_out, refused_total=total, refused=first)


def _begin(connection: Connection, source: str, at: datetime) -> Merge:
    seq = replica.position(connection, source).seq + 1
    return staging.begin(connection, source, epoch=_EPOCH, seq=seq, keep_after=ALL_SEQS, at=at)
