"""Sensors whose words come over the shop's broker.

Messages: zigbee2mqtt.io ("MQTT topics and messages", device pages) and shelly-api-docs.shelly.cloud
("Notifications", BTHome components).
"""

from __future__ import annotations

import contextlib
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_drivers.api.sensors import (
    Packet,
    Picked,
    Sample,
    SensorAsked,
    SensorDriver,
    SensorError,
)
from device_drivers.sensors.json_values import LARGEST
from device_drivers.sensors.mapping import Mapped
from device_drivers.sensors.shelly import Shelly
from device_drivers.sensors.zigbee2mqtt import Zigbee2Mqtt

ZIGBEE = Zigbee2Mqtt(SensorAsked(topic="zigbee2mqtt/door"))
SHELLY = Shelly(
    SensorAsked(topic="shellyblugw-1", values={"temperature_c": Picked(path="bthomesensor:200")})
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner),
    max_leaves=12,
)


def read(driver: SensorDriver, payload: bytes) -> Sample | None:
    return driver.read(Packet(payload=payload, at=0))


def values(driver: SensorDriver, said: object) -> dict[str, str]:
    sample = read(driver, json.dumps(said).encode())
    return {} if sample is None else {name: f"{one:f}" for name, one in sample.values.items()}


def notified(method: str, **params: object) -> dict[str, object]:
    return {"src": "shellyblugw-1", "dst": "x/events", "method": method, "params": params}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            {"contact": True, "voltage": 3005, "battery": 100, "linkquality": 120},
            {"open": "0", "battery_pct": "100", "battery_mv": "3005"},
        ),
        ({"contact": False}, {"open": "1"}),
        ({"occupancy": True, "illuminance": 12}, {"occupied": "1", "illuminance_lx": "12"}),
        ({"pressure": 1013.2}, {"pressure_pa": "101320"}),
        ({"action": "double"}, {"button": "2"}),
        ({"action": "", "water_leak": False}, {"wet": "0"}),
        ({"voltage": 230, "state": "ON"}, {}),
        ({"temperature": None}, {}),
    ],
)
def test_zigbee2mqtt(said: object, expected: dict[str, str]) -> None:
    assert values(ZIGBEE, said) == expected


@pytest.mark.parametrize(
    ("seen", "at"),
    [
        (1_700_000_000_120, "2023-11-14 22:13:20.120000+00:00"),
        ("2023-11-14T23:13:20+01:00", "2023-11-14 23:13:20+01:00"),
        ("2023-11-14T23:13:20", "None"),
        (12_000, "None"),
        (True, "None"),
    ],
)
def test_zigbee2mqtt_says_when_it_heard_the_device(seen: object, at: str) -> None:
    sample = read(ZIGBEE, json.dumps({"temperature": 1, "last_seen": seen}).encode())

    assert sample is not None
    assert str(sample.at) == at


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            notified("NotifyStatus", ts=1.5, **{"temperature:0": {"id": 0, "tC": -1.25}}),
            {"temperature_c": "-1.25"},
        ),
        (
            notified("NotifyStatus", **{"temperature:101": {"id": 101, "tC": 4}}),
            {"temperature_c_101": "4"},
        ),
        (
            notified("NotifyStatus", **{"bthomesensor:200": {"id": 200, "value": 21.4}}),
            {"temperature_c": "21.4"},
        ),
        (notified("NotifyStatus", **{"bthomesensor:201": {"id": 201, "value": 21.4}}), {}),
        (
            notified("NotifyStatus", **{"bthomedevice:200": {"rssi": -69, "battery": 100}}),
            {"battery_pct_200": "100"},
        ),
        (notified("NotifyStatus", **{"flood:0": {"alarm": True}}), {"wet": "1"}),
        (
            notified(
                "NotifyEvent",
                ts=1,
                events=[
                    {"component": "input:0", "id": 0, "event": "single_push", "ts": 1},
                    {"component": "input:1", "id": 1, "event": "long_push"},
                    {"component": "sys", "event": "ota_begin"},
                ],
            ),
            {"button": "1", "button_1": "4"},
        ),
        (notified("NotifyStatus", **{"temperature:0": {"tC": None}, "wifi": {"rssi": -5}}), {}),
        ({"id": 1, "src": "x", "result": {}}, {}),
    ],
)
def test_shelly(said: object, expected: dict[str, str]) -> None:
    assert values(SHELLY, said) == expected


@pytest.mark.parametrize(
    ("picked", "said", "value"),
    [
        (Picked(path="."), 21.5, "21.5"),
        (Picked(path="a.1.b"), {"a": [0, {"b": "7"}]}, "7"),
        (Picked(path="f", times=Decimal("0.1"), plus=Decimal(-3)), {"f": 55}, "2.5"),
        (Picked(path="on"), {"on": True}, "1"),
        (Picked(path="lid", word="open"), {"lid": "closed"}, "0"),
        (Picked(path="lid", word="open"), {"lid": "open"}, "1"),
    ],
)
def test_any_json(picked: Picked, said: object, value: str) -> None:
    mapped = Mapped(SensorAsked(topic="x", values={"v": picked}))

    assert values(mapped, said) == {"v": value}


@pytest.mark.parametrize(
    "said", [{"b": 1}, [], {"a": {"c": 1}}, {"a": "warm"}, 5, {"a": {"b": []}}]
)
def test_json_without_the_values_is_refused(said: object) -> None:
    mapped = Mapped(SensorAsked(topic="x", values={"v": Picked(path="a.b")}))

    with pytest.raises(SensorError):
        values(mapped, said)


ODD = [
    b'{"temperature": 1e999999999}',
    b'{"temperature": -1e99999999999999999999}',
    b'{"temperature": NaN}',
    b'{"temperature": Infinity}',
    b'{"temperature": ' + b"9" * 5_000 + b"}",
    b"[" * 10_000,
    b'{"temperature":' * 1_000,
    b'{"temperature": "1' + b"0" * LARGEST + b'"}',
    b'{"temperature": {}}',
    b'{"contact": 1}',
    b"\xff\xfe\x00",
    b"",
    b"null",
]


@pytest.mark.parametrize("payload", ODD, ids=range(len(ODD)))
def test_json_that_wants_to_break_something_is_refused(payload: bytes) -> None:
    with pytest.raises(SensorError):
        read(ZIGBEE, payload)


def test_the_smallest_number_is_nothing() -> None:
    assert values_of(b'{"temperature": -1e-999999}') == {"temperature_c": "0"}


def values_of(payload: bytes) -> dict[str, str]:
    sample = read(ZIGBEE, payload)
    return {} if sample is None else {name: f"{one:f}" for name, one in sample.values.items()}


@given(
    said=JSON, member=st.sampled_from(("temperature", "contact", "last_seen", "action", "voltage"))
)
def test_whatever_json_it_is_only_the_one_error_comes(said: object, member: str) -> None:
    mapped = Mapped(SensorAsked(topic="x", values={"v": Picked(path="a.0")}))
    component = {"temperature:0": said, "input:0": {"state": said}, "bthomesensor:200": said}
    tries: list[tuple[SensorDriver, object]] = [
        (ZIGBEE, {member: said, "battery": 1}),
        (SHELLY, notified("NotifyStatus", **component)),
        (SHELLY, notified("NotifyEvent", events=said, ts=said)),
        (SHELLY, {"method": "NotifyEvent", "params": said}),
        (mapped, {"a": [said]}),
        (mapped, said),
    ]
    for driver, message in tries:
        with contextlib.suppress(SensorError):
            read(driver, json.dumps(message).encode())
