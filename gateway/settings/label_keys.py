"""The file of label keys: TOML, a label's id and its key in hex on each line.

What it raises names lines and ids, never a key.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

SIZE: Final = 16
"""Bytes of a key."""
MOST: Final = 60_000
_LARGEST: Final = 8_000_000
_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HEX: Final = re.compile(rf"[0-9A-Fa-f]{{{2 * SIZE}}}")
_FORM: Final = 'write lines like "A1B2C3D4E5F6" = "00112233445566778899aabbccddeeff"'


def read(path: Path) -> Mapping[str, bytes]:
    """The keys in the file by the id of their label.

    Raises ``OSError`` for a file that cannot be read and ``ValueError``, which says what to write,
    for one that holds something else.
    """
    with path.open("rb") as file:
        data = file.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise ValueError(f"is larger than {_LARGEST} bytes; {_FORM}")
    try:
        given = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ValueError("is not UTF-8 text; save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"is not TOML: {error}; {_FORM}") from error
    if len(given) > MOST:
        raise ValueError(f"has {len(given)} keys; there is room for {MOST}")
    return {label: _key(label, value) for label, value in given.items()}


def _key(label: str, value: object) -> bytes:
    if _ID.fullmatch(label) is None:
        raise ValueError(f"{label[:80]!r} is no label's id; {_FORM}")
    if isinstance(value, str) and _HEX.fullmatch(value) is not None:
        return bytes.fromhex(value)
    why = f"its key is not {2 * SIZE} hexadecimal digits"
    if isinstance(value, dict):
        why = "has no key; an id with a dot in it stands in quotes"
    raise ValueError(f"{label!r}: {why}; {_FORM}")
