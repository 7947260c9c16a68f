"""WoLink labels as the common Bluetooth driver needs them."""

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
from device_drivers.labels.recognised import Recognised
from device_drivers.labels.zhsunyco_wolink import packing, protocol
from device_drivers.labels.zhsunyco_wolink.models import TAGS, Tag
from device_drivers.labels.zhsunyco_wolink.packing import Encoding
from device_drivers.links.radio import Advert
from device_drivers.links.steps import Conversation

FAMILY: Final = Family(
    name="zhsunyco_wolink",
    title="Zhsunyco WoLink",
    # After drawing it says whether the panel finished without an error.
    capabilities=Capabilities(
        confirms_shown=True, wakes=Wakes.ADVERTISES, parallel=2, flashes=True
    ),
    hardware=Hardware(),
    models=tuple(tag.model for tag in TAGS.values()),
)


class WoLinkLabels:
    """What is special about the family (a ``BleFamily``)."""

    family = FAMILY
    manufacturers = frozenset({protocol.COMPANY})
    services: frozenset[str] = frozenset()

    def recognise(self, advert: Advert) -> Recognised | None:
        """The label in the advertisement; which model it is has to be chosen."""
        data = advert.manufacturer.get(protocol.COMPANY)
        if data is None:
            return None
        said = protocol.parse_advert(data)
        telemetry = Telemetry(battery_mv=said.battery_mv)
        return Recognised(panel=None, firmware=said.firmware, telemetry=telemetry)

    def encode(self, frame: Frame, label: Described) -> Picture:
        """The frame in the shorter form."""
        encoding, data = packing.pack(frame, _tag(label))
        if label.formats and encoding.value not in label.formats:
            made = ", ".join(form.value for form in Encoding)
            raise ValueError(
                f"the label takes {', '.join(label.formats)}; this gateway makes {made}"
            )
        return formats.picture(encoding.value, data)

    def upload(self, picture: Picture, label: Described, mtu: int) -> Conversation:
        """See ``protocol.upload``."""
        return protocol.upload(picture.data, Encoding(picture.format), _tag(label).size, mtu)

    def flash(self, flash: Flash, label: Described, mtu: int) -> Conversation | None:  # noqa: ARG002 - every family's signature
        """See ``protocol.light``."""
        return protocol.light(flash)


def _tag(label: Described) -> Tag:
    tag = TAGS.get(label.model)
    if tag is None:
        raise ValueError(f"no WoLink model is called {label.model!r}")
    return tag
