"""The wire forms: what is read, what is refused and in which words."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_drivers.api.drivers import (
    Announced,
    Failed,
    Presence,
    Reason,
    Reported,
    Shown,
    Sighting,
    Telemetry,
    Transferred,
)
from device_drivers.api.panels import Ink, Panel
from device_drivers.labels.mqtt import protocol
from device_drivers.labels.mqtt.protocol import Report, Wish
from device_drivers.labels.wire import ProtocolError

PICTURE = "5e884898da28047151d0e56f8dc6292773603d0d6aabbd62a11ef721d1542d87"
ANNOUNCE: dict[str, Any] = {
    "protocol": 1,
    "model": "diy-29",
    "width": 296,
    "height": 128,
    "inks": ["white", "black", "red"],
    "dpi": 112,
    "formats": ["png"],
    "firmware": "1.2",
    "showing": PICTURE,
}
REPORT: dict[str, Any] = {
    "wish": "w-1",
    "sha256": PICTURE,
    "result": "shown",
    "error": None,
    "battery_mv": 2950,
    "rssi": -61,
    "temperature_c": 21.5,
}

ids = st.from_regex(r"[A-Za-z0-9._-]{1,64}", fullmatch=True)
digests = st.from_regex(r"[0-9a-f]{64}", fullmatch=True)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def payload(members: dict[str, Any], **changes: Any) -> bytes:
    return json.dumps({**members, **changes}).encode()


def without(members: dict[str, Any], name: str) -> bytes:
    return json.dumps({key: value for key, value in members.items() if key != name}).encode()


def read_or_refusal(topic: str, data: bytes) -> Sighting | ProtocolError | None:
    try:
        return protocol.sighting(topic, data)
    except ProtocolError as refused:
        return refused


def test_an_announcement_is_read() -> None:
    panel = Panel(
        name="diy-29", width=296, height=128, inks=(Ink.WHITE, Ink.BLACK, Ink.RED), dpi=112
    )

    assert protocol.sighting("label/shelf-7/announce", payload(ANNOUNCE)) == Announced(
        label="shelf-7", panel=panel, formats=("png",), firmware="1.2", showing=PICTURE
    )


@pytest.mark.parametrize("changed", [{"showing": None}, {"later": {"unknown": [1]}}])
def test_null_and_unknown_members_are_no_reason_to_refuse(changed: dict[str, Any]) -> None:
    seen = protocol.parse_announce("a", payload(ANNOUNCE, **changed))

    assert seen.showing == changed.get("showing", PICTURE)


@pytest.mark.parametrize("name", sorted(set(ANNOUNCE) - {"showing"}))
def test_an_announcement_without_a_member_is_refused_by_name(name: str) -> None:
    with pytest.raises(ProtocolError, match=f"announce of a: {name}: .* is needed, not nothing"):
        protocol.parse_announce("a", without(ANNOUNCE, name))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("protocol", 2),
        ("protocol", True),
        ("protocol", 1.0),
        ("model", ""),
        ("model", "a\nb"),
        ("model", "\ud800"),
        ("model", "x" * 65),
        ("width", 0),
        ("width", 4097),
        ("width", "296"),
        ("width", True),
        ("height", 1.5),
        ("inks", ["white"]),
        ("inks", ["white", "white"]),
        ("inks", ["white", "pink"]),
        ("inks", "white"),
        ("inks", [1, 2]),
        ("dpi", 29),
        ("dpi", 601),
        ("formats", []),
        ("formats", ["png", "png"]),
        ("formats", ["png"] * 9),
        ("formats", {"png": 1}),
        ("firmware", None),
        ("showing", PICTURE.upper()),
        ("showing", PICTURE[:-1]),
        ("showing", 7),
    ],
)
def test_a_wrong_member_of_an_announcement_is_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(ProtocolError, match=f"^announce of a: {name}: "):
        protocol.parse_announce("a", payload(ANNOUNCE, **{name: value}))


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"result": "received"}, Transferred()),
        ({"result": "shown"}, Shown()),
        ({"result": "failed", "error": "image_missing"}, Failed(reason=Reason.IMAGE_MISSING)),
        ({"result": "failed", "error": "image_unreadable"}, Failed(reason=Reason.IMAGE_UNREADABLE)),
        ({"result": "failed", "error": "wrong_size"}, Failed(reason=Reason.WRONG_SIZE)),
        (
            {"result": "failed", "error": "panel_busy"},
            Failed(reason=Reason.LABEL_ERROR, detail="panel_busy"),
        ),
        ({"result": "failed"}, Failed(reason=Reason.LABEL_ERROR)),
    ],
)
def test_each_result_has_its_outcome(changes: dict[str, Any], outcome: object) -> None:
    reported = protocol.sighting("label/a/report", payload(REPORT, **changes))

    assert isinstance(reported, Reported)
    assert reported.outcome == outcome
    assert (reported.label, reported.wish, reported.sha256) == ("a", "w-1", PICTURE)
    assert reported.telemetry == Telemetry(battery_mv=2950, rssi_dbm=-61, temperature_c=21.5)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("wish", ""),
        ("wish", "a b"),
        ("wish", "x" * 65),
        ("wish", 7),
        ("wish", "w-1\n"),
        ("sha256", None),
        ("sha256", PICTURE + "\n"),
        ("result", "done"),
        ("result", None),
        ("battery_mv", "2950"),
        ("rssi", True),
        ("temperature_c", [21]),
    ],
)
def test_a_wrong_member_of_a_report_is_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(ProtocolError, match=f"^report of a: {name}: "):
        protocol.parse_report("a", payload(REPORT, **{name: value}))


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-127.0", "1e400", "9" * 400, "null"])
def test_a_broken_sensor_does_not_silence_its_label(value: str) -> None:
    text = json.dumps(REPORT | {"temperature_c": "HERE"}).replace('"HERE"', value)

    reported = protocol.parse_report("a", text.encode())

    assert reported.outcome == Shown()
    assert reported.telemetry.temperature_c is None


def test_presence_is_read() -> None:
    coming = protocol.sighting("label/a/presence", b'{"online": true}')
    going = protocol.sighting("label/a/presence", b'{"online":false}')

    assert coming == Presence(label="a", online=True)
    assert going == Presence(label="a", online=False)
    with pytest.raises(ProtocolError, match="presence of a: online: true or false is needed"):
        protocol.parse_presence("a", b'{"online": 1}')


@pytest.mark.parametrize("leaf", ["announce", "report", "presence"])
def test_a_cleared_topic_says_nothing(leaf: str) -> None:
    assert protocol.sighting(f"label/a/{leaf}", b"") is None


@pytest.mark.parametrize(
    "topic", ["", "label", "label/a", "label//announce", "label/a b/announce", "tag/a/announce",
              "label/a/announce/x", "label/" + "x" * 65 + "/announce", "label/a\n/announce"]
)  # fmt: skip
def test_other_topics_are_refused(topic: str) -> None:
    with pytest.raises(ProtocolError, match=r"^topic "):
        protocol.parse_topic(topic)


def test_labels_do_not_speak_on_the_gateways_topics() -> None:
    with pytest.raises(
        ProtocolError, match="labels speak on announce, report, presence and result"
    ):
        protocol.sighting("label/a/wish", b"{}")


@pytest.mark.parametrize(
    "bytes_",
    [
        b"{",
        b"[]",
        b"7",
        b'"x"',
        b"null",
        b"\xff\xfe",
        b"[" * 16_000,
        b'{"a":' * 3_000,
        b"9" * 10_000,
        b" " * 16_385,
        payload(ANNOUNCE, padding="x" * 16_384),
    ],
)
def test_what_is_no_small_json_object_is_refused(bytes_: bytes) -> None:
    with pytest.raises(ProtocolError, match="announce of a: "):
        protocol.parse_announce("a", bytes_)


def test_the_largest_payload_is_16_kib() -> None:
    body = payload(ANNOUNCE, padding="")

    fitting = payload(ANNOUNCE, padding="x" * (16 * 1024 - len(body)))

    assert len(fitting) == 16_384
    assert protocol.parse_announce("a", fitting).firmware == "1.2"


def test_refusals_do_not_repeat_long_payloads() -> None:
    with pytest.raises(ProtocolError) as refused:
        protocol.parse_announce("a", payload(ANNOUNCE, model="x" * 10_000))

    assert len(str(refused.value)) < 200


def test_only_ids_get_topics() -> None:
    assert protocol.topic("shelf-7", "image") == "label/shelf-7/image"
    for wrong in ("", "a/b", "+", "#", "a b", "ñ", "x" * 65):
        with pytest.raises(ProtocolError, match="is no label id"):
            protocol.topic(wrong, "image")


@given(st.sampled_from(["announce", "report", "presence", "wish", "zzz"]), st.binary(max_size=200))
def test_any_bytes_give_a_sighting_or_a_refusal(leaf: str, data: bytes) -> None:
    heard = read_or_refusal(f"label/a/{leaf}", data)

    assert (heard is None) == (not data)


@given(st.sampled_from([("announce", ANNOUNCE), ("report", REPORT)]), st.data())
def test_any_json_in_any_member_gives_a_sighting_or_a_refusal(
    kind: tuple[str, dict[str, Any]], data: st.DataObject
) -> None:
    leaf, members = kind
    name = data.draw(st.sampled_from(sorted(members)))
    value = data.draw(json_values)
    heard = read_or_refusal(f"label/a/{leaf}", payload(members, **{name: value}))

    assert heard is not None
    if isinstance(heard, ProtocolError):
        assert f" of a: {name}: " in str(heard)


@given(st.text())
def test_any_topic_is_parsed_or_refused(topic: str) -> None:
    try:
        label, _ = protocol.parse_topic(topic)
    except ProtocolError:
        return
    assert protocol.topic(label, "image")


@given(
    wish=ids,
    sha256=digests,
    size=st.integers(1, protocol.LARGEST_IMAGE),
    url=st.none() | st.just("http://shop.example/i/1.png"),
    mac=st.none() | digests,
)
def test_what_the_gateway_wishes_the_label_reads(
    wish: str, sha256: str, size: int, url: str | None, mac: str | None
) -> None:
    sent = Wish(wish=wish, sha256=sha256, format="png", bytes=size, url=url, mac=mac)

    assert protocol.parse_wish("a", protocol.wish_payload(sent)) == sent


@pytest.mark.parametrize(
    "changes",
    [{"wish": "a/b"}, {"sha256": "00"}, {"bytes": 0}, {"bytes": 262_145}, {"format": ""}],
)
def test_a_wish_no_label_would_take_is_not_built(changes: dict[str, Any]) -> None:
    members: dict[str, Any] = {"wish": "w", "sha256": PICTURE, "format": "png", "bytes": 10}

    with pytest.raises(ProtocolError):
        protocol.wish_payload(Wish(**{**members, **changes}))


def test_a_wish_without_address_and_mac_does_not_name_them() -> None:
    built = protocol.wish_payload(Wish(wish="w", sha256=PICTURE, format="png", bytes=10))

    assert json.loads(built) == {"wish": "w", "sha256": PICTURE, "format": "png", "bytes": 10}


def test_the_mac_is_hmac_sha256_over_wish_line_feed_sha256() -> None:
    # From: printf 'w-1\n<PICTURE>' | openssl dgst -sha256 -hmac 'a label key'
    expected = "e32ebb6d415f53f33ab67873837679f8013a47af00bf5dd22ebce08ffed1e8ea"

    mac = protocol.mac_of(b"a label key", "w-1", PICTURE)

    assert mac == expected
    wish = Wish(wish="w-1", sha256=PICTURE, format="png", bytes=10, mac=mac)
    assert protocol.signed_by(b"a label key", wish)
    assert not protocol.signed_by(b"another key", wish)
    assert not protocol.signed_by(b"a label key", replace(wish, wish="w-2"))
    assert not protocol.signed_by(b"a label key", replace(wish, mac=None))


@given(
    result=st.sampled_from(["received", "shown", "failed"]),
    battery=st.none() | st.integers(500, 60_000),
    temperature=st.none() | st.floats(-60, 100),
)
def test_what_a_label_reports_the_gateway_reads(
    result: protocol.Result, battery: int | None, temperature: float | None
) -> None:
    telemetry = Telemetry(battery_mv=battery, rssi_dbm=-70, temperature_c=temperature)
    report = Report(wish="w", sha256=PICTURE, result=result, error=None, telemetry=telemetry)

    reported = protocol.parse_report("a", protocol.report_payload(report))

    assert reported.telemetry == telemetry
    assert reported.wish == "w"


@given(
    inks=st.lists(st.sampled_from(list(Ink)), min_size=2, unique=True), digest=st.none() | digests
)
def test_what_a_label_announces_the_gateway_reads(inks: list[Ink], digest: str | None) -> None:
    announced = Announced(
        label="a",
        panel=Panel(name="m", width=10, height=20, inks=tuple(inks), dpi=100),
        formats=("png", "planes"),
        firmware="1",
        showing=digest,
    )

    assert protocol.parse_announce("a", protocol.announce_payload(announced)) == announced
