"""Settings of a gateway under test: short waits, free ports, one broker."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gateway.settings import Broker, Settings


def make(folder: Path, broker: Broker | None = None, **sections: Any) -> Settings:
    """Settings of shop s042 with its data below ``folder``."""
    link = (broker or Broker()).model_dump()
    values: dict[str, Any] = {
        "shop": {
            "store": "s042",
            "gateway": "gw-1",
            "public_base": "https://q.example.com",
        },
        "data": {"folder": folder / "data"},
        "central": {"kind": "mqtt", "broker": link},
        "shop_broker": link,
        "feed": {
            "snapshot_folder": folder,
            "gap_s": 0.1,
            "answer_s": 0.5,
            "answer_max_s": 1.0,
            "position_s": 0.01,
        },
        "labels": {"confirm_s": 1.0, "retry_s": 0.1, "retry_max_s": 1.0},
        "events": {"ack_s": 0.5},
        "sites": {
            "shopper": {"host": "127.0.0.1", "port": 0},
            "staff": {"host": "127.0.0.1", "port": 0, "https": False, "secure_cookies": False},
            "intake": {"host": "127.0.0.1", "port": 0},
            "ops": {"host": "127.0.0.1", "port": 0},
        },
    }
    for name, section in sections.items():
        values[name] = values.get(name, {}) | section
    return Settings.model_validate(values)
