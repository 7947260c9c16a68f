"""OpenDisplay labels as the common Bluetooth driver needs them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Final

from device_drivers.api.drivers import (
    Capabilities,
    Described,
    Family,
    Flash,
    Hardware,
    Picture,
    Telemetry,
    Wakes,
)
from device_drivers.api.panels import Frame
from device_drivers.labels import formats
from device_drivers.labels.opendisplay import packing, protocol
from device_drivers.labels.opendisplay.models import MODELS, layout_of
from device_drivers.labels.opendisplay.packing import Encoding
from device_drivers.labels.opendisplay.protocol import Entry
from device_drivers.labels.opendisplay.session import NONCE_SIZE
from device_drivers.labels.recognised import Recognised
from device_drivers.labels.sightings import label_of
from device_drivers.links.radio import Advert
from device_drivers.links.steps import Conversation

FAMILY: Final = Family(
    name="opendisplay",
    title="OpenDisplay",
    # After drawing it says whether the panel finished.
    capabilities=Capabilities(
        confirms_shown=True, wakes=Wakes.ADVERTISES, parallel=2, flashes=True
    ),
    hardware=Hardware(),
    models=tuple(MODELS.values()),
)


class OpenDisplayLabels:
    """What is special about the family (a ``BleFamily``).

    ``key_of`` gives the AES key of a label by its id, 16 bytes, or None for a label without one.
    """

    family = FAMILY
    manufacturers = frozenset({protocol.COMPANY})
    services: frozenset[str] = frozenset()

    def __init__(self, key_of: Callable[[str], bytes | None]) -> None:
        self._key_of = key_of

    def recognise(self, advert: Advert) -> Recognised | None:
        """The label in the advertisement; what it is it says when it is asked."""
        data = advert.manufacturer.get(protocol.COMPANY)
        if data is None:
            return None
        said = protocol.parse_advert(data)
        label = label_of(advert.address)
        return Recognised(
            panel=None,
            telemetry=Telemetry(battery_mv=said.battery_mv, temperature_c=said.temperature_c),
            inquiry=lambda mtu: protocol.inquire(self._entry(label), mtu),
        )

    def encode(self, frame: Frame, label: Described) -> Picture:
        """The frame in the shorter of the forms that the label takes."""
        plain = packing.memory(frame, layout_of(label.model))
        forms = {Encoding.PLAIN.value: plain, Encoding.ZLIB.value: packing.compressed(plain)}
        return formats.shortest(label, forms)

    def upload(self, picture: Picture, label: Described, mtu: int) -> Conversation:
        """See ``protocol.upload``."""
        encoding = Encoding(picture.format)
        return protocol.upload(picture.data, encoding, label.model, self._entry(label.label), mtu)

    def flash(self, flash: Flash, label: Described, mtu: int) -> Conversation | None:
        """See ``protocol.light``."""
        return protocol.light(flash, self._entry(label.label), mtu)

    def _entry(self, label: str) -> Entry:
        return Entry(key=self._key_of(label), nonce=secrets.token_bytes(NONCE_SIZE))
