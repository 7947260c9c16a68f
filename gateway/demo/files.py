"""The demo's settings as files, so that other commands can be tried against it with --config."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from gateway.settings import Settings

CENTRAL = "central"
"""The folder in which the demo's central side keeps events."""


def write(folder: Path, settings: Settings, addresses: Mapping[str, str]) -> tuple[Path, Path]:
    """``config.toml`` and ``central.toml`` with the ports that the sites got."""
    broker = settings.shop_broker
    reached = {"host": broker.host, "port": broker.port, "protocol": broker.protocol}
    sections: dict[str, dict[str, object]] = {
        "shop": settings.shop.model_dump(include={"store", "gateway", "public_base"}),
        "data": {"folder": str(settings.data.folder)},
        "central.broker": reached,
        "shop_broker": reached,
        "feed": {"snapshot_folder": str(settings.feed.snapshot_folder)},
        "labels": {"adopt_by_themselves": list(settings.labels.adopt_by_themselves)},
    }
    for name, address in addresses.items():
        at = urlsplit(address)
        sections[f"sites.{name}"] = {"host": at.hostname, "port": at.port}
    said = settings.sites.staff.model_dump(include={"https", "secure_cookies"})
    sections["sites.staff"] |= said
    central: dict[str, dict[str, object]] = {
        "": {"store": settings.shop.store, "folder": CENTRAL},
        "broker": reached,
    }
    shop_file, central_file = folder / "config.toml", folder / "central.toml"
    shop_file.write_text(_toml(sections), encoding="utf-8")
    central_file.write_text(_toml(central), encoding="utf-8")
    return shop_file, central_file


def _toml(sections: Mapping[str, Mapping[str, object]]) -> str:
    lines: list[str] = []
    for name, values in sections.items():
        lines += [f"[{name}]"] if name else []
        # Texts, numbers, flags and lists of texts are written in TOML as they are in JSON.
        lines += [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    return "\n".join(lines) + "\n"
