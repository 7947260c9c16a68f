"""The messages of the MQTT label protocol, both directions, without any input or output.

docs/mqtt-labels.md tells the same story to somebody who builds a label. Topics are relative to the
shop's prefix.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from device_drivers.api.drivers import (
    Announced,
    Failed,
    Outcome,
    Presence,
    Reason,
    Reported,
    Shown,
    Sighting,
    Telemetry,
    Transferred,
)
from device_drivers.api.panels import Ink, Panel
from device_drivers.labels import wire
from device_drivers.labels.wire import ProtocolError

VERSION = 1
LARGEST_IMAGE = 256 * 1024
"""Bytes; the limit of an ``image`` payload."""

FROM_LABELS = ("label/+/announce", "label/+/report", "label/+/presence", "label/+/result")
"""The topic filters a gateway listens on."""

Leaf = Literal["announce", "image", "wish", "report", "presence", "command", "result"]
Ability = Literal["url", "flash"]
"""What a label may announce beyond drawing: it fetches pictures, it blinks on command."""
Result = Literal["received", "shown", "failed"]

_INKS = {ink.value: ink for ink in Ink}
_REASONS = {
    "image_missing": Reason.IMAGE_MISSING,
    "image_unreadable": Reason.IMAGE_UNREADABLE,
    "wrong_size": Reason.WRONG_SIZE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a label should show: the picture with this SHA-256, under the opaque id ``wish``.

    ``bytes`` is the picture's size; ``url`` a second way to it; ``mac`` see ``mac_of``.
    """

    wish: str
    sha256: str
    format: str
    bytes: int
    url: str | None = None
    mac: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a label says about a wish, as it travels; ``error`` is a code, for ``failed`` only."""

    wish: str
    sha256: str
    result: Result
    error: str | None = None
    telemetry: Telemetry = field(default_factory=Telemetry)


def topic(label: str, leaf: Leaf) -> str:
    """``label/{label}/{leaf}``; ``ProtocolError`` when ``label`` is no id."""
    if not wire.is_id(label):
        raise ProtocolError(f"{label!r} is no label id (1 to 64 of A-Z a-z 0-9 . _ -)")
    return f"label/{label}/{leaf}"


def parse_topic(text: str) -> tuple[str, str]:
    """The label and the last part of a topic; ``ProtocolError`` for any other topic."""
    parts = text.split("/")
    if len(parts) != 3 or parts[0] != "label" or not wire.is_id(parts[1]):
        raise ProtocolError(f"topic {text[:100]!r}: label/(id)/(what) is needed")
    return parts[1], parts[2]


def sighting(on: str, payload: bytes) -> Sighting | None:
    """What a label said on topic ``on``; None for a cleared topic (an empty payload).

    Raises ``ProtocolError``.
    """
    label, leaf = parse_topic(on)
    if not payload:
        return None
    if leaf == "announce":
        return parse_announce(label, payload)
    if leaf == "report":
        return parse_report(label, payload)
    if leaf == "presence":
        return parse_presence(label, payload)
    raise ProtocolError(f"topic {on!r}: labels speak on announce, report, presence and result only")


def parse_announce(label: str, payload: bytes) -> Announced:
    """A label's introduction; raises ``ProtocolError``."""
    where = f"announce of {label}"
    members = wire.Members(where, payload)
    members.whole("protocol", VERSION, VERSION)
    inks = members.texts("inks", len(Ink), 16)
    if len(inks) < 2 or not set(inks) <= set(_INKS):
        raise members.refusal("inks", f"two or more of {', '.join(_INKS)}, paper first,")
    panel = Panel(
        name=members.text("model", 64),
        width=members.whole("width", 1, 4096),
        height=members.whole("height", 1, 4096),
        inks=tuple(_INKS[ink] for ink in inks),
        dpi=members.whole("dpi", 30, 600),
    )
    return Announced(
        label=label,
        panel=panel,
        formats=members.texts("formats", 8, 16),
        firmware=members.text("firmware", 64),
        showing=members.sha256("showing") if members.has("showing") else None,
    )


def parse_abilities(label: str, payload: bytes) -> frozenset[Ability]:
    """What a label's introduction says that it can, unknown words left out; ``ProtocolError``."""
    members = wire.Members(f"announce of {label}", payload)
    if members.raw().get("can") in (None, []):
        return frozenset()
    said = members.texts("can", 16, 16)
    return frozenset(ability for ability in get_args(Ability) if ability in said)


def parse_report(label: str, payload: bytes) -> Reported:
    """A label's report; raises ``ProtocolError``."""
    members = wire.Members(f"report of {label}", payload)
    return Reported(
        label=label,
        wish=members.id("wish"),
        sha256=members.sha256("sha256"),
        outcome=_outcome(members),
        telemetry=Telemetry(
            battery_mv=_rounded(members.plausible("battery_mv", 500, 60_000)),
            rssi_dbm=_rounded(members.plausible("rssi", -150, 20)),
            temperature_c=members.plausible("temperature_c", -60, 100),
        ),
    )


def parse_presence(label: str, payload: bytes) -> Presence:
    """A label's coming or going; raises ``ProtocolError``."""
    members = wire.Members(f"presence of {label}", payload)
    return Presence(label=label, online=members.truth("online"))


def parse_wish(label: str, payload: bytes) -> Wish:
    """The label's side: what the gateway wishes; raises ``ProtocolError``."""
    members = wire.Members(f"wish for {label}", payload)
    return Wish(
        wish=members.id("wish"),
        sha256=members.sha256("sha256"),
        format=members.text("format", 16),
        bytes=members.whole("bytes", 1, LARGEST_IMAGE),
        url=members.text("url", 500) if members.has("url") else None,
        mac=members.sha256("mac") if members.has("mac") else None,
    )


def mac_of(key: bytes, wish: str, sha256: str) -> str:
    """HMAC-SHA256 under the label's key over the wish's id, a line feed and the SHA-256, as hex."""
    return hmac.new(key, f"{wish}\n{sha256}".encode(), hashlib.sha256).hexdigest()


def signed_by(key: bytes, wish: Wish) -> bool:
    """Whether the wish carries the ``mac`` that this key gives."""
    expected = mac_of(key, wish.wish, wish.sha256)
    return wish.mac is not None and hmac.compare_digest(wish.mac, expected)


def wish_payload(wish: Wish) -> bytes:
    """The bytes of a ``wish`` message; raises ``ProtocolError`` for one no label would take."""
    members = {
        "wish": wish.wish,
        "sha256": wish.sha256,
        "format": wish.format,
        "bytes": wish.bytes,
        **({} if wish.url is None else {"url": wish.url}),
        **({} if wish.mac is None else {"mac": wish.mac}),
    }
    payload = _json(members)
    parse_wish("a label", payload)
    return payload


def announce_payload(announced: Announced, can: Collection[Ability] = ()) -> bytes:
    """The label's side: the bytes of an ``announce`` message."""
    panel = announced.panel
    return _json(
        {
            "protocol": VERSION,
            "model": panel.name,
            "width": panel.width,
            "height": panel.height,
            "inks": [ink.value for ink in panel.inks],
            "dpi": panel.dpi,
            "formats": list(announced.formats),
            "firmware": announced.firmware,
            "showing": announced.showing,
            **({"can": sorted(can)} if can else {}),
        }
    )


def report_payload(report: Report) -> bytes:
    """The label's side: the bytes of a ``report`` message."""
    return _json(
        {
            "wish": report.wish,
            "sha256": report.sha256,
            "result": report.result,
            "error": report.error,
            "battery_mv": report.telemetry.battery_mv,
            "rssi": report.telemetry.rssi_dbm,
            "temperature_c": report.telemetry.temperature_c,
        }
    )


def presence_payload(*, online: bool) -> bytes:
    """The label's side: the bytes of a ``presence`` message or last will."""
    return _json({"online": online})


def _outcome(members: wire.Members) -> Outcome:
    result = members.text("result", 16)
    if result == "received":
        return Transferred()
    if result == "shown":
        return Shown()
    if result != "failed":
        raise members.refusal("result", "received, shown or failed")
    code = members.text("error", 64) if members.has("error") else ""
    reason = _REASONS.get(code)
    if reason is None:
        return Failed(reason=Reason.LABEL_ERROR, detail=code)
    return Failed(reason=reason)


def _rounded(value: float | None) -> int | None:
    return None if value is None else round(value)


def _json(members: dict[str, Any]) -> bytes:
    return json.dumps(members, separators=(",", ":")).encode()
