"""ATC_BLE_OEPL labels as the common Bluetooth driver needs them."""

from __future__ import annotations

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
from device_drivers.labels.atc_ble_oepl import packing, protocol
from device_drivers.labels.atc_ble_oepl.models import MODELS, screen_of
from device_drivers.labels.atc_ble_oepl.packing import Encoding
from device_drivers.labels.recognised import Recognised
from device_drivers.links.radio import Advert
from device_drivers.links.steps import Conversation

FAMILY: Final = Family(
    name="atc_ble_oepl",
    title="ATC_BLE_OEPL",
    # The label says that it has the picture, and nothing after it was told to draw it.
    capabilities=Capabilities(
        confirms_shown=False, wakes=Wakes.ADVERTISES, parallel=2, flashes=True
    ),
    hardware=Hardware(),
    models=tuple(MODELS.values()),
)


class AtcLabels:
    """What is special about the family (a ``BleFamily``)."""

    family = FAMILY
    manufacturers = frozenset({protocol.COMPANY})
    services: frozenset[str] = frozenset()

    def recognise(self, advert: Advert) -> Recognised | None:
        """The label in the advertisement; what it is it says when it is asked."""
        data = advert.manufacturer.get(protocol.COMPANY)
        if data is None:
            return None
        said = protocol.parse_advert(data)
        return Recognised(
            panel=None,
            firmware=said.firmware,
            telemetry=Telemetry(battery_mv=said.battery_mv, temperature_c=said.temperature_c),
            inquiry=protocol.inquire,
        )

    def encode(self, frame: Frame, label: Described) -> Picture:
        """The frame in the shorter form that the label takes."""
        screen = screen_of(label.model)
        plain = packing.planes(frame, screen)
        packed = packing.compressed(plain, screen)
        forms = {Encoding.PLAIN.value: plain, Encoding.ZLIB.value: packed}
        return formats.shortest(label, forms)

    def upload(self, picture: Picture, label: Described, mtu: int) -> Conversation:
        """See ``protocol.upload``."""
        return protocol.upload(picture.data, Encoding(picture.format), label.model, mtu)

    def flash(self, flash: Flash, label: Described, mtu: int) -> Conversation | None:  # noqa: ARG002 - every family's signature
        """See ``protocol.light``."""
        return protocol.light(flash)
