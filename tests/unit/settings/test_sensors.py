"""What ``[sensors]`` may say."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest

from device_drivers import registry
from gateway import settings
from gateway.settings import SensorSection, SettingsError, surroundings

HEAD = """
[shop]
store = "s042"
gateway = "s042-1"
public_base = "http://anaquel.local"
[data]
folder = "."
[bluetooth]
adapters = ["hci0"]
[sensors]
"""
RUUVI = 'a = { family = "ruuvi", address = "cb:b8:33:4c:88:4f" }'


def load(folder: Path, text: str, head: str = HEAD) -> settings.Settings:
    file = folder / "config.toml"
    file.write_text(head + text)
    return settings.load(file)


def test_the_families_are_those_there_are() -> None:
    assert get_args(SensorSection.model_fields["family"].annotation) == tuple(registry.SENSORS)


def test_numbers_are_taken_as_they_are_written(tmp_path: Path) -> None:
    text = (
        'b = { family = "json", topic = "t", values = { mass_g = { path = "kg", times = 0.1 } } }'
    )
    sensor = load(tmp_path, text).sensors["b"]

    assert sensor.values["mass_g"].times == Decimal("0.1")
    assert sensor.pace_s == 0


def test_over_bluetooth_a_minute_lies_between_readings(tmp_path: Path) -> None:
    sensor = load(tmp_path, RUUVI).sensors["a"]

    assert sensor.address == "CB:B8:33:4C:88:4F"
    assert sensor.pace_s == 60


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('a = { family = "ruuvi" }', "[sensors.a]: ruuvi needs its address; write it"),
        ('a = { family = "json", topic = "t" }', "json needs its values; write them"),
        ('a = { family = "shelly", topic = "t", key_file = "k" }', "key_file is not for shelly"),
        ('a = { family = "shelly", topic = "a/#" }', "write one whole topic, without + and #"),
        ('a = { family = "shelly", topic = "$SYS/x" }', "write one whole topic"),
        ('a = { family = "zigbee2mqtt", topic = "t", values = { x = "y" } }', "are not for zigbee"),
        ('a = { family = "ruuvi", address = "1234" }', "write the Bluetooth address"),
        (
            'a = { family = "ruuvi", address = "CB:B8:33:4C:88:4F", topic = "t" }',
            "topic is not for",
        ),
        ('a = { family = "tuya", topic = "t" }', 'a.family = "tuya": write "bthome", "ruuvi"'),
        (
            'a = { family = "json", topic = "t", values = { Kg = "w" } }',
            "in small letters with its",
        ),
        (
            'a = { family = "json", topic = "t", values = { w = "a..b" } }',
            "where the value is, like",
        ),
        (
            RUUVI.replace(" }", ", shelf = { least_c = 4, most_c = 5 } }"),
            "[sensors.a.shelf]: most_c must be at least 2 degrees above least_c",
        ),
        (
            RUUVI.replace(" }", ", shelf = { piece_g = 0 } }"),
            "sensors.a.shelf.piece_g = 0: write a number above 0",
        ),
        (f"{RUUVI}\n{RUUVI.replace('a =', 'b =')}", "sensors.b and sensors.a are both CB:B8"),
    ],
)
def test_what_cannot_work_is_told_with_what_to_write(tmp_path: Path, text: str, line: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, text)

    assert line in str(caught.value)


def test_bluetooth_sensors_need_an_adapter(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no adapter listens"):
        load(tmp_path, RUUVI, HEAD.replace('"hci0"', ""))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("231d39c1d7cc1ab1aee224cd096db932\n", None),
        ("231d39", "holds no key; write its 32 hexadecimal digits"),
        ("\xff", "holds no key"),
        (None, "is not there"),
    ],
)
def test_a_key_stands_in_a_file(tmp_path: Path, content: str | None, problem: str | None) -> None:
    if content is not None:
        (tmp_path / "key").write_text(content, encoding="latin-1")
    text = 'a = { family = "bthome", address = "54:48:E6:8F:80:A5", key_file = "key" }'
    problems = list(surroundings.problems(load(tmp_path, text)))

    assert len(problems) == (problem is not None)
    assert problem is None or problem in problems[0]
