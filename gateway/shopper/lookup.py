"""Finds the family that an address is about, in one read of the database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gateway.domain.catalogue import Family
from gateway.domain.labels import Target
from gateway.domain.scanning import Scan
from gateway.shopper import addresses
from gateway.store import articles, catalogue
from gateway.store.database import Connection

TargetOfCode = Callable[[Connection, str], Target | None]
"""What the label with this code is bound to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A family and what of it was asked for."""

    family: Family
    target: Target


class ConflictError(Exception):
    """Several products claim the code."""


def by_product(connection: Connection, product: str) -> Found | None:
    """The product's family."""
    family = catalogue.family_of_product(connection, product)
    return None if family is None else Found(family=family, target=Target(product=product))


def by_group(connection: Connection, group: str, color: str | None) -> Found | None:
    """The group's family, narrowed to a colour it has."""
    family = catalogue.family_of_group(connection, group)
    if family is None:
        return None
    return Found(family=family, target=addresses.color_target(group, color, family))


def by_gtin(connection: Connection, gtin: str) -> Found | None:
    """The family of the one product with this GTIN (14 digits); raises ``ConflictError``."""
    claimed = catalogue.products_by_code(connection, gtin)
    if len(claimed) > 1:
        raise ConflictError(gtin)
    return by_product(connection, claimed[0]) if claimed else None


def path_of(connection: Connection, scan: Scan, target_of: TargetOfCode) -> str | None:
    """The page of what somebody typed or scanned, exactly; raises ``ConflictError``.

    An article's own number goes before a label's code, which may look the same.
    """
    for number in filter(None, (scan.product, scan.group, scan.gtin, scan.text)):
        found = articles.by_key(connection, number)
        if len(found.products) > 1:
            raise ConflictError(number)
        if found.products:
            return f"/p/{found.products[0]}"
        if found.groups:
            return f"/g/{found.groups[0]}"
    if scan.code is not None and target_of(connection, scan.code) is not None:
        return f"/l/{scan.code}"
    return None


def by_label(connection: Connection, code: str, target_of: TargetOfCode) -> Found | None:
    """The family of what hangs above the label with this code."""
    target = target_of(connection, code)
    if target is None:
        return None
    if target.product is not None:
        return by_product(connection, target.product)
    assert target.group is not None  # noqa: S101 - a target has one of the two
    found = by_group(connection, target.group, None)
    return None if found is None else Found(family=found.family, target=target)
