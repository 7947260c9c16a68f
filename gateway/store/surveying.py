"""What a staged feed would change, counted before any of it is merged."""

from __future__ import annotations

import json
from collections import Counter

from gateway.domain import guarding as rules
from gateway.store import guarding, holds
from gateway.store.database import Connection
from gateway.store.guarding import Ruling
from gateway.store.staging import Merge


def survey(connection: Connection, merge: Merge) -> Ruling:
    """The guard's ruling on all that the merge would do; only reads."""
    if guarding.is_unused(connection, merge.source):
        return Ruling(off=True)
    deletes: Counter[str] = Counter(
        dict(
            connection.execute(
                "SELECT kind, count(*) FROM replica WHERE source = ? AND seq <= ? AND hash <> ? "
                "AND ((refusal IS NULL AND hold IS NULL) OR good IS NOT NULL) "
                "AND NOT EXISTS (SELECT 1 FROM staged WHERE staged.source = replica.source "
                "AND staged.kind = replica.kind AND staged.key = replica.key) GROUP BY kind",
                (merge.source, merge.keep_after, holds.NOTHING),
            )
        )
    )
    moved = [
        minute
        for was, now, minute in connection.execute(
            "SELECT iif(r.refusal IS NULL AND r.hold IS NULL, r.value, r.good) AS was, "
            "staged.value, r.moved FROM staged CROSS JOIN replica AS r "
            "ON r.kind = staged.kind AND r.key = staged.key AND r.source = staged.source "
            "WHERE staged.source = ? AND staged.kind = 'offers' AND staged.refusal IS NULL "
            "AND r.hash <> staged.hash AND r.seq <= ? AND was IS NOT NULL",
            (merge.source, merge.keep_after),
        )
        if rules.moves(json.loads(was), json.loads(now), merge.at)
    ]
    minute = guarding.minute_of(merge.at)
    return guarding.rule(connection, merge.source, minute, deletes, moved)
