"""The ways to labels that the settings name."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import structlog

from device_drivers import registry
from device_drivers.api.drivers import AccessPoint
from device_drivers.links.messages import MessagePort
from device_drivers.links.offers import Offers
from device_drivers.links.radio import Radio
from gateway.labels.outages import Outages
from gateway.settings import Settings, label_keys

log = structlog.get_logger("labels")


def ways(
    settings: Settings, messages: MessagePort, radios: Sequence[Radio], outages: Outages
) -> registry.Ways:
    """What drivers are given: the shop's broker, its adapters, its access points, label keys.

    Reads a file. Raises ``OSError`` and ``ValueError`` for label keys that cannot be used.
    """
    points = [
        AccessPoint(name=name, family=point.family, url=point.url, options=point.options)
        for name, point in settings.access_points.items()
    ]
    reached_at = settings.sites.intake.reached_at
    path = settings.labels.keys_file
    return registry.Ways(
        messages=messages,
        radios=radios,
        access_points=points,
        offers=None if reached_at is None else Offers(reached_at),
        key_of=(label_keys.read(path) if path is not None else {}).get,
        told=partial(_tell, outages),
    )


def _tell(outages: Outages, access_point: str, why: str | None) -> None:
    outages.note(access_point, works=why is None)
    if why is None:
        log.info("access point answers", access_point=access_point)
    else:
        log.warning(
            "access point does not answer",
            access_point=access_point,
            do="look whether it has power and network, and whether its url is right; it is tried "
            "again",
            detail=why[:300],
        )
