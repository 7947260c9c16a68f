"""What is written to a Bluetooth label for one picture, beside the picture alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks import images
from benchmarks.figures import Figure
from benchmarks.setup import Setup
from device_drivers.api.drivers import Described, Picture
from device_drivers.api.panels import Panel
from device_drivers.labels.atc_ble_oepl import protocol as atc
from device_drivers.labels.atc_ble_oepl.driver import AtcLabels
from device_drivers.labels.atc_ble_oepl.models import screen_of
from device_drivers.labels.gicisky import protocol as gicisky
from device_drivers.labels.gicisky.driver import GiciskyLabels
from device_drivers.labels.gicisky.models import BY_MODEL, Encoding
from device_drivers.labels.opendisplay import protocol as opendisplay
from device_drivers.labels.opendisplay.driver import OpenDisplayLabels
from device_drivers.labels.opendisplay.models import layout_of
from device_drivers.labels.over_ble import BleFamily
from device_drivers.labels.zhsunyco_easytag import protocol as easytag
from device_drivers.labels.zhsunyco_easytag.driver import EasyTagLabels
from device_drivers.labels.zhsunyco_easytag.models import MODELS
from device_drivers.labels.zhsunyco_wolink import protocol as wolink
from device_drivers.labels.zhsunyco_wolink.driver import WoLinkLabels
from device_drivers.labels.zhsunyco_wolink.models import TAGS
from gateway.render import rendering, samples, templates

_PEER = "the picture alone"
_DPI = 112


@dataclass(frozen=True, slots=True, kw_only=True)
class _Label:
    """One model of a family; ``sent`` are the bytes written for a picture where nothing is lost."""

    family: BleFamily
    panel: Panel
    sent: Callable[[Picture], int]


def measure(setup: Setup) -> Iterator[Figure]:
    """``air_bytes_<family>``: the mean over labels of the bundled template for articles.

    The peer is the picture in the shortest form that labels of the family take.
    """
    drawn_by = templates.load_all(templates.BUNDLED)["article"]
    sample = samples.load(templates.BUNDLED / "article" / "sample.toml")["sale"]
    shown = list(images.labels(sample, setup.size(100, 5)))
    for one in _labels():
        known = Described(label="0011223344AA", model=one.panel.name)
        made = [
            one.family.encode(rendering.render(drawn_by, one.panel, facts, images.COUNTRY), known)
            for facts in shown
        ]
        yield Figure(
            name=f"air_bytes_{one.family.family.name}",
            unit="bytes",
            ours=sum(one.sent(picture) for picture in made) / len(made),
            peer=sum(len(picture.data) for picture in made) / len(made),
            peer_name=_PEER,
            better="lower",
        )


def _labels() -> Iterator[_Label]:
    yield _Label(
        family=AtcLabels(),
        panel=screen_of("atc-296x128-bwr").panel,
        sent=lambda picture: atc.sent_bytes(picture.data),
    )
    yield _Label(
        family=GiciskyLabels(),
        panel=BY_MODEL["gicisky-0033"].model.panel,
        sent=lambda picture: gicisky.sent_bytes(picture.data, Encoding(picture.format)),
    )
    layout = layout_of("opendisplay-128x296-bwr-r90")
    yield _Label(
        family=OpenDisplayLabels(key_of=lambda _label: None),
        panel=layout.panel(_DPI),
        sent=lambda picture: opendisplay.sent_bytes(picture.data, layout.size, pipes=False),
    )
    yield _Label(
        family=EasyTagLabels(),
        panel=MODELS["easytag-3d"].panel,
        sent=lambda picture: easytag.sent_bytes(picture.data),
    )
    yield _Label(
        family=WoLinkLabels(),
        panel=TAGS["wolink-290"].model.panel,
        sent=lambda picture: wolink.sent_bytes(picture.data),
    )
