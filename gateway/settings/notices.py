"""The section ``[notices]``: who outside hears of troubles, and how."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from gateway.settings.shapes import Flag, Host, Id, Port, Section, Whole, shaped

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FAMILIES = "task|outage|summary"
About = Annotated[
    str,
    shaped(
        rf"({_FAMILIES})(\.[a-z_]{{1,60}})?",
        'write "task", "outage" or "summary", or one of them closer, like "task.label_silent"',
    ),
]
EVERYTHING: tuple[About, ...] = ("task", "outage", "summary")
EmailAddress = Annotated[
    str,
    shaped(
        r"(?=.{3,254}$)[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}"
        r"@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*",
        'write the address alone, like "shop@example.com"',
    ),
]
Weekly = Annotated[
    str,
    shaped(
        rf"({'|'.join(DAYS)}) ([01]\d|2[0-3]):[0-5]\d|never",
        'write a day and a time, like "mon 08:00", or "never"',
    ),
]
AboutMany = Annotated[tuple[About, ...], Field(min_length=1, max_length=50)]


class Webhook(Section):
    """One address that is told over HTTP; it stands in a file, as who knows it may write there."""

    format: Literal["standard", "slack", "mattermost", "teams", "google_chat", "discord"] = (
        "standard"
    )
    url_file: Path
    secret_file: Path | None = None
    about: AboutMany = EVERYTHING
    private: Flag = False
    ca_file: Path | None = None

    @model_validator(mode="after")
    def _signed_if_it_can_be(self) -> Webhook:
        if (self.format == "standard") != (self.secret_file is not None):
            raise ValueError(
                'secret_file belongs to format "standard", and to no other: write it there, or '
                "leave it out"
            )
        return self


class Mail(Section):
    """One person or list that is told by e-mail."""

    to: EmailAddress
    about: AboutMany = EVERYTHING


class Smtp(Section):
    """The server that takes our e-mail."""

    host: Host | None = None
    port: Annotated[Port, Field(ge=1)] = 587
    encryption: Literal["starttls", "tls", "none"] = "starttls"
    username: Annotated[str, Field(strict=True, min_length=1, max_length=254)] | None = None
    password_file: Path | None = None
    sender: EmailAddress | None = None
    private: Flag = False
    ca_file: Path | None = None

    @model_validator(mode="after")
    def _is_safe(self) -> Smtp:
        if (self.username is None) != (self.password_file is None):
            raise ValueError("username and password_file belong together: write both, or neither")
        if self.encryption == "none" and self.username is not None:
            raise ValueError(
                'encryption is "none", which shows the password to the network: write "starttls"'
            )
        if self.encryption == "none" and not self.private:
            raise ValueError(
                'encryption is "none": write "starttls", or private = true where the server stands '
                "in the shop's network"
            )
        return self


class Notices(Section):
    """Who is told, how often, and after how long."""

    settle_s: Annotated[Whole, Field(ge=1, le=3_600)] = 120
    outage_s: Annotated[Whole, Field(ge=1, le=86_400)] = 600
    hourly: Annotated[Whole, Field(ge=1, le=1_000)] = 12
    weekly: Weekly = "mon 08:00"
    webhooks: Annotated[dict[Id, Webhook], Field(max_length=20)] = Field(default_factory=dict)
    mail: Annotated[dict[Id, Mail], Field(max_length=20)] = Field(default_factory=dict)
    smtp: Smtp = Smtp()

    @property
    def week(self) -> tuple[int, time] | None:
        """Weekday (Monday is 0) and time of the summary, on the shop's clock; None for never."""
        if self.weekly == "never":
            return None
        day, _, at = self.weekly.partition(" ")
        return DAYS.index(day), time.fromisoformat(at)

    @model_validator(mode="after")
    def _mail_has_a_server(self) -> Notices:
        if self.mail and (self.smtp.host is None or self.smtp.sender is None):
            raise ValueError(
                "[notices.mail] names somebody, so write host and sender under [notices.smtp]"
            )
        return self
