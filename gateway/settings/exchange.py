"""The shop's own settings as a file: what one shop gives and another takes."""

from __future__ import annotations

import json
from typing import Any, Final

from gateway.errors import AnaquelError
from gateway.settings import of_shop
from gateway.settings.sections import Shop

FORMAT: Final = "anaquel-settings-1"
MOST: Final = 128 * 1024
"""Characters of such a file."""


class NoSettingsFileError(AnaquelError):
    """The text is no such file; the message says what to do."""


def written(own: Shop) -> str:
    """All settings as JSON, in the order of the table."""
    said = {"format": FORMAT, "store": own.store, "settings": of_shop.now(own)}
    return json.dumps(said, ensure_ascii=False, indent=2) + "\n"


def read(text: str) -> dict[str, Any]:
    """What a file sets, by name, not yet checked. Raises ``NoSettingsFileError``."""
    try:
        said = json.loads(text) if len(text) <= MOST else None
    except (ValueError, RecursionError):
        said = None
    wanted = said.get("settings") if isinstance(said, dict) else None
    if not isinstance(said, dict) or said.get("format") != FORMAT or not isinstance(wanted, dict):
        raise NoSettingsFileError(
            f'is no file of settings; give one that says "format": "{FORMAT}" and "settings", as '
            "anaquel settings export writes it"
        )
    return wanted
