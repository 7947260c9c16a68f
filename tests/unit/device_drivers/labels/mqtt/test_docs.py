"""docs/mqtt-labels.md is what strangers build from: its examples and numbers are tried here."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from device_drivers import pictures
from device_drivers.api.drivers import Announced, Flash, Presence, Reported, Shown
from device_drivers.api.panels import Ink, Panel
from device_drivers.labels import wire
from device_drivers.labels.mqtt import commands, driver, machine, protocol
from device_drivers.links import offers

ROOT = Path(__file__).parents[5]
DOC = (ROOT / "docs" / "mqtt-labels.md").read_text(encoding="utf-8")
_EXAMPLE = re.compile(r"^`(label/shelf-12/\w+)`\n\n```json\n(.*?)```", re.MULTILINE | re.DOTALL)
EXAMPLES = {topic: body.encode() for topic, body in _EXAMPLE.findall(DOC)}


def value_of(name: str, after: str) -> str:
    found = re.search(rf"^{re.escape(name)}\s+(.+)$", DOC[DOC.index(after) :], re.MULTILINE)
    assert found is not None, f"{name} is not in the page"
    return found[1].strip()


def test_every_message_has_an_example() -> None:
    leaves = {topic.rsplit("/", 1)[1] for topic in EXAMPLES}

    assert leaves == {"announce", "presence", "report", "wish", "command", "result"}


def test_the_examples_of_labels_are_what_the_gateway_reads() -> None:
    announce = protocol.sighting("label/shelf-12/announce", EXAMPLES["label/shelf-12/announce"])
    report = protocol.sighting("label/shelf-12/report", EXAMPLES["label/shelf-12/report"])
    will = protocol.sighting("label/shelf-12/presence", EXAMPLES["label/shelf-12/presence"])

    assert isinstance(announce, Announced)
    assert announce.panel.inks[0] is Ink.WHITE
    assert isinstance(report, Reported)
    assert report.outcome == Shown()
    assert will == Presence(label="shelf-12", online=False)


def test_the_example_of_a_wish_is_what_a_label_reads_and_a_report_answers() -> None:
    wish = protocol.parse_wish("shelf-12", EXAMPLES["label/shelf-12/wish"])
    report = protocol.parse_report("shelf-12", EXAMPLES["label/shelf-12/report"])

    assert (wish.wish, wish.sha256) == (report.wish, report.sha256)


def test_the_example_of_a_command_is_what_a_label_does_and_a_result_answers() -> None:
    label = commands.CommandMachine(flashes=True)
    flash, result = label.command(EXAMPLES["label/shelf-12/command"])

    assert flash == Flash(seconds=30, colour="green")
    assert result == commands.parse_result("shelf-12", EXAMPLES["label/shelf-12/result"])


def test_the_bytes_of_the_example_picture_are_those_of_its_drawing() -> None:
    drawing = DOC[DOC.index("pixels   ") : DOC.index("planes (hex)")].splitlines()
    rows = [re.findall(r"[BR.](?= |$)", line[14:34]) for line in drawing[:2]]
    pixels = bytes(".BR".index(pixel) for row in rows for pixel in row)
    panel = Panel(name="p", width=10, height=2, inks=(Ink.WHITE, Ink.BLACK, Ink.RED), dpi=100)
    data = bytes.fromhex(value_of("planes (hex)", "pixels   "))

    assert pictures.decode_planes(data, panel).pixels == pixels
    assert hashlib.sha256(data).hexdigest() == value_of("sha256", "planes (hex)")


def test_the_example_of_a_mac_is_right() -> None:
    after = "key       "
    key, wish, digest = (value_of(name, after) for name in ("key", "wish", "sha256"))

    assert protocol.mac_of(key.encode(), wish, digest) == value_of("mac", after)


@pytest.mark.parametrize(
    "said",
    [
        f"`protocol` | {protocol.VERSION} ",
        f"at most {wire.LARGEST_JSON // 1024} KiB",
        f"<= {protocol.LARGEST_IMAGE // 1024} KiB",
        f"After {machine.PATIENCE_S:.0f} s without",
        f"again {machine.FETCH_AGAIN_S:.0f} s later, until {machine.PATIENCE_S:.0f} s after",
        f"from 0 to {commands.LONGEST_FLASH_S:,},",
        f"within {driver.ANSWER_S:.0f} s, when it begins",
        f"Remember your last {commands.REMEMBERED}:",
        f"within {commands.EXPIRY_S} s is gone",
        f"({offers.MOST_BYTES // 2**20} MiB in all)",
        f"`{' '.join(ink.value for ink in Ink)}`",
        f"from {' and '.join(f'`{name}`' for name in pictures.FORMATS)}",
    ],
)
def test_the_numbers_of_the_page_are_those_of_the_code(said: str) -> None:
    assert said in DOC


def test_the_files_the_page_points_at_are_there() -> None:
    named = re.findall(r"`(device_drivers/[\w/]+\.py)`", DOC)

    assert len(named) >= 2
    assert [path for path in named if not (ROOT / path).is_file()] == []
