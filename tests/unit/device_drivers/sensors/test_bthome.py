"""BTHome 2: the published examples, and what is not believed.

Vectors: bthome.io/format and bthome.io/encryption; the encrypted ones with and without an address
are those of the tests of bthome-ble.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_drivers.api.sensors import Packet, Sample, SensorAsked, SensorError, Wrong
from device_drivers.sensors.bthome import BTHome
from tests.support.sensor_rigs import ADDRESS, KEY, encrypted

TEMPERATURE = bytes.fromhex("02ca0903bf13")


def read(sensor: BTHome, payload: bytes, at: float = 0) -> Sample | None:
    return sensor.read(Packet(payload=payload, at=at))


def values(payload: str, *, key: bytes | None = None) -> dict[str, str]:
    sample = read(BTHome(SensorAsked(address=ADDRESS, key=key)), bytes.fromhex(payload))
    return {} if sample is None else {name: f"{value:f}" for name, value in sample.values.items()}


def keyed() -> BTHome:
    return BTHome(SensorAsked(address=ADDRESS, key=KEY))


@pytest.mark.parametrize(
    ("objects", "said"),
    [
        ("0161", {"battery_pct": "97"}),
        ("02ca09", {"temperature_c": "25.06"}),
        ("451101", {"temperature_c": "27.3"}),
        ("57ea", {"temperature_c": "-22"}),
        ("58ea", {"temperature_c": "-7.7"}),
        ("03bf13", {"humidity_pct": "50.55"}),
        ("2e23", {"humidity_pct": "35"}),
        ("04138a01", {"pressure_pa": "100883"}),
        ("05138a14", {"illuminance_lx": "13460.67"}),
        ("065e1f", {"mass_g": "80300"}),
        ("073e1d", {"mass_g": "33955.9248182"}),
        ("08ca06", {"dew_point_c": "17.38"}),
        ("0960", {"count": "96"}),
        ("3d0960", {"count": "24585"}),
        ("3e2a2c0960", {"count": "1611213866"}),
        ("59ea", {"count": "-22"}),
        ("5aeaea", {"count": "-5398"}),
        ("5beaeaeaea", {"count": "-353703190"}),
        ("0a138a14", {"energy_wh": "1346067"}),
        ("0b021b00", {"power_w": "69.14"}),
        ("5c02fbffff", {"power_w": "-12.78"}),
        ("0c020c", {"voltage_mv": "3074"}),
        ("4a020c", {"voltage_mv": "307400"}),
        ("12e204", {"co2_ppm": "1250"}),
        ("133301", {"voc_ug_m3": "307"}),
        ("14020c", {"moisture_pct": "30.74"}),
        ("3f020c", {"rotation_deg": "307.4"}),
        ("400c00", {"distance_mm": "12"}),
        ("414e00", {"distance_mm": "7800"}),
        ("424e3400", {"duration_s": "13.39"}),
        ("434e34", {"current_ma": "13390"}),
        ("5d02ea", {"current_ma": "-5630"}),
        ("4632", {"uv_index": "5"}),
        ("478756", {"volume_ml": "2215100"}),
        ("48dc87", {"volume_ml": "34780"}),
        ("4e87562a01", {"volume_ml": "19551879"}),
        ("518756", {"acceleration_m_s2": "22.151"}),
        ("56e803", {"conductivity_us_cm": "1000"}),
        ("1101", {"open": "1"}),
        ("1a00", {"open": "0"}),
        ("2501", {"present": "1"}),
        ("3a04", {"button": "4"}),
        ("3a00", {}),
        ("3c0103", {}),
        ("02ca0902cf09", {"temperature_c": "25.06", "temperature_c_2": "25.11"}),
        ("530c48656c6c6f20576f726c6421" + "0161", {"battery_pct": "97"}),
        ("540448656c6c" + "0161", {"battery_pct": "97"}),
        ("0161" + "e0aabb", {"battery_pct": "97"}),
        ("e0aabb" + "0161", {}),
        ("", {}),
    ],
)
def test_each_object_is_read_as_published(objects: str, said: dict[str, str]) -> None:
    assert values("40" + objects) == said


def test_the_time_of_a_packet_is_the_sensors_own() -> None:
    sample = read(BTHome(SensorAsked(address=ADDRESS)), bytes.fromhex("40505d396164" + "0161"))

    assert sample is not None
    assert str(sample.at) == "2023-05-14 19:41:17+00:00"


@pytest.mark.parametrize(
    "payload",
    [
        "41a47266c95f730011223378237214",
        "41e445f3c9962b332211006c7c4519",
        "43a5808fe64854f196c06ffb4900112233f08ecbde",
    ],
)
def test_what_is_encrypted_opens_with_its_key(payload: str) -> None:
    assert values(payload, key=KEY) == {"temperature_c": "25.06", "humidity_pct": "50.55"}


def refused(sensor: BTHome, payload: bytes, at: float = 0) -> Wrong:
    with pytest.raises(SensorError) as caught:
        read(sensor, payload, at)
    return caught.value.wrong


@pytest.mark.parametrize(
    "payload", ["", "00", "20", "600161", "4002ca", "40530548", "4053", "401102"]
)
def test_what_breaks_the_format_is_refused(payload: str) -> None:
    assert refused(BTHome(SensorAsked(address=ADDRESS)), bytes.fromhex(payload)) is Wrong.MALFORMED


def test_a_packet_that_names_another_sensor_is_not_from_this_one() -> None:
    other = bytes.fromhex("42a6808fe64854") + TEMPERATURE

    assert refused(BTHome(SensorAsked(address=ADDRESS)), other) is Wrong.MALFORMED


def test_without_its_key_nothing_opens() -> None:
    without = BTHome(SensorAsked(address=ADDRESS))
    other = BTHome(SensorAsked(address=ADDRESS, key=bytes(16)))

    assert refused(without, encrypted(TEMPERATURE, 7)) is Wrong.NO_KEY
    assert refused(other, encrypted(TEMPERATURE, 7)) is Wrong.WRONG_KEY
    assert refused(keyed(), encrypted(TEMPERATURE, 7)[:9]) is Wrong.MALFORMED


def test_a_sensor_with_a_key_is_not_believed_without_it() -> None:
    assert refused(keyed(), b"\x40" + TEMPERATURE) is Wrong.NOT_ENCRYPTED


@given(place=st.integers(1, 14), flip=st.integers(1, 255))
def test_whatever_byte_is_changed_on_the_way_it_does_not_open(place: int, flip: int) -> None:
    changed = bytearray(encrypted(TEMPERATURE, 7))
    changed[place] ^= flip

    assert refused(keyed(), bytes(changed)) is Wrong.WRONG_KEY


def test_what_was_recorded_and_sent_again_is_refused() -> None:
    sensor = keyed()
    for counter, at in ((1000, 0), (1001, 60), (1010, 120)):
        assert read(sensor, encrypted(TEMPERATURE, counter), at) is not None

    for old in (1001, 1009, 1010):
        assert refused(sensor, encrypted(TEMPERATURE, old), 180) is Wrong.REPLAYED
    assert read(sensor, encrypted(TEMPERATURE, 1011), 180) is not None


def test_a_forged_counter_does_not_silence_the_sensor() -> None:
    sensor = keyed()
    forged = bytearray(encrypted(TEMPERATURE, 2**32 - 1))
    forged[-1] ^= 1

    assert refused(sensor, bytes(forged)) is Wrong.WRONG_KEY
    assert read(sensor, encrypted(TEMPERATURE, 5), 1) is not None


def test_after_new_batteries_the_counter_begins_anew_and_old_ones_do_not_count() -> None:
    sensor = keyed()
    for nth, counter in enumerate((5_000, 0, 1)):
        assert read(sensor, encrypted(TEMPERATURE, counter), nth * 60) is not None

    assert refused(sensor, encrypted(TEMPERATURE, 0), 300) is Wrong.REPLAYED


def test_a_packet_id_that_goes_back_within_a_burst_is_a_late_repeat() -> None:
    sensor = BTHome(SensorAsked(address=ADDRESS))

    def is_new(packet: int, at: float) -> bool:
        return read(sensor, bytes((0x40, 0, packet)) + TEMPERATURE, at) is not None

    assert is_new(254, 0.0)
    assert not is_new(254, 0.5)
    assert is_new(1, 1.0)
    assert not is_new(255, 1.5)
    assert is_new(0, 6.0)


def test_without_a_packet_id_the_same_again_is_news_after_the_burst() -> None:
    sensor = BTHome(SensorAsked(address=ADDRESS))
    times = (0.0, 1.0, 3.9, 4.0)

    assert [read(sensor, b"\x40" + TEMPERATURE, at) is not None for at in times] == [
        *(True, False, False, True)
    ]
