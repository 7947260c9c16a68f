"""What a person connected on the staff page: a file in the data folder that stands for a section.

``config.toml`` goes before it. The secret has a file of its own; neither is in any backup.
"""

from __future__ import annotations

import contextlib
import os
import tomllib
from pathlib import Path
from typing import Final

import pydantic

from gateway.errors import AnaquelError
from gateway.settings.shopify import Shopify

FILE: Final = "shopify.toml"
SECRET: Final = "shopify.secret"  # noqa: S105 - a file's name
_MOST: Final = 65_536
_HEAD: Final = (
    "# Written by the staff page, page Shopify; [shopify] in config.toml goes before it.\n"
)


class UnusableFileError(AnaquelError):
    """The file cannot be used; the message says what to do."""


def shopify(data: Path) -> Shopify | None:
    """What was connected for the gateway of this folder, if anything. Raises the error above."""
    path = data / FILE
    try:
        with path.open("rb") as file:
            text = file.read(_MOST).decode("utf-8")
        found = Shopify.model_validate(tomllib.loads(text))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, pydantic.ValidationError) as error:
        raise UnusableFileError(
            f"{path}: cannot be used ({type(error).__name__}); delete it and connect Shopify again "
            "on the staff page"
        ) from error
    return found.model_copy(update={"client_secret_file": data / SECRET})


def keep_shopify(data: Path, wanted: Shopify, secret: str) -> None:
    """Let this count from the next start on; on disk when it returns. Raises ``OSError``."""
    lines = [
        _HEAD,
        f'shop = "{wanted.shop}"\nclient_id = "{wanted.client_id}"\n',
        f'client_secret_file = "{SECRET}"\n',
        f'tax_percent = "{wanted.tax_percent}"\n' if wanted.tax_percent is not None else "",
        "\n[locations]\n" if wanted.locations else "",
        *(f'{ours} = "{theirs}"\n' for ours, theirs in wanted.locations.items()),
    ]
    _put(data / SECRET, f"{secret}\n")
    # The one that counts comes last: cut off before it, nothing is connected.
    _put(data / FILE, "".join(lines))


def forget_shopify(data: Path) -> None:
    """Let it count no more, from the next start on."""
    for name in (FILE, SECRET):
        with contextlib.suppress(FileNotFoundError):
            (data / name).unlink()


def _put(path: Path, text: str) -> None:
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
