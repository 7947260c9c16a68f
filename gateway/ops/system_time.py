"""What Linux knows of its own clock: whether a time server keeps it, and where it came from."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from pathlib import Path

_UNSYNCHRONISED = 0x0040
"""STA_UNSYNC in ``struct timex`` (adjtimex(2))."""

_TIMESYNCD = Path("/run/systemd/timesync/synchronized")
_BATTERY = Path("/sys/class/rtc/rtc0/hctosys")
"""Holds 1 when the kernel set the time from this battery-backed clock at boot."""


class _Timex(ctypes.Structure):
    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 400),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemTime:
    """``synchronised`` with a time server; set at boot from a ``battery``-backed clock."""

    synchronised: bool
    battery: bool


def read() -> SystemTime:
    """Ask the system. Reads files: not for the event loop."""
    return SystemTime(synchronised=_synchronised(), battery=_first(_BATTERY) == "1")


def _synchronised() -> bool:
    adjtimex = getattr(ctypes.CDLL(None), "adjtimex", None)
    answer = _Timex()
    if adjtimex is None or adjtimex(ctypes.byref(answer)) < 0:
        return _TIMESYNCD.exists()
    return not answer.status & _UNSYNCHRONISED


def _first(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""
