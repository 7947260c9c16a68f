"""What somebody wrote in order to be told: read, or refused with a word for why."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pydantic

from gateway.domain import webhook_addresses, webhook_signing
from gateway.settings import Mail, Smtp, Webhook

MAIL: Final = "mail"
FORMATS: Final = ("slack", "teams", "google_chat", "mattermost", "discord", MAIL, "standard")
ABOUT: Final = ("task", "outage", "summary")
_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_LONGEST_PASSWORD: Final = 500


class WrongError(Exception):
    """What was written cannot be; ``fault`` names why."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """Who is to be told; ``url`` and ``secret`` are '' for e-mail."""

    name: str
    way: Webhook | Mail
    url: str = ""
    secret: str = ""

    @property
    def key(self) -> str:
        """Its name among all receivers."""
        return f"{'mail' if isinstance(self.way, Mail) else 'webhooks'}.{self.name}"


def receiver(form: Mapping[str, str], about: Collection[str], taken: Collection[str]) -> Added:
    """The receiver that the form has; ``taken`` are the keys that there are. Raises the above."""
    name, format_ = form.get("name", "").strip(), form.get("format", "")
    if _NAME.fullmatch(name) is None:
        raise WrongError("name")
    subjects = tuple(one for one in ABOUT if one in about)
    if not subjects:
        raise WrongError("about")
    to, secret = form.get("to", "").strip(), form.get("secret", "").strip()
    if format_ == MAIL:
        found = Added(name=name, way=_section(Mail, {"to": to, "about": subjects}, "email"))
    elif webhook_addresses.problem(to, private=False) is not None:
        raise WrongError("address")
    else:
        signed = format_ == "standard"
        if signed:
            _must_sign(secret)
        said = {
            "format": format_,
            "url_file": Path("url"),
            "secret_file": Path("secret") if signed else None,
            "about": subjects,
        }
        way = _section(Webhook, said, "format")
        found = Added(name=name, way=way, url=to, secret=secret if signed else "")
    if found.key in taken:
        raise WrongError("taken")
    return found


def mail_server(form: Mapping[str, str]) -> tuple[Smtp, str]:
    """The server that the form has, and its password. Raises ``WrongError``."""
    username, password = form.get("username", "").strip(), form.get("password", "")
    port = form.get("port", "").strip() or "587"
    if bool(username) != bool(password) or len(password) > _LONGEST_PASSWORD:
        raise WrongError("password")
    if not password.isprintable():
        raise WrongError("password")
    said = {
        "host": form.get("host", "").strip() or None,
        "port": int(port) if port.isascii() and port.isdigit() and len(port) <= 5 else 0,
        "encryption": form.get("encryption", "starttls"),
        "username": username or None,
        "password_file": Path("password") if username else None,
        "sender": form.get("sender", "").strip(),
    }
    if said["host"] is None or said["encryption"] == "none":
        raise WrongError("server")
    return _section(Smtp, said, "server"), password


def _section(model: type[Any], said: Mapping[str, object], fault: str) -> Any:
    try:
        return model.model_validate(said)
    except pydantic.ValidationError as error:
        raise WrongError("email" if _about_sender(error) else fault) from error


def _about_sender(error: pydantic.ValidationError) -> bool:
    return any("sender" in one["loc"] for one in error.errors())


def _must_sign(secret: str) -> None:
    try:
        webhook_signing.key_of(secret)
    except webhook_signing.SecretError as error:
        raise WrongError("secret") from error
