"""The sections of ``config.toml`` as frozen records; unknown keys are refused.

Every setting is explained in ``config.example.toml``: unit, effect and the reason of its default.
"""

from __future__ import annotations

import base64
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    model_validator,
)

from gateway.settings.access_points import AccessPointSection
from gateway.settings.backup import Backup
from gateway.settings.bluetooth import Bluetooth
from gateway.settings.notices import Notices
from gateway.settings.sensors import SensorSection
from gateway.settings.shapes import (
    HOST,
    Flag,
    Host,
    Id,
    Port,
    Seconds,
    Section,
    Whole,
    shaped,
)
from gateway.settings.shopify import Shopify
from gateway.settings.sites import Sites

Kind = Literal["location", "group", "product", "offers", "stock", "task", "binding"]
Source = Literal["central", "files", "api", "shopify"]
KINDS: tuple[Kind, ...] = ("location", "group", "product", "offers", "stock", "task", "binding")
SHOPIFY_KINDS: tuple[Kind, ...] = ("location", "group", "product", "offers", "stock")
"""What Shopify can say."""


_URL = rf"https?://{HOST}(:\d{{1,5}})?(/[A-Za-z0-9._/-]*)?"
WebAddress = Annotated[
    str, shaped(_URL, 'write an address as phones open it, like "https://q.example.com"')
]
TopicPrefix = Annotated[
    str,
    shaped(
        r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*",
        'write words of A-Z a-z 0-9 . _ - with / between them, like "anaquel/v1"',
    ),
]
PictureHost = Annotated[
    str,
    shaped(
        rf"{HOST}(:\d{{1,5}})?",
        'write a host name, with its port if that is not the usual one, like "cdn.example.com"',
    ),
]
PlaceName = Annotated[
    str,
    shaped(
        r"[^=\x00-\x1f]{1,200}=\s*[A-Za-z0-9._-]{1,64}",
        'write a name as in the file, = and the location\'s id, like "Bodega Norte = dc1"',
    ),
]
FileAddress = Annotated[
    str,
    shaped(
        rf"https?://{HOST}(:\d{{1,5}})?(/[!-~]*)?",
        'write the whole address, like "https://erp.example.com/s042/catalogue.csv"',
    ),
]


def _public_key(text: str) -> str:
    try:
        usable = len(base64.b64decode(text, validate=True)) == 32
    except ValueError:
        usable = False
    if not usable:
        raise ValueError("write the public key as central's key command shows it: 44 characters")
    return text


PublicKey = Annotated[str, AfterValidator(_public_key)]


class Box(Section):
    """Who we are, from the configuration."""

    store: Id
    gateway: Id
    public_base: WebAddress


class Shop(Box):
    """Who we are, and the shop's own settings as they are now.

    These are kept in the database; ``settings.of_shop`` says what each may be.
    """

    name: str | None = None
    language: str = "es"
    second_language: str | None = None
    country: str = "MX"
    currency: str = "MXN"
    time_zone: str = "America/Mexico_City"
    brand_color: str | None = None
    logo: str | None = None
    footer: str | None = None
    hours: str | None = None
    increases: Literal["at_once", "when_closed"] = "at_once"
    quiet_hours: str | None = None
    opening_check: str | None = None
    guard_decides: Literal["manager", "central"] = "manager"
    usual_prices: str | None = None
    bring: Literal["on", "off"] = "on"
    bring_to: str | None = None
    entrance_label: str | None = None
    hold: Literal["stock", "staff", "off"] = "staff"
    hold_minutes: str = "120"
    hold_central: Literal["ask", "no"] = "no"
    buy_link: str | None = None
    chat_link: str | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def writes(self) -> tuple[str, ZoneInfo]:
        """How money and times are written: the country's way, and in which zone."""
        return self.country, self.zone

    @property
    def bring_places(self) -> tuple[str, ...]:
        """Where things are brought, as the shop calls it; none where it says nothing."""
        return tuple(one.strip() for one in (self.bring_to or "").split(",") if one.strip())

    @property
    def price_ranges(self) -> dict[str, tuple[Decimal, Decimal]]:
        """The least and the highest usual price by currency, where the shop has its own."""
        ranges = (self.usual_prices or "").split(",")
        words = [one.split() for one in ranges if one]
        return {code: (Decimal(low), Decimal(high)) for code, low, high in words}


class Data(Section):
    """Where the gateway keeps its database."""

    folder: Path


class Broker(Section):
    """How to reach one MQTT broker."""

    host: Host = "127.0.0.1"
    port: Port = 1883
    protocol: Literal["auto", "5", "3.1.1"] = "auto"
    username: str | None = None
    password_file: Path | None = None
    tls: Flag = False
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    keepalive_s: Annotated[Whole, Field(ge=5, le=3600)] = 30
    reconnect_s: Seconds = 1.0
    reconnect_max_s: Seconds = 60.0
    topic_prefix: TopicPrefix = "anaquel/v1"

    @model_validator(mode="after")
    def _certificate_with_its_key(self) -> Broker:
        if (self.cert_file is None) != (self.key_file is None):
            raise ValueError("cert_file and key_file belong together: write both, or neither")
        return self


class Time(Section):
    """Whether the machine's clock is believed."""

    trust: Literal["checked", "always"] = "checked"


class Central(Section):
    """The central system, or the decision to have none."""

    kind: Literal["mqtt", "none"] = "mqtt"
    require_signature: Flag = False
    keys: Annotated[dict[Id, PublicKey], Field(max_length=20)] = Field(default_factory=dict)
    broker: Broker = Broker()


class Feed(Section):
    """How prices and stock come in."""

    snapshot_hosts: tuple[Host, ...] = ()
    snapshot_folder: Path | None = None
    gap_s: Seconds = 2.0
    answer_s: Seconds = 10.0
    answer_max_s: Seconds = 300.0
    position_s: Seconds = 1.0


class Files(Section):
    """CSV files as a source of the catalogue."""

    on_bad_row: Literal["skip", "refuse_file"] = "skip"
    locations: Annotated[tuple[PlaceName, ...], Field(max_length=100)] = ()
    folder: Path | None = None
    look_s: Seconds = 5.0
    url: FileAddress | None = None
    every_s: Seconds = 900.0

    @property
    def location_of(self) -> dict[str, str]:
        """Our location ids by the names (in small letters) that files call them."""
        pairs = (place.rpartition("=") for place in self.locations)
        return {name.strip().casefold(): one.strip() for name, _, one in pairs}


class Pictures(Section):
    """Pictures of articles, fetched for the pages."""

    hosts: Annotated[tuple[PictureHost, ...], Field(max_length=50)] = ()
    local_hosts: Annotated[tuple[PictureHost, ...], Field(max_length=50)] = ()
    max_bytes: Annotated[Whole, Field(ge=1_000_000, le=100_000_000_000)] = 500_000_000


class Labels(Section):
    """How pictures get to labels."""

    confirm_s: Seconds = 120.0
    retry_s: Seconds = 5.0
    retry_max_s: Seconds = 1800.0
    shown_within_s: Seconds = 900.0
    silent_s: Seconds = 14_400.0
    at_once: Annotated[Whole, Field(ge=1, le=200)] = 50
    render_workers: Annotated[Whole, Field(ge=1, le=8)] = 1
    templates: Path | None = None
    keys_file: Path | None = None
    adopt_by_themselves: tuple[Id, ...] = ("mqtt",)


class Proof(Section):
    """How long it can be said what a label showed."""

    keep_days: Annotated[Whole, Field(ge=30, le=3650)] = 730
    max_rows: Annotated[Whole, Field(ge=10_000, le=100_000_000)] = 5_000_000
    max_pictures: Annotated[Whole, Field(ge=1_000, le=10_000_000)] = 300_000


class Lane(Section):
    """The room one lane of events may take."""

    max_bytes: Annotated[Whole, Field(ge=100_000, le=10_000_000_000)]


class Events(Section):
    """How events go up."""

    ack_s: Seconds = 30.0
    batch: Annotated[Whole, Field(ge=1, le=500)] = 500
    keep: Lane = Lane(max_bytes=200_000_000)
    scan: Lane = Lane(max_bytes=200_000_000)
    telemetry: Lane = Lane(max_bytes=100_000_000)
    debug: Lane = Lane(max_bytes=20_000_000)


class Log(Section):
    """What is written to standard error."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"


OF_SHOP = frozenset(Shop.model_fields) - frozenset(Box.model_fields)
"""The names of the shop's own settings: they stand in the database, never in the file."""


class Settings(Section):
    """Everything in ``config.toml``, and the shop's own settings from the database in ``shop``.

    ``shop`` alone is replaced while the gateway runs: read it when it is needed.
    """

    model_config = ConfigDict(frozen=False)

    shop: Shop
    data: Data
    time: Time = Time()
    central: Central = Central()
    shop_broker: Broker = Broker()
    sources: dict[Kind, Source] = Field(default_factory=dict)
    feed: Feed = Feed()
    files: Files = Files()
    shopify: Shopify = Shopify()
    pictures: Pictures = Pictures()
    labels: Labels = Labels()
    bluetooth: Bluetooth = Bluetooth()
    access_points: Annotated[dict[Id, AccessPointSection], Field(max_length=100)] = Field(
        default={}
    )
    sensors: Annotated[dict[Id, SensorSection], Field(max_length=500)] = Field(default={})
    proof: Proof = Proof()
    events: Events = Events()
    backup: Backup = Backup()
    notices: Notices = Notices()
    sites: Sites = Sites()
    log: Log = Log()

    @model_validator(mode="after")
    def _sites_listen_apart(self) -> Settings:
        self.sites.must_listen_apart()
        return self

    @model_validator(mode="after")
    def _sources_exist(self) -> Settings:
        owned = [kind for kind, source in self.sources.items() if source == "central"]
        if self.central.kind == "none" and owned:
            raise ValueError(
                f"[sources] gives {', '.join(owned)} to central, but [central] kind is "
                'none: write "files" there or set kind = "mqtt"'
            )
        if self.shopify.shop is None and "shopify" in self.sources.values():
            raise ValueError(
                "[sources] gives kinds to shopify, but [shopify] names no shop: write its shop, "
                "client_id and client_secret_file"
            )
        return self

    @model_validator(mode="after")
    def _signatures_can_be_checked(self) -> Settings:
        if self.central.require_signature and not self.central.keys:
            raise ValueError(
                "[central] require_signature is true, but [central.keys] has no key to check "
                "with: write central's public key there"
            )
        return self

    @model_validator(mode="after")
    def _sensors_can_be_heard(self) -> Settings:
        taken: dict[str, str] = {}
        for name, sensor in self.sensors.items():
            where = sensor.address or sensor.topic or ""
            if where in taken:
                raise ValueError(
                    f"sensors.{name} and sensors.{taken[where]} are both {where}: write each once"
                )
            taken[where] = name
            if sensor.address is not None and not self.bluetooth.adapters:
                raise ValueError(
                    f"sensors.{name} is a Bluetooth sensor, and no adapter listens: write "
                    'adapters = ["hci0"] below [bluetooth]'
                )
        return self

    def source_of(self, kind: Kind) -> Source:
        """The one source that may write rows of ``kind``."""
        default: Source = "central"
        if self.central.kind == "none":
            default = "files"
            if self.shopify.shop is not None and kind in SHOPIFY_KINDS:
                default = "shopify"
        return self.sources.get(kind, default)
