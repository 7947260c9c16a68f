"""Settings as a ``config.toml`` again: what differs from the defaults, and nothing secret."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from gateway.settings.sections import OF_SHOP, Settings

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def without_secrets(settings: Settings) -> str:
    """What belongs to the box, as TOML. Paths are whole.

    Secrets stand in files of their own, which are named and not read. Addresses lose what may be
    one: user, password and everything behind a question mark.
    """
    values = settings.model_dump(mode="json", exclude_defaults=True, exclude={"shop": set(OF_SHOP)})
    return toml(values)


def toml(values: Mapping[str, Any]) -> str:
    """Sections of plain values, as a model's ``model_dump(mode="json")`` has them, as TOML."""
    return "\n".join(_section((), values)).strip() + "\n"


def _section(path: tuple[str, ...], values: Mapping[str, Any]) -> Iterator[str]:
    own = {name: value for name, value in values.items() if not isinstance(value, Mapping)}
    if path and (own or not values):
        yield f"\n[{'.'.join(map(_key, path))}]"
    yield from (f"{_key(name)} = {_value(value)}" for name, value in own.items())
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _section((*path, name), value)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else json.dumps(name)


def _value(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    # TOML writes texts, numbers and truth as JSON does, but for this one character.
    said = _plain(value) if isinstance(value, str) else value
    return json.dumps(said, ensure_ascii=False).replace("\x7f", "\\u007f")


def _plain(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        return text
    parts = urlsplit(text)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
