"""Our own addresses: how pages point to each other, and what an address asks for."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from gateway.domain.catalogue import Family
from gateway.domain.labels import Target
from gateway.shopper import grid
from gateway.web.words import Tongue


def address(path: str, tongue: Tongue, **query: str) -> str:
    """One of our addresses; keeps the language when it was asked for, and the mode of pages."""
    asked = {key: value for key, value in query.items() if value}
    if tongue.explicit:
        asked["lang"] = tongue.language
    return tongue.base + quote(path) + (f"?{urlencode(asked)}" if asked else "")


def color_target(group: str, color: str | None, family: Family) -> Target:
    """What ``/g/{group}?color=`` asks for; a colour the group does not have is not asked for."""
    if color and any(
        product.group == group and product.options.get(grid.COLOR) == color
        for product in family.products
    ):
        return Target(group=group, where={grid.COLOR: color})
    return Target(group=group)
