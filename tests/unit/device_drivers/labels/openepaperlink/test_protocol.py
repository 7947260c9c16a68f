"""What access points say is read as it is meant, or refused in words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from device_drivers.api.drivers import Flash, Telemetry
from device_drivers.api.panels import Ink
from device_drivers.labels.openepaperlink import protocol
from device_drivers.labels.openepaperlink.models import MODELS
from device_drivers.labels.openepaperlink.protocol import Clock, Page, Rebooting, Said
from device_drivers.labels.wire import ProtocolError

MAC = "00007E2233445566"
RECORD: dict[str, Any] = {
    "mac": MAC, "hash": "9b2c" + "0" * 28, "lastseen": 1789000000, "nextupdate": 3216153600,
    "nextcheckin": 1789000060, "pending": 0, "alias": "Milk 1L", "contentMode": 24, "LQI": 200,
    "RSSI": -61, "temperature": 21, "batteryMv": 2600, "hwType": 51, "wakeupReason": 0,
    "capabilities": 2, "modecfgjson": "{}", "isexternal": False, "apip": "", "rotate": 0,
    "lut": 0, "invert": 0, "updatecount": 14, "updatelast": 1788999000, "ch": 11, "ver": 41,
}  # fmt: skip


def page(*records: Any, **more: Any) -> Page:
    return protocol.parse_page(json.dumps({"tags": list(records)} | more).encode())


def test_a_record_is_read() -> None:
    (tag,) = page(RECORD).tags

    assert (tag.mac, tag.pending, tag.update_count, tag.firmware) == (MAC, 0, 14, 41)
    assert tag.hardware == 0x33
    assert tag.next_update == protocol.NEVER
    assert tag.telemetry == Telemetry(battery_mv=2600, rssi_dbm=-61, temperature_c=21)
    assert tag.was_heard
    assert not tag.own_screen
    assert not tag.has_lost_picture


@pytest.mark.parametrize("battery", [0, 1337])
def test_a_battery_nobody_measured_is_unknown(battery: int) -> None:
    assert page(RECORD | {"batteryMv": battery}).tags[0].telemetry.battery_mv is None


def test_the_own_screen_and_tags_never_heard_are_told_apart() -> None:
    own, silent = page(RECORD | {"RSSI": 100}, RECORD | {"RSSI": 0}).tags

    assert own.own_screen
    assert not silent.own_screen
    assert not silent.was_heard


@pytest.mark.parametrize("reason", [1, 0xE0, 0xFC, 0xFD, 0xFE])
def test_a_tag_that_started_anew_lost_its_picture(reason: int) -> None:
    assert page(RECORD | {"wakeupReason": reason}).tags[0].has_lost_picture


def test_pages_follow_each_other() -> None:
    assert page(RECORD, continu=12).next == 12
    assert page(RECORD).next is None


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"mac": "7E22"}, "tag: mac: an address of 16 capital hexadecimal digits is needed"),
        ({"mac": 5}, "tag: mac: a text of 1 to 16"),
        ({"hash": "XY"}, f"tag {MAC}: hash: an MD5"),
        ({"pending": -1}, f"tag {MAC}: pending: a whole number from 0 to 65535"),
        ({"hwType": 256}, "hwType: a whole number from 0 to 255"),
        ({"RSSI": "loud"}, "RSSI: a whole number"),
        ({"temperature": "warm"}, "temperature: a number or null"),
        ({"lastseen": 2**40}, "lastseen: a whole number"),
        ({"isexternal": "no"}, "isexternal: true or false"),
        ({"updatecount": True}, "updatecount: a whole number"),
    ],
)
def test_a_record_that_lies_is_set_aside_and_the_others_stay(
    change: dict[str, Any], problem: str
) -> None:
    read = page(RECORD | change, RECORD)

    assert len(read.tags) == 1
    ((label, told),) = read.problems
    assert problem in told
    assert label in {"", MAC}


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b'{"tags": {}}', b"\xff", b'{"tags": [' + b"1," * 70 + b"1]}", b"[" * 9_999],
)
def test_a_page_that_is_none_is_refused(body: bytes) -> None:
    with pytest.raises(ProtocolError):
        protocol.parse_page(body)


def test_an_error_and_too_many_bytes_are_refused_in_words() -> None:
    with pytest.raises(ProtocolError, match="says 'malformatted parameter'"):
        protocol.parse_page(b'{"error": "malformatted parameter"}')
    with pytest.raises(ProtocolError, match="at most 65536 are read"):
        protocol.parse_page(b" " * 70_000)


def test_words_on_the_socket() -> None:
    record = json.dumps({"tags": [RECORD]})
    assert isinstance(protocol.parse_event(f"junk{record}"), Page)
    assert protocol.parse_event('{"sys": {"currtime": 5, "uptime": 7}}') == Clock(now=5, uptime=7)
    assert protocol.parse_event('{"errMsg": "REBOOTING"}') == Rebooting()
    told = {
        f"new image: /current/{MAC}_12345.pending": Said(what="new_image", mac=MAC),
        "new image is the same as current image. not updating tag.": Said(what="same"),
    }
    for text, said in told.items():
        assert protocol.parse_event(json.dumps({"logMsg": text})) == said
    timed_out = json.dumps({"errMsg": f"< {MAC} xfer timeout\r\n"})
    assert protocol.parse_event(timed_out) == Said(what="timeout", mac=MAC)
    for other in ('{"apitem": {}}', '{"logMsg": "hello"}', '{"console": "x", "color": "red"}'):
        assert protocol.parse_event(other) is None


def test_a_tag_type_is_read() -> None:
    described = {
        "name": 'M9 4.2" BWRY', "width": 400, "height": 300, "bpp": 2,
        "colortable": {
            "black": [0, 0, 0], "white": [255, 255, 255], "orange": [255, 128, 0],
            "red": [255, 0, 0],
        },
    }  # fmt: skip
    panel = protocol.parse_tag_type(0xEF, json.dumps(described).encode())

    assert (panel.name, panel.width, panel.height) == ("oepl-ef", 400, 300)
    assert panel.inks == (Ink.WHITE, Ink.BLACK, Ink.RED)
    assert panel.dpi == 119
    bare = described | {"bpp": 1, "name": "no size"}
    assert protocol.parse_tag_type(1, json.dumps(bare).encode()).inks == (Ink.WHITE, Ink.BLACK)


@pytest.mark.parametrize(
    "change",
    [
        {"width": 0}, {"height": 99_999}, {"width": "400"}, {"colortable": {"white": []}},
        {"colortable": [1]}, {"bpp": None}, {"name": "\u0000"},
    ],
)  # fmt: skip
def test_a_tag_type_that_is_none_is_refused(change: dict[str, Any]) -> None:
    described = {
        "name": "x", "width": 8, "height": 8, "bpp": 1, "colortable": {"white": 0, "black": 0},
    }  # fmt: skip
    protocol.parse_tag_type(1, json.dumps(described).encode())
    with pytest.raises(ProtocolError):
        protocol.parse_tag_type(1, json.dumps(described | change).encode())


def test_a_flash_is_twelve_bytes() -> None:
    for seconds in (0.1, 1.0, 60.0, 100_000.0):
        pattern = bytes.fromhex(protocol.flash_pattern(Flash(seconds=seconds, colour="blue")))
        assert len(pattern) == 12
        assert (pattern[0] & 15, pattern[1]) == (1, 0x03)
        assert pattern[10] == min(max(round(seconds), 1), 256) - 1
    assert protocol.flash_pattern(Flash(seconds=0)) == "0" * 24


def test_models_are_named_by_their_number_and_begin_with_paper() -> None:
    assert len(MODELS) > 80
    for hardware, model in MODELS.items():
        assert model.id == model.panel.name == f"oepl-{hardware:02x}"
        assert model.panel.inks[:2] == (Ink.WHITE, Ink.BLACK)
        assert model.hardware.level == "none"
