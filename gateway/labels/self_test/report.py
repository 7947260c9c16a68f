"""The report of a self-test: for programs, for people, and the pictures that were sent.

Nothing in it is of the shop: no name, no address, no article; the label's own address is.
"""

from __future__ import annotations

import dataclasses
import json
import platform
from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from device_drivers import pictures
from device_drivers.api.drivers import Failed, Hardware, Later, Outcome
from device_drivers.links.radio import Advert
from gateway.labels.self_test.trial import Step, Tried, said_of

FORMAT: Final = "anaquel-label-report/1"
_PACKAGES: Final = ("anaquel", "bleak")


def write(tried: Tried, folder: Path, at: datetime) -> tuple[Path, ...]:
    """Write ``report.json``, ``report.txt`` and a PNG per picture; the files, the text first.

    The folder is made if it is missing. Raises ``OSError``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    told = members(tried, at)
    text, data = folder / "report.txt", folder / "report.json"
    text.write_text("\n".join(lines(tried, told)) + "\n", encoding="utf-8")
    data.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    drawn = [(folder / _file(one), one.frame) for one in tried.steps if one.frame is not None]
    for path, frame in drawn:
        path.write_bytes(pictures.to_rgb(frame))
    return (text, data, *(path for path, _ in drawn))


def members(tried: Tried, at: datetime) -> dict[str, Any]:
    """The report as JSON values; ``at`` is when the test ended."""
    heard = tried.label
    told = heard.telemetry if heard is not None else None
    return {
        "format": FORMAT,
        "at": at.isoformat(timespec="seconds"),
        "versions": dict(_versions()),
        "address": tried.address,
        "adapter": tried.adapter,
        "good": tried.is_good,
        "problem": tried.problem,
        "family": heard.family.name if heard is not None else None,
        "hardware": _hardware(heard.hardware) if heard is not None else None,
        "model": tried.panel.name if tried.panel is not None else None,
        "panel": None
        if tried.panel is None
        else {
            "width": tried.panel.width,
            "height": tried.panel.height,
            "inks": [ink.value for ink in tried.panel.inks],
            "dpi": tried.panel.dpi,
        },
        "model_told_by_label": heard is not None and heard.panel is not None,
        "firmware": heard.firmware if heard is not None else None,
        "formats": list(heard.formats) if heard is not None else [],
        "advert": _advert(tried.advert) if tried.advert is not None else None,
        "battery_mv": told.battery_mv if told is not None else None,
        "temperature_c": told.temperature_c if told is not None else None,
        "rssi_dbm": tried.advert.rssi_dbm if tried.advert is not None else None,
        "steps": [_step(one) for one in tried.steps],
    }


def lines(tried: Tried, told: Mapping[str, Any]) -> Iterator[str]:
    """The report for a person, out of the one for programs."""
    yield f"Self-test of the label {tried.address}, {told['at']}"
    yield ""
    yield "versions   " + ", ".join(f"{name} {one}" for name, one in told["versions"].items())
    yield f"family     {told['family'] or 'none that is known'}"
    if tried.label is not None:
        yield f"tried      {tried_words(tried.label.hardware)}"
    if tried.panel is not None:
        by = "told by the label" if told["model_told_by_label"] else "chosen by hand"
        inks = ", ".join(told["panel"]["inks"])
        yield (
            f"model      {tried.panel.name} ({by}): "
            f"{tried.panel.width}x{tried.panel.height}, {inks}"
        )
    yield f"firmware   {told['firmware'] or 'not told'}"
    battery = told["battery_mv"]
    yield f"battery    {f'{battery / 1000:.2f} V' if battery is not None else 'not told'}"
    signal = told["rssi_dbm"]
    yield f"signal     {f'{signal} dBm' if signal is not None else 'not heard'}"
    if tried.advert is not None:
        yield from _advert_lines(told["advert"])
    yield ""
    for step in tried.steps:
        yield from _step_lines(step)
    if tried.problem:
        yield f"Nothing was sent: {tried.problem}."
    yield f"Result: {'good' if tried.is_good else 'not good'}"


def tried_words(hardware: Hardware) -> str:
    """How far a driver was tried, in words."""
    if hardware.level == "none":
        return "nobody has tried it on a real label yet"
    who = "by us" if hardware.level == "verified" else "reported by others"
    when = f", {hardware.on.isoformat()}" if hardware.on is not None else ""
    firmware = f", firmware {hardware.firmware}" if hardware.firmware else ""
    return f"on real labels, {who}{when}{firmware}"


def _versions() -> Iterator[tuple[str, str]]:
    for name in _PACKAGES:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            yield name, "unknown"
    yield "python", platform.python_version()
    yield platform.system() or "system", f"{platform.release()} {platform.machine()}"


def _hardware(hardware: Hardware) -> dict[str, Any]:
    on = hardware.on.isoformat() if hardware.on is not None else None
    return {"level": hardware.level, "on": on, "firmware": hardware.firmware}


def _advert(advert: Advert) -> dict[str, Any]:
    return {
        "name": advert.name,
        "manufacturer": {f"{key:04x}": data.hex() for key, data in advert.manufacturer.items()},
        "services": sorted(advert.services),
        "service_data": {key: data.hex() for key, data in advert.service_data.items()},
    }


def _step(step: Step) -> dict[str, Any]:
    picture = step.picture
    return {
        "step": step.name,
        "good": step.is_good,
        "not_tried": step.why_not or None,
        "seconds": round(step.seconds, 2),
        "tries": [
            {
                **_outcome(one.outcome),
                "seconds": round(one.seconds, 2),
                **dataclasses.asdict(one.traffic),
            }
            for one in step.tries
        ],
        "picture": None
        if picture is None
        else {
            "file": _file(step),
            "format": picture.format,
            "bytes": len(picture.data),
            "sha256": picture.sha256,
        },
        "seen": step.seen or None,
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    match outcome:
        case Later():
            return {"outcome": "later", "reason": outcome.reason.value, "detail": ""}
        case Failed():
            said = {"reason": outcome.reason.value, "detail": outcome.detail}
            return {"outcome": "failed", **said}
        case _:
            return {"outcome": said_of(outcome), "reason": None, "detail": ""}


def _advert_lines(advert: Mapping[str, Any]) -> Iterator[str]:
    yield f"on the air name {advert['name'] or '(none)'}"
    for company, data in advert["manufacturer"].items():
        yield f"           maker {company}: {data}"
    for service in advert["services"]:
        yield f"           service {service}"
    for service, data in advert["service_data"].items():
        yield f"           service {service}: {data}"


def _step_lines(step: Step) -> Iterator[str]:
    if not step.tries:
        yield f"{step.name:6} not tried: {step.why_not}"
        return
    last = step.tries[-1]
    size = f", {len(step.picture.data)} bytes as {step.picture.format}" if step.picture else ""
    yield f"{step.name:6} {said_of(last.outcome)} after {step.seconds:.1f} s{size}"
    for number, one in enumerate(step.tries, start=1):
        air = one.traffic
        yield (
            f"       try {number}: {said_of(one.outcome)}, {one.seconds:.1f} s, "
            f"{air.connections} connections, {air.writes} writes with {air.written} bytes, "
            f"{air.notifications} notifications with {air.notified} bytes"
        )
    if step.seen:
        yield f"       seen: {step.seen}"


def _file(step: Step) -> str:
    return f"{step.name}.png"
