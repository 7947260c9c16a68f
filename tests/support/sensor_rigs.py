"""What the suite of sensor families needs of each: how one is built, and packets it understands."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from cryptography.hazmat.primitives.ciphers.aead import AESCCM

from device_drivers.api.sensors import Picked, SensorAsked

ADDRESS = "54:48:E6:8F:80:A5"
KEY = bytes.fromhex("231d39c1d7cc1ab1aee224cd096db932")
RUUVI = "CB:B8:33:4C:88:4F"


@dataclass(frozen=True, kw_only=True)
class Rig:
    """A family; ``packet(n)`` is the n-th of its packets, ``values`` what the first one says."""

    family: str
    asked: SensorAsked
    packet: Callable[[int], bytes]
    values: Mapping[str, str]


def encrypted(objects: bytes, counter: int, info: int = 0x41) -> bytes:
    """A packet as a sensor with ``KEY`` makes it (bthome.io/encryption)."""
    counted = counter.to_bytes(4, "little")
    nonce = bytes.fromhex(ADDRESS.replace(":", "")) + b"\xd2\xfc" + bytes((info,)) + counted
    sealed = AESCCM(KEY, tag_length=4).encrypt(nonce, objects, None)
    return bytes((info,)) + sealed[:-4] + counted + sealed[-4:]


def _bthome(nth: int) -> bytes:
    return bytes((0x40, 0x00, nth % 256)) + bytes.fromhex("0162065e1f0912")


def _ruuvi(nth: int) -> bytes:
    given = bytearray.fromhex("0512FC5394C37C0004FFFC040CAC364200CDCBB8334C884F")
    given[16:18] = (205 + nth).to_bytes(2, "big")
    return bytes(given)


def _json(value: object) -> Callable[[int], bytes]:
    return lambda _nth: json.dumps(value).encode()


RIGS = (
    Rig(
        family="bthome",
        asked=SensorAsked(address=ADDRESS),
        packet=_bthome,
        values={"battery_pct": "98", "mass_g": "80300", "count": "18"},
    ),
    Rig(
        family="bthome",
        asked=SensorAsked(address=ADDRESS, key=KEY),
        packet=lambda nth: encrypted(bytes.fromhex("02ca0903bf13"), 1000 + nth),
        values={"temperature_c": "25.06", "humidity_pct": "50.55"},
    ),
    Rig(
        family="ruuvi",
        asked=SensorAsked(address=RUUVI),
        packet=_ruuvi,
        values={
            "temperature_c": "24.3",
            "humidity_pct": "53.49",
            "pressure_pa": "100044",
            "acceleration_x_g0": "0.004",
            "acceleration_y_g0": "-0.004",
            "acceleration_z_g0": "1.036",
            "battery_mv": "2977",
            "movements": "66",
        },
    ),
    Rig(
        family="zigbee2mqtt",
        asked=SensorAsked(topic="zigbee2mqtt/cold room"),
        packet=_json({"temperature": 27.34, "humidity": 44.72, "battery": 97, "contact": True}),
        values={
            "temperature_c": "27.34",
            "humidity_pct": "44.72",
            "battery_pct": "97",
            "open": "0",
        },
    ),
    Rig(
        family="shelly",
        asked=SensorAsked(topic="shellyplusht-c049ef"),
        packet=_json(
            {
                "src": "shellyplusht-c049ef",
                "method": "NotifyFullStatus",
                "params": {
                    "ts": 1700000000.12,
                    "temperature:0": {"id": 0, "tC": 19.8, "tF": 67.6},
                    "humidity:0": {"id": 0, "rh": 42.2},
                    "devicepower:0": {"id": 0, "battery": {"V": 5.1, "percent": 80}},
                },
            }
        ),
        values={"temperature_c": "19.8", "humidity_pct": "42.2", "battery_pct": "80"},
    ),
    Rig(
        family="json",
        asked=SensorAsked(
            topic="scales/7",
            values={
                "mass_g": Picked(path="data.0.kg", times=Decimal(1000)),
                "open": Picked(path="lid", word="up"),
            },
        ),
        packet=_json({"data": [{"kg": "1.24"}], "lid": "up"}),
        values={"mass_g": "1240", "open": "1"},
    ),
)
