"""From what a source said to a row of the replica: hashed, checked, and with its owner known."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from gateway.feed import digest, rows
from gateway.settings import KINDS, Settings
from gateway.store.replica_rows import Row

Owner = Callable[[str], str]
"""The source that owns a kind; unknown kinds belong to whoever sends them."""


def owner_in(settings: Settings, source: str) -> Owner:
    """Who owns each kind, as ``source`` sees it."""
    owners: dict[str, str] = {kind: settings.source_of(kind) for kind in KINDS}
    return lambda kind: owners.get(kind, source)


def row(source: str, kind: str, key: str, value: Any, owner: Owner) -> Row:
    """The checked row; a broken rule stands in its ``refusal``, ``value`` None is a tombstone."""
    if value is None:
        return Row(kind=kind, key=key, value=None, hash=b"", bucket=digest.bucket_of(kind, key))
    text = digest.canonical(value)
    foreign = _foreign(source, kind, owner)
    refusal = foreign or rows.check(kind, key, value)
    return Row(
        kind=kind,
        key=key,
        value=text,
        hash=digest.row_hash(kind, key, text),
        bucket=digest.bucket_of(kind, key),
        refusal=json.dumps(asdict(refusal)) if refusal is not None else None,
        keeps_last_good=foreign is None,
    )


def barred(source: str, kind: str, key: str, owner: Owner) -> rows.Refusal | None:
    """Why ``source`` may not write under this kind and key at all, whatever the value."""
    if not rows.is_known(kind):
        return rows.Refusal(
            code="unknown_kind",
            path="",
            message=f"{kind[:64]!r} is no kind of row; the kinds are {', '.join(KINDS)}",
        )
    return _foreign(source, kind, owner) or rows.check_key(kind, key)


def refusal_of(row: Row) -> rows.Refusal | None:
    """Why the checked row is not used."""
    return None if row.refusal is None else rows.Refusal(**json.loads(row.refusal))


def _foreign(source: str, kind: str, owner: Owner) -> rows.Refusal | None:
    if owner(kind) == source:
        return None
    return rows.Refusal(
        code="not_owner",
        path="",
        message=f"rows of kind {kind} come from {owner(kind)} in this shop, not from {source}",
    )
