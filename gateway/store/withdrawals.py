"""Prices that people took off the shelf, until another price row comes or they are put back."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from gateway.clock import from_ms, to_ms
from gateway.domain.proof import Entry
from gateway.store import catalogue, labels, offers_seqs, price_shown, proof, tasks, withdrawn_now
from gateway.store.database import Connection

TASK = "price_withdrawn"
_PSEUDONYMS = "pseudonym_key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """Who took which price off, when and why; ``ended_by`` is '' where another price row came."""

    id: int
    product: str
    at: datetime
    by: str
    reason: str
    ended_at: datetime | None = None
    ended_by: str | None = None
    told: int = 0


_COLUMNS = "id, product, at, by_whom, reason, ended_at, ended_by, told"


def get(connection: Connection, product: str) -> Withdrawal | None:
    """The withdrawal that holds for the product now."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM price_withdrawn WHERE product = ? AND ended_at IS NULL",
        (product,),
    ).fetchone()
    return None if row is None else _read(row)


def withdraw(
    connection: Connection, product: str, *, by: str, reason: str, at: datetime
) -> Withdrawal | None:
    """Take the product's price off every label and page.

    None when there is no such product. One that is withdrawn already stays as it is.
    """
    if not catalogue.exists(connection, "product", product):
        return None
    if (known := get(connection, product)) is not None:
        return known
    connection.execute(
        "INSERT INTO price_withdrawn (product, at, by_whom, reason) VALUES (?, ?, ?, ?)",
        (product, to_ms(at), by, reason),
    )
    tasks.open_(connection, TASK, product, {"by": by, "reason": reason}, at)
    told = Entry(label="", at=at, what="price_withdrawn", detail=reason, actor=by)
    _follow(connection, product, told)
    return get(connection, product)


def put_back(connection: Connection, product: str, *, by: str, at: datetime) -> Withdrawal | None:
    """Show the product's price again; None when it is not withdrawn."""
    known = get(connection, product)
    if known is None:
        return None
    _end(connection, [known], by, at)
    told = Entry(label="", at=at, what="price_back", actor=by)
    _follow(connection, product, told)
    return known


def end_by_prices(connection: Connection, products: Iterable[str], at: datetime) -> None:
    """Other price rows came for these products; their labels are looked at anyhow."""
    concerned = withdrawn_now.among(connection, products)
    ended = [one for product in sorted(concerned) if (one := get(connection, product)) is not None]
    _end(connection, ended, "", at)
    for one in ended:
        told = Entry(label="", at=at, what="price_back", detail="new_price")
        _record(connection, one.product, told)


def news(connection: Connection, limit: int) -> tuple[Withdrawal, ...]:
    """Beginnings and ends that were not told yet."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM price_withdrawn WHERE told < iif(ended_at IS NULL, 1, 2) "
        "ORDER BY id LIMIT ?",
        (limit,),
    )
    return tuple(_read(row) for row in rows)


def note_told(connection: Connection, one: Withdrawal, told: int) -> None:
    """So much was told: 1 the beginning, 2 the end."""
    connection.execute("UPDATE price_withdrawn SET told = ? WHERE id = ?", (told, one.id))


def prune(connection: Connection, before: datetime, limit: int) -> int:
    """Forget up to ``limit`` withdrawals that ended before ``before``; how many went."""
    gone = connection.execute(
        "DELETE FROM price_withdrawn WHERE id IN "
        "(SELECT id FROM price_withdrawn WHERE ended_at < ? AND told = 2 LIMIT ?)",
        (to_ms(before), limit),
    )
    return gone.rowcount


def pseudonym_key(connection: Connection) -> bytes:
    """The shop's own secret that makes pseudonyms of names; made when it is first asked for."""
    known = known_pseudonym_key(connection)
    if known is not None:
        return known
    key = secrets.token_bytes(32)
    connection.execute("INSERT INTO meta (key, value) VALUES (?, ?)", (_PSEUDONYMS, key.hex()))
    return key


def known_pseudonym_key(connection: Connection) -> bytes | None:
    """That secret where there is one: for readers, who cannot make it."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (_PSEUDONYMS,)).fetchone()
    return None if row is None else bytes.fromhex(row[0])


def _end(connection: Connection, ended: Iterable[Withdrawal], by: str, at: datetime) -> None:
    for one in ended:
        connection.execute(
            "UPDATE price_withdrawn SET ended_at = ?, ended_by = ? WHERE id = ?",
            (to_ms(at), by, one.id),
        )
        tasks.close(connection, TASK, one.product)
        connection.note(price_shown.TABLE, "")


def _follow(connection: Connection, product: str, told: Entry) -> None:
    """Have the labels drawn anew, those of the product first, and pages read again."""
    groups = catalogue.groups_of(connection, [product])
    labels.mark_stale(connection, [product], groups, group_rows=set())
    price_shown.begin(connection, offers_seqs.of(connection, [product]), told.at)
    for label in _record(connection, product, told):
        labels.look_again(connection, label, "staff")
    connection.note_all("catalogue", {product} | groups)
    connection.note(price_shown.TABLE, "")


def _record(connection: Connection, product: str, told: Entry) -> list[str]:
    """Put it on record of each label of the product; returns these labels."""
    found = price_shown.labels_of(connection, [product])
    for label in found:
        proof.append(connection, replace(told, label=label))
    return found


def _read(row: tuple[Any, ...]) -> Withdrawal:
    number, product, at, by, reason, ended_at, ended_by, told = row
    return Withdrawal(
        id=number,
        product=product,
        at=from_ms(at),
        by=by,
        reason=reason,
        ended_at=None if ended_at is None else from_ms(ended_at),
        ended_by=ended_by,
        told=told,
    )
