"""For each Bluetooth family its simulated labels, so that one suite can try them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from device_drivers.api.drivers import Described
from device_drivers.labels.atc_ble_oepl.driver import AtcLabels
from device_drivers.labels.atc_ble_oepl.models import screen_of
from device_drivers.labels.gicisky.driver import GiciskyLabels
from device_drivers.labels.gicisky.models import BY_MODEL
from device_drivers.labels.opendisplay.driver import OpenDisplayLabels
from device_drivers.labels.opendisplay.models import layout_of
from device_drivers.labels.over_ble import BleFamily
from device_drivers.labels.zhsunyco_easytag.driver import EasyTagLabels
from device_drivers.labels.zhsunyco_easytag.models import MODELS
from device_drivers.labels.zhsunyco_wolink.driver import WoLinkLabels
from device_drivers.labels.zhsunyco_wolink.models import TAGS
from device_drivers.simulated.atc_ble_oepl_label import SimulatedAtcLabel
from device_drivers.simulated.bluetooth_label import SimulatedBluetoothLabel
from device_drivers.simulated.gicisky_label import SimulatedGiciskyLabel
from device_drivers.simulated.opendisplay_label import SimulatedOpenDisplayLabel
from device_drivers.simulated.zhsunyco_easytag_label import SimulatedEasyTagLabel
from device_drivers.simulated.zhsunyco_wolink_label import SimulatedWoLinkLabel

Device = SimulatedBluetoothLabel[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rig:
    """A family, one of its models, and how a simulated label of a model is made.

    ``tells_model``: its labels say what they are, on the air or, with ``is_asked``, in a connection
    of their own. After ``midway_s`` seconds a delivery is in the midst of handing over the picture.
    """

    labels: BleFamily
    model: str
    make: Callable[[str, str], Device]
    tells_model: bool
    is_asked: bool = False
    midway_s: float = 1.0

    def known(self, device: Device, model: str | None = None) -> Described:
        return Described(label=device.address.replace(":", ""), model=model or self.model)


RIGS: Final[Mapping[str, Rig]] = MappingProxyType(
    {
        "atc_ble_oepl": Rig(
            labels=AtcLabels(),
            model="atc-250x128-bwr",
            make=lambda address, model: SimulatedAtcLabel(address, screen_of(model)),
            tells_model=True,
            is_asked=True,
        ),
        "gicisky": Rig(
            labels=GiciskyLabels(),
            model="gicisky-000b",
            make=lambda address, model: SimulatedGiciskyLabel(address, BY_MODEL[model]),
            tells_model=True,
        ),
        "opendisplay": Rig(
            labels=OpenDisplayLabels(key_of=lambda _label: None),
            model="opendisplay-128x296-bwr-r90",
            make=lambda address, model: SimulatedOpenDisplayLabel(address, layout_of(model)),
            tells_model=True,
            is_asked=True,
        ),
        "zhsunyco_easytag": Rig(
            labels=EasyTagLabels(),
            model="easytag-36",
            make=lambda address, model: SimulatedEasyTagLabel(address, MODELS[model]),
            tells_model=False,
        ),
        "zhsunyco_wolink": Rig(
            labels=WoLinkLabels(),
            model="wolink-213",
            make=lambda address, model: SimulatedWoLinkLabel(address, TAGS[model]),
            tells_model=False,
        ),
    }
)
