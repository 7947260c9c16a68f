"""What a browser says it is, in two words that a person knows the device by."""

from __future__ import annotations

from typing import Final

_SYSTEMS: Final = (
    *(("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows")),
    *(("CrOS", "ChromeOS"), ("Mac OS X", "Mac"), ("Linux", "Linux")),
)
_BROWSERS: Final = (
    *(("Edg", "Edge"), ("SamsungBrowser/", "Samsung Internet"), ("Firefox/", "Firefox")),
    *(("FxiOS/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari")),
)


def named(user_agent: str) -> str:
    """Like *Chrome, Android*; '' for what says neither."""
    said = user_agent[:500]
    found = (
        next((name for mark, name in table if mark in said), "") for table in (_BROWSERS, _SYSTEMS)
    )
    return ", ".join(filter(None, found))
