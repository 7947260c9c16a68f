"""Whom a person named on the page of notices: files in the data folder beside ``[notices]``.

What ``config.toml`` names goes before a receiver of the same name, and its mail server before the
one written here. Addresses, secrets and the password have files of their own; none of them is in
any backup.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, TypeVar

from pydantic import Field

from gateway.settings import connected, writing
from gateway.settings.notices import Mail, Smtp, Webhook
from gateway.settings.sections import Settings
from gateway.settings.shapes import Id, Section

FOLDER: Final = "notices"
FILE: Final = "receivers.toml"
SMTP_PASSWORD: Final = "smtp.password"  # noqa: S105 - a file's name
MOST: Final = 20
_HEAD: Final = (
    "# Written by the staff page, page Notices out; [notices] in config.toml goes before it.\n"
)

T = TypeVar("T")


class Receivers(Section):
    """Who is told; the paths of files start at the folder."""

    webhooks: Annotated[dict[Id, Webhook], Field(max_length=MOST)] = Field(default_factory=dict)
    mail: Annotated[dict[Id, Mail], Field(max_length=MOST)] = Field(default_factory=dict)
    smtp: Smtp = Smtp()


def read(data: Path) -> Receivers:
    """What was written for the gateway of this folder. Raises ``UnusableFileError``."""
    found = connected.read(data / FOLDER / FILE, Receivers, "receivers of notices")
    return found or Receivers()


def with_them(settings: Settings) -> Settings:
    """The same settings with what the page added. Raises ``UnusableFileError``."""
    own, found = settings.notices, read(settings.data.folder)
    if found == Receivers():
        return settings
    folder = settings.data.folder / FOLDER
    hooks = {name: _hook_in(folder, one) for name, one in found.webhooks.items()}
    smtp = own.smtp if own.smtp.host is not None else _smtp_in(folder, found.smtp)
    mail = found.mail if smtp.host is not None else {}
    told = own.model_copy(
        update={"webhooks": hooks | own.webhooks, "mail": mail | own.mail, "smtp": smtp}
    )
    return settings.model_copy(update={"notices": told})


def add_webhook(data: Path, name: str, hook: Webhook, url: str, secret: str) -> None:
    """Let one be told from the next start on. Raises ``OSError`` and ``UnusableFileError``."""
    found = read(data)
    files = {"url_file": Path(_url_file(name))}
    _make_folder(data)
    connected.put(data / FOLDER / _url_file(name), f"{url}\n")
    if hook.secret_file is not None:
        files["secret_file"] = Path(_secret_file(name))
        connected.put(data / FOLDER / _secret_file(name), f"{secret}\n")
    hooks = found.webhooks | {name: hook.model_copy(update=files)}
    _write(data, found.model_copy(update={"webhooks": hooks}))


def add_mail(data: Path, name: str, mail: Mail) -> None:
    """Let one be told from the next start on. Raises ``OSError`` and ``UnusableFileError``."""
    found = read(data)
    _make_folder(data)
    _write(data, found.model_copy(update={"mail": found.mail | {name: mail}}))


def set_smtp(data: Path, smtp: Smtp, password: str) -> None:
    """Let this server take our mail. Raises ``OSError`` and ``UnusableFileError``."""
    found = read(data)
    _make_folder(data)
    if smtp.password_file is not None:
        smtp = smtp.model_copy(update={"password_file": Path(SMTP_PASSWORD)})
        connected.put(data / FOLDER / SMTP_PASSWORD, f"{password}\n")
    _write(data, found.model_copy(update={"smtp": smtp}))


def remove(data: Path, key: str) -> bool:
    """Tell one no more, by ``webhooks.NAME`` or ``mail.NAME``; False for none of this page's."""
    found = read(data)
    kind, _, name = key.partition(".")
    if kind == "webhooks" and name in found.webhooks:
        left: dict[str, Webhook] | dict[str, Mail] = _without(found.webhooks, name)
    elif kind == "mail" and name in found.mail:
        left = _without(found.mail, name)
    else:
        return False
    _write(data, found.model_copy(update={kind: left}))
    if kind == "webhooks":
        for file in (_url_file(name), _secret_file(name)):
            with contextlib.suppress(FileNotFoundError):
                (data / FOLDER / file).unlink()
    return True


def _without(named: Mapping[str, T], name: str) -> dict[str, T]:
    return {other: one for other, one in named.items() if other != name}


def _write(data: Path, wanted: Receivers) -> None:
    said = wanted.model_dump(mode="json", exclude_defaults=True)
    connected.put(data / FOLDER / FILE, _HEAD + writing.toml(said))


def _make_folder(data: Path) -> None:
    (data / FOLDER).mkdir(mode=0o700, exist_ok=True)


def _url_file(name: str) -> str:
    return f"{name}.url"


def _secret_file(name: str) -> str:
    return f"{name}.secret"


def _hook_in(folder: Path, hook: Webhook) -> Webhook:
    secret = None if hook.secret_file is None else folder / hook.secret_file
    return hook.model_copy(update={"url_file": folder / hook.url_file, "secret_file": secret})


def _smtp_in(folder: Path, smtp: Smtp) -> Smtp:
    password = None if smtp.password_file is None else folder / smtp.password_file
    return smtp.model_copy(update={"password_file": password})
