"""Which connections of the box do not work now."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gateway.broker.links import Links
from gateway.labels.outages import Outages


def of(links: Links, outages: Outages) -> Callable[[], Mapping[str, int]]:
    """A function that says it: how many of each kind, without kinds that all work."""

    def down() -> Mapping[str, int]:
        found = {"shop": int(not links.shop.connected.is_set()), "ways": len(outages.down)}
        if links.central is not None and links.central is not links.shop:
            found["central"] = int(not links.central.connected.is_set())
        return {name: count for name, count in found.items() if count}

    return down
