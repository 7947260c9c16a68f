"""From what a source said to a row of the replica: hashed, checked, and with its owner known."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from typing import Any

from gateway.feed import digest, rows
from gateway.settings import KINDS, Settings
from gateway.store.replica_rows import Row

Owner = Callable[[str], str]
"""The source that owns a kind; unknown kinds belong to whoever sends them."""

_STOCK_KEY = re.compile(r"[A-Za-z0-9._-]{1,64}/[A-Za-z0-9._-]{1,64}", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)", re.ASCII)


def owner_in(settings: Settings, source: str) -> Owner:
    """Who owns each kind, as ``source`` sees it."""
    owners: dict[str, str] = {kind: settings.source_of(kind) for kind in KINDS}
    return lambda kind: owners.get(kind, source)


def row(source: str, kind: str, key: str, value: Any, owner: Owner) -> Row:
    """The checked row; a broken rule stands in its ``refusal``, ``value`` None is a tombstone."""
    if value is None:
        return Row(kind=kind, key=key, value=None, hash=b"", bucket=digest.bucket_of(kind, key))
    foreign = _foreign(source, kind, owner)
    text = plain_stock(key, value) if kind == "stock" else None
    refusal = foreign
    if text is None:
        text = digest.canonical(value)
        refusal = foreign or rows.check(kind, key, value)
    bucket, row_hash = digest.bucket_and_hash(kind, key, text)
    return Row(
        kind=kind,
        key=key,
        value=text,
        hash=row_hash,
        bucket=bucket,
        refusal=json.dumps(asdict(refusal)) if refusal is not None else None,
        keeps_last_good=foreign is None,
    )


def plain_stock(key: str, value: Any) -> str | None:
    """The canonical text of a stock row that plainly breaks no rule; None says nothing.

    Nine of ten rows are like that, and the whole check takes three times as long.
    """
    if type(value) is not dict or len(value) != 2 or not _STOCK_KEY.fullmatch(key):
        return None
    available, as_of = value.get("available", ""), value.get("as_of")
    if type(as_of) is not str or not _is_instant(as_of):
        return None
    if available is None:
        return f'{{"as_of":"{as_of}","available":null}}'
    # Not isinstance: True is no number.
    if type(available) is int and -rows.MAX_INTEGER <= available <= rows.MAX_INTEGER:
        return f'{{"as_of":"{as_of}","available":{available}}}'
    return None


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


@lru_cache(maxsize=1_024)
def _is_instant(text: str) -> bool:
    """Whether it plainly is one; a feed has few different ones."""
    if not _INSTANT.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
