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
from gateway.store import replica
from gateway.store.database import Database
from gateway.store.replica import ALL_SEQS, RefusedRow

_EPOCH = 1


class NotOwnerError(AnaquelError):
    """The source may not write any of these rows."""


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

    Raises ``NotOwnerError`` when every row belongs to another source.
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
    before = await database.read(partial(replica.position, source=source))
    seq = before.seq + 1
    plan = merging.Plan(source=source, seq=seq, keep_after=ALL_SEQS, at=at)
    portions = merging.slices(merging.staged(row.kind, row.key, row.value) for row in own)
    await merging.merge(portions, plan, database, checking.owner_in(settings, source))
    await database.write(partial(replica.move, source=source, epoch=_EPOCH, seq=seq, at=at))
    total, first = await database.read(partial(replica.refused, source=source))
    return Replaced(rows=len(own), left_out=left_out, refused_total=total, refused=first)
