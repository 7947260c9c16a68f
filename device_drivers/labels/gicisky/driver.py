"""Gicisky labels as the common Bluetooth driver needs them."""

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
from device_drivers.labels.gicisky import packing, protocol
from device_drivers.labels.gicisky.models import BY_MODEL, TAGS, Encoding, in_words
from device_drivers.labels.recognised import Recognised
from device_drivers.links.radio import Advert
from device_drivers.links.steps import Conversation

FAMILY: Final = Family(
    name="gicisky",
    title="Gicisky / PICKSMART",
    # The label says that it has the picture, and nothing after it drew it.
    capabilities=Capabilities(confirms_shown=False, wakes=Wakes.ADVERTISES, parallel=2),
    hardware=Hardware(),
    models=tuple(tag.model for tag in TAGS.values()),
)


class GiciskyLabels:
    """What is special about the family (a ``BleFamily``)."""

    family = FAMILY
    manufacturers = frozenset({protocol.COMPANY})
    services: frozenset[str] = frozenset()

    def recognise(self, advert: Advert) -> Recognised | None:
        """The label in the advertisement; ``ValueError`` for models nobody can drive yet."""
        data = advert.manufacturer.get(protocol.COMPANY)
        if data is None:
            return None
        said = protocol.parse_advert(data)
        tag = TAGS.get(said.device_id)
        if tag is None:
            raise ValueError(
                f"this Gicisky label ({said.device_id:04X}: {in_words(said.device_id)}) cannot be "
                "driven: how its panel is read is not known"
            )
        return Recognised(
            panel=tag.model.panel,
            formats=(tag.encoding_of(said.firmware).value,),
            firmware=said.firmware,
            telemetry=Telemetry(battery_mv=said.battery_mv),
        )

    def encode(self, frame: Frame, label: Described) -> Picture:
        """The frame in the one form that this label takes."""
        tag = BY_MODEL.get(label.model)
        if tag is None:
            raise ValueError(f"no Gicisky model is called {label.model!r}")
        encoding = tag.encoding_of(label.firmware)
        formats.taken(label, [encoding.value])
        return formats.picture(encoding.value, packing.pack(frame, tag, encoding))

    def upload(self, picture: Picture, label: Described, mtu: int) -> Conversation:  # noqa: ARG002 - every family's signature
        """See ``protocol.upload``."""
        return protocol.upload(picture.data, Encoding(picture.format), mtu)

    def flash(self, flash: Flash, label: Described, mtu: int) -> Conversation | None:  # noqa: ARG002 - every family's signature
        """No light is known."""
        return None
