"""RuuviTag format 5: the vectors of docs.ruuvi.com ("Data format 5", test vectors)."""

from __future__ import annotations

import pytest

from device_drivers.api.sensors import Packet, SensorAsked, SensorError, Wrong
from device_drivers.sensors.ruuvi import Ruuvi

ADDRESS = "CB:B8:33:4C:88:4F"
LARGEST = "057FFFFFFEFFFE7FFF7FFF7FFFFFDEFEFFFECBB8334C884F"
LEAST = "058001000000008001800180010000000000CBB8334C884F"
NOTHING = "058000FFFFFFFF800080008000FFFFFFFFFFFFFFFFFFFFFF"


def values(payload: str) -> dict[str, str] | None:
    sample = Ruuvi(SensorAsked(address=ADDRESS)).read(Packet(payload=bytes.fromhex(payload), at=0))
    return None if sample is None else {name: f"{one:f}" for name, one in sample.values.items()}


def test_the_largest_values() -> None:
    assert values(LARGEST) == {
        "temperature_c": "163.835",
        "humidity_pct": "163.835",
        "pressure_pa": "115534",
        "acceleration_x_g0": "32.767",
        "acceleration_y_g0": "32.767",
        "acceleration_z_g0": "32.767",
        "battery_mv": "3646",
        "movements": "254",
    }


def test_the_least_values() -> None:
    assert values(LEAST) == {
        "temperature_c": "-163.835",
        "humidity_pct": "0",
        "pressure_pa": "50000",
        "acceleration_x_g0": "-32.767",
        "acceleration_y_g0": "-32.767",
        "acceleration_z_g0": "-32.767",
        "battery_mv": "1600",
        "movements": "0",
    }


def test_what_is_not_available_is_not_there() -> None:
    assert values(NOTHING) is None


@pytest.mark.parametrize(
    "payload",
    [
        *("", LEAST[:-2], LEAST + "00", "03" + LEAST[2:], LEAST[:-2] + "4E"),
    ],
)
def test_anything_else_is_refused(payload: str) -> None:
    with pytest.raises(SensorError) as caught:
        values(payload)

    assert caught.value.wrong is Wrong.MALFORMED
