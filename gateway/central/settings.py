"""The settings of the central side (``central.toml``); see ``docs/central.example.toml``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from gateway import settings
from gateway.settings import Broker, Listen, zones
from gateway.settings.sections import WebAddress
from gateway.settings.shapes import Currency, Host, Id, Port, Seconds, Section

EXAMPLE = "docs/central.example.toml"


class Serve(Listen):
    """What ``serve`` does; snapshots are offered at ``public_base``, else at where it listens."""

    host: Host = "127.0.0.1"
    port: Annotated[Port, Field(ge=1)] = 8090
    public_base: WebAddress | None = None
    manifest_s: Annotated[Seconds, Field(le=300)] = 60.0


class Csv(Section):
    """What a CSV file leaves to the shop."""

    currency: Currency = "MXN"
    language: Literal["es", "en"] = "es"
    time_zone: str = "America/Mexico_City"

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if not zones.is_of_a_place(name):
            raise ValueError('is no time zone of a place; write one like "Europe/Madrid"')
        return name

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone."""
        return ZoneInfo(self.time_zone)


class Sign(Section):
    """With which key messages are signed; without one they are not."""

    key_id: Id | None = None
    key_file: Path | None = None


class CentralSettings(Section):
    """Everything in ``central.toml``."""

    store: Id
    folder: Path = Path("central")
    broker: Broker = Broker()
    serve: Serve = Serve()
    sign: Sign = Sign()
    csv: Csv = Csv()

    @model_validator(mode="after")
    def _key_is_whole(self) -> CentralSettings:
        if (self.sign.key_id is None) != (self.sign.key_file is None):
            raise ValueError("[sign] needs both key_id and key_file, or none of them")
        return self

    @property
    def prefix(self) -> str:
        """What stands before every topic of the shop."""
        return f"{self.broker.topic_prefix}/{self.store}"

    @property
    def snapshot_base(self) -> str:
        """Below which address shops find snapshots."""
        listens = f"http://{self.serve.host}:{self.serve.port}"
        return f"{(self.serve.public_base or listens).rstrip('/')}/snapshots"


def load(path: Path) -> CentralSettings:
    """The settings in ``path``; relative paths in it start at its folder.

    Raises ``SettingsError`` with one line per wrong key.
    """
    chosen = settings.read(path, CentralSettings, EXAMPLE)
    folder = path.resolve().parent
    return chosen.model_copy(
        update={
            "folder": folder / chosen.folder,
            "broker": settings.anchored_broker(chosen.broker, folder),
            "sign": Sign(
                key_id=chosen.sign.key_id,
                key_file=folder / chosen.sign.key_file if chosen.sign.key_file else None,
            ),
        }
    )
