"""easyTag labels as the common Bluetooth driver needs them."""

from __future__ import annotations

from typing import Final

from device_drivers.api.drivers import (
    Capabilities,
    Described,
    Family,
    Flash,
    Hardware,
    Model,
    Picture,
    Wakes,
)
from device_drivers.api.panels import Frame
from device_drivers.labels import formats
from device_drivers.labels.recognised import Recognised
from device_drivers.labels.sightings import address_of
from device_drivers.labels.zhsunyco_easytag import packing, protocol
from device_drivers.labels.zhsunyco_easytag.models import MODELS
from device_drivers.labels.zhsunyco_easytag.packing import Encoding
from device_drivers.links.radio import Advert
from device_drivers.links.steps import Conversation

FAMILY: Final = Family(
    name="zhsunyco_easytag",
    title="Zhsunyco easyTag",
    # It acknowledges what it was sent; nothing says that the panel drew it.
    capabilities=Capabilities(confirms_shown=False, wakes=Wakes.ADVERTISES, parallel=2),
    hardware=Hardware(),
    models=tuple(MODELS.values()),
)


class EasyTagLabels:
    """What is special about the family (a ``BleFamily``)."""

    family = FAMILY
    manufacturers: frozenset[int] = frozenset()
    services = frozenset({protocol.SERVICE})

    def recognise(self, advert: Advert) -> Recognised | None:
        """The label in the advertisement; which model it is has to be chosen.

        Its service is one that many sample programs use: without the name it is somebody else.
        """
        if not advert.name.startswith(protocol.NAME):
            return None
        return Recognised(panel=None)

    def encode(self, frame: Frame, label: Described) -> Picture:
        """The frame in the shorter form."""
        encoding, data = packing.pack(frame, _model(label))
        if label.formats and encoding.value not in label.formats:
            made = ", ".join(form.value for form in Encoding)
            raise ValueError(
                f"the label takes {', '.join(label.formats)}; this gateway makes {made}"
            )
        return formats.picture(encoding.value, data)

    def upload(self, picture: Picture, label: Described, mtu: int) -> Conversation:
        """See ``protocol.upload``; ``ValueError`` for an id that is no address."""
        address = address_of(label.label)
        if address is None:
            raise ValueError(f"{label.label!r} is no Bluetooth label's id")
        return protocol.upload(picture.data, address, mtu)

    def flash(self, flash: Flash, label: Described, mtu: int) -> Conversation | None:  # noqa: ARG002 - every family's signature
        """No light is known."""
        return None


def _model(label: Described) -> Model:
    model = MODELS.get(label.model)
    if model is None:
        raise ValueError(f"no easyTag model is called {label.model!r}")
    return model
