"""What is looked at: one gateway with its settings, its database and the machine it stands on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gateway.clock import Clock
from gateway.ops import system_time
from gateway.ops.system_time import SystemTime
from gateway.settings import Settings
from gateway.store.database import FILE


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A gateway that may run or not.

    ``clock`` is the machine's. ``config`` is the settings file, where it is known. ``inside``: the
    gateway itself looks, between its work, so what takes long is left out. ``rfkill`` is where
    Linux lists its radio switches.
    """

    settings: Settings
    clock: Clock
    config: Path | None = None
    inside: bool = False
    rfkill: Path = Path("/sys/class/rfkill")
    system_time: Callable[[], SystemTime] = system_time.read

    @property
    def database(self) -> Path:
        """The database file."""
        return self.settings.data.folder / FILE

    @property
    def file(self) -> str:
        """How the settings file is called where something stands in it."""
        return str(self.config) if self.config is not None else "config.toml"
