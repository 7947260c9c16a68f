"""For each family behind access points: a shop with two labels, and what is its own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from device_drivers.api.drivers import Described, Outcome, Shown, Transferred
from device_drivers.api.panels import Frame, Panel
from tests.support import hanshow_shop, openepaperlink_shop
from tests.support.access_point_shop import AccessPointShop
from tests.support.hanshow_shop import HanshowShop
from tests.support.openepaperlink_shop import OpenEPaperLinkShop


class Shelved(Protocol):
    """A simulated label as the suite needs it."""

    panel: Panel
    showing: Frame | None
    refreshes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rig:
    """A shop with labels; ``success`` is what a delivery ends as."""

    shop: AccessPointShop
    labels: tuple[tuple[Shelved, Described], ...]
    success: Outcome
    running: Callable[[], AbstractAsyncContextManager[None]]
    down: Callable[[], AbstractAsyncContextManager[None]]


def _openepaperlink() -> Rig:
    shop = OpenEPaperLinkShop()
    tags = [shop.tag(number) for number in (1, 2)]
    return Rig(
        shop=shop,
        labels=tuple((tag, openepaperlink_shop.known(tag)) for tag in tags),
        success=Shown(),
        running=shop.running,
        down=shop.site.down,
    )


def _hanshow() -> Rig:
    shop = HanshowShop()
    labels = [shop.label(number) for number in (1, 2)]
    return Rig(
        shop=shop,
        labels=tuple((label, hanshow_shop.known(label)) for label in labels),
        success=Transferred(),
        running=shop.running,
        down=shop.server.down,
    )


RIGS: dict[str, Callable[[], Rig]] = {"openepaperlink": _openepaperlink, "hanshow": _hanshow}
