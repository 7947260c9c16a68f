"""What a person connected on the staff page: a file in the data folder that stands for a section.

``config.toml`` goes before it. Secrets have files of their own; none of them is in any backup.
"""

from __future__ import annotations

import contextlib
import os
import tomllib
from pathlib import Path
from typing import Final, TypeVar

import pydantic

from gateway.errors import AnaquelError
from gateway.settings import writing
from gateway.settings.sections import Broker, Central, Settings
from gateway.settings.shapes import Id, Section
from gateway.settings.shopify import Shopify

FILE: Final = "shopify.toml"
SECRET: Final = "shopify.secret"  # noqa: S105 - a file's name
CENTRAL: Final = "central.toml"
CENTRAL_PASSWORD: Final = "central.password"  # noqa: S105 - a file's name
CENTRAL_AUTHORITY: Final = "central-ca.pem"
_MOST: Final = 65_536
_HEAD: Final = (
    "# Written by the staff page, page Shopify; [shopify] in config.toml goes before it.\n"
)
_CENTRAL_HEAD: Final = (
    "# Written by the staff page, page Central system; [central] in config.toml goes before it\n"
    '# unless it says kind = "none".\n'
)

M = TypeVar("M", bound=pydantic.BaseModel)


class CentralFile(Section):
    """Central's broker, and who we are there; paths start at the data folder."""

    store: Id
    gateway: Id
    broker: Broker


class UnusableFileError(AnaquelError):
    """The file cannot be used; the message says what to do."""


def with_what_is(settings: Settings) -> Settings:
    """The same with what was connected for the gateway, where the file leaves room for it.

    Raises ``UnusableFileError``.
    """
    data = settings.data.folder
    if settings.central.kind != "none" or settings.shopify.shop is not None:
        return settings
    if (central := read(data / CENTRAL, CentralFile, "central")) is not None:
        return with_central(settings, central, data)
    if (found := read(data / FILE, Shopify, "Shopify")) is not None:
        found = found.model_copy(update={"client_secret_file": data / SECRET})
        return settings.model_copy(update={"shopify": found})
    return settings


def with_central(settings: Settings, central: CentralFile, folder: Path) -> Settings:
    """The settings of a gateway with this central system, its files being in ``folder``."""
    own = central.broker
    files = {
        name: None if path is None else folder / path
        for name, path in (("password_file", own.password_file), ("ca_file", own.ca_file))
    }
    who = {"store": central.store, "gateway": central.gateway}
    return settings.model_copy(
        update={
            "shop": settings.shop.model_copy(update=who),
            "central": Central(broker=own.model_copy(update=files)),
        }
    )


def read(path: Path, model: type[M], named: str) -> M | None:
    """What a page wrote, None for no file; raises ``UnusableFileError``, which says ``named``."""
    try:
        with path.open("rb") as file:
            text = file.read(_MOST).decode("utf-8")
        return model.model_validate(tomllib.loads(text))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, pydantic.ValidationError) as error:
        raise UnusableFileError(
            f"{path}: cannot be used ({type(error).__name__}); delete it and connect {named} again "
            "on the staff page"
        ) from error


def keep_shopify(data: Path, wanted: Shopify, secret: str) -> None:
    """Let this count from the next start on; on disk when it returns. Raises ``OSError``."""
    named = wanted.model_copy(update={"client_secret_file": SECRET})
    put(data / SECRET, f"{secret}\n")
    # The one that counts comes last: cut off before it, nothing is connected.
    put(data / FILE, _HEAD + _toml(named))


def forget_shopify(data: Path) -> None:
    """Let it count no more, from the next start on."""
    for name in (FILE, SECRET):
        with contextlib.suppress(FileNotFoundError):
            (data / name).unlink()


def keep_central(folder: Path, wanted: CentralFile, password: str, authority: str) -> None:
    """Let this count from the next start on; on disk when it returns. Raises ``OSError``.

    ``password`` and ``authority`` (PEM) are '' where ``wanted`` names no file for them.
    """
    put(folder / CENTRAL_PASSWORD, f"{password}\n")
    put(folder / CENTRAL_AUTHORITY, authority)
    # The one that counts comes last, as above.
    put(folder / CENTRAL, _CENTRAL_HEAD + _toml(wanted))


def forget_central(data: Path) -> None:
    """Let it count no more, from the next start on."""
    for name in (CENTRAL, CENTRAL_PASSWORD, CENTRAL_AUTHORITY):
        with contextlib.suppress(FileNotFoundError):
            (data / name).unlink()


def _toml(wanted: pydantic.BaseModel) -> str:
    return writing.toml(wanted.model_dump(mode="json", exclude_defaults=True))


def put(path: Path, text: str) -> None:
    """Write a file for nobody else to read; on disk when it returns. Raises ``OSError``."""
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
