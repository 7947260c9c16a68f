"""The machine settings: ``config.toml`` as frozen records; unknown keys are refused.

Every setting is explained in ``config.example.toml``: unit, effect and the reason of its default.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

import pydantic
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from gateway.domain.money import MINOR_UNITS
from gateway.errors import AnaquelError

Kind = Literal["location", "group", "product", "offers", "stock", "task", "binding"]
Source = Literal["central", "files", "api", "shopify"]
KINDS: tuple[Kind, ...] = ("location", "group", "product", "offers", "stock", "task", "binding")

_HOST = r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?"
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
Host = Annotated[str, Field(pattern=rf"^({_HOST}|\[?[0-9a-fA-F:]+\]?)$")]
Port = Annotated[int, Field(ge=0, le=65535)]
Seconds = Annotated[float, Field(gt=0, le=86_400)]


class SettingsError(AnaquelError):
    """The configuration cannot be used; one line per key says what to write instead."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Shop(_Section):
    """Who we are."""

    store: Id
    gateway: Id
    public_base: Annotated[
        str, Field(pattern=rf"^https?://{_HOST}(:\d{{1,5}})?(/[A-Za-z0-9._/-]*)?$")
    ]
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "MX"
    language: Literal["es", "en"] = "es"
    currency: str = "MXN"
    time_zone: str = "America/Mexico_City"

    @field_validator("currency")
    @classmethod
    def _known_currency(cls, code: str) -> str:
        if code not in MINOR_UNITS:
            raise ValueError(f"{code!r} is not an ISO 4217 currency; write for example MXN or EUR")
        return code

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError(f"{name!r} is not a time zone; write for example Europe/Madrid")
        return name

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone."""
        return ZoneInfo(self.time_zone)


class Data(_Section):
    """Where the gateway keeps its database."""

    folder: Path


class Broker(_Section):
    """How to reach one MQTT broker."""

    host: Host = "127.0.0.1"
    port: Port = 1883
    protocol: Literal["auto", "5", "3.1.1"] = "auto"
    username: str | None = None
    password_file: Path | None = None
    tls: bool = False
    ca_file: Path | None = None
    keepalive_s: Annotated[int, Field(ge=5, le=3600)] = 30
    reconnect_s: Seconds = 1.0
    reconnect_max_s: Seconds = 60.0
    topic_prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$")] = (
        "anaquel/v1"
    )


class Central(_Section):
    """The central system, or the decision to have none."""

    kind: Literal["mqtt", "none"] = "mqtt"
    broker: Broker = Broker()


class Feed(_Section):
    """How prices and stock come in."""

    snapshot_hosts: tuple[Host, ...] = ()
    snapshot_folder: Path | None = None
    gap_s: Seconds = 2.0
    answer_s: Seconds = 10.0
    answer_max_s: Seconds = 300.0
    position_s: Seconds = 1.0


class Labels(_Section):
    """How pictures get to labels."""

    confirm_s: Seconds = 120.0
    retry_s: Seconds = 5.0
    retry_max_s: Seconds = 1800.0
    at_once: Annotated[int, Field(ge=1, le=200)] = 20
    render_workers: Annotated[int, Field(ge=1, le=8)] = 1


class Lane(_Section):
    """The room one lane of events may take."""

    max_bytes: Annotated[int, Field(ge=100_000, le=10_000_000_000)]


class Events(_Section):
    """How events go up."""

    ack_s: Seconds = 30.0
    batch: Annotated[int, Field(ge=1, le=500)] = 500
    keep: Lane = Lane(max_bytes=200_000_000)
    scan: Lane = Lane(max_bytes=200_000_000)
    telemetry: Lane = Lane(max_bytes=100_000_000)
    debug: Lane = Lane(max_bytes=20_000_000)


class Listen(_Section):
    """Where one site listens."""

    host: Host
    port: Port


class StaffListen(Listen):
    """Where the staff site listens, and how long a sign-in lasts."""

    secure_cookies: bool = True
    session_idle_s: Annotated[float, Field(gt=0, le=604_800)] = 1800.0
    session_max_s: Annotated[float, Field(gt=0, le=604_800)] = 43_200.0


class Sites(_Section):
    """The three sites: shoppers, staff, machines."""

    shopper: Listen = Listen(host="0.0.0.0", port=8080)  # noqa: S104 - shoppers come over the shop's network
    staff: StaffListen = StaffListen(host="127.0.0.1", port=8081)
    intake: Listen = Listen(host="127.0.0.1", port=8082)


class Log(_Section):
    """What is written to standard error."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"


class Settings(_Section):
    """Everything in ``config.toml``."""

    shop: Shop
    data: Data
    central: Central = Central()
    shop_broker: Broker = Broker()
    sources: dict[Kind, Source] = {}
    feed: Feed = Feed()
    labels: Labels = Labels()
    events: Events = Events()
    sites: Sites = Sites()
    log: Log = Log()

    @model_validator(mode="after")
    def _sources_exist(self) -> Settings:
        owned = [kind for kind, source in self.sources.items() if source == "central"]
        if self.central.kind == "none" and owned:
            raise ValueError(
                f"[sources] gives {', '.join(owned)} to central, but [central] kind is "
                'none: write "files" there or set kind = "mqtt"'
            )
        return self

    def source_of(self, kind: Kind) -> Source:
        """The one source that may write rows of ``kind``."""
        default: Source = "files" if self.central.kind == "none" else "central"
        return self.sources.get(kind, default)


def load(path: Path) -> Settings:
    """The settings in ``path``; relative paths in it start at its folder.

    Raises ``SettingsError`` with one line per wrong key.
    """
    try:
        text = path.read_text(encoding="utf-8")
        raw = tomllib.loads(text)
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not TOML: {error}") from error
    try:
        settings = Settings.model_validate(raw)
    except pydantic.ValidationError as error:
        lines = [f"{path}: {_explain(problem)}" for problem in error.errors()]
        raise SettingsError("\n".join(lines)) from error
    return _anchored(settings, path.resolve().parent)


def _explain(problem: object) -> str:
    assert isinstance(problem, dict)  # noqa: S101 - pydantic's own shape
    key = ".".join(str(part) for part in problem["loc"]) or "the file"
    match problem["type"]:
        case "missing":
            return f"{key} is missing; see config.example.toml"
        case "extra_forbidden":
            return (
                f"{key} is not a setting; remove it or correct its name (see config.example.toml)"
            )
        case _:
            message = re.sub(r"^(Value error, |Input )", "", problem["msg"])
            return f"{key} = {problem['input']!r}: {message}"


def _anchored(settings: Settings, folder: Path) -> Settings:
    def anchor(path: Path | None) -> Path | None:
        return None if path is None else folder / path

    def broker(one: Broker) -> Broker:
        update = {"password_file": anchor(one.password_file), "ca_file": anchor(one.ca_file)}
        return one.model_copy(update=update)

    return settings.model_copy(
        update={
            "data": Data(folder=folder / settings.data.folder),
            "central": settings.central.model_copy(
                update={"broker": broker(settings.central.broker)}
            ),
            "shop_broker": broker(settings.shop_broker),
            "feed": settings.feed.model_copy(
                update={"snapshot_folder": anchor(settings.feed.snapshot_folder)}
            ),
        }
    )
