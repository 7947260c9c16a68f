"""The sections ``[sensors.NAME]``: sensors that do not speak our own words."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from gateway.domain.shelf_readings import Limits, Scale
from gateway.settings.shapes import Id, Seconds, Section, Whole, shaped

BLUETOOTH_EVERY_S = 60.0

BluetoothAddress = Annotated[
    str,
    shaped(
        r"[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}",
        'write the Bluetooth address, like "A4:C1:38:8D:5B:AA"',
    ),
    AfterValidator(str.upper),
]
Topic = Annotated[
    str,
    shaped(
        r"(?=.{1,200}\Z)[^$/+#\x00-\x1f\x7f][^+#\x00-\x1f\x7f]*",
        'write one whole topic, without + and #, like "zigbee2mqtt/cold room"',
    ),
]
ValueName = Annotated[
    str,
    shaped(
        r"[a-z][a-z0-9_]{0,63}",
        "name a value in small letters with its unit, like mass_g or temperature_c",
    ),
]
PathInMessage = Annotated[
    str,
    shaped(
        r"\.|[^.\x00-\x1f\x7f]{1,64}(\.[^.\x00-\x1f\x7f]{1,64}){0,7}",
        'write where the value is, like "data.0.kg", or "." for the whole message',
    ),
]


def _decimal(value: object) -> object:
    """As it is written: 0.1 is a tenth."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Factor = Annotated[
    Decimal, BeforeValidator(_decimal), Field(ge=-(10**9), le=10**9, allow_inf_nan=False)
]


class PickedSection(Section):
    """Where a number is in a message, and what is made of it."""

    path: PathInMessage
    times: Factor = Decimal(1)
    plus: Factor = Decimal(0)
    word: Annotated[str, Field(min_length=1, max_length=64)] | None = None


def _picked(value: object) -> object:
    return {"path": value} if isinstance(value, str) else value


Picked = Annotated[PickedSection, BeforeValidator(_picked)]


Weight = Annotated[Factor, Field(gt=0)]


class ShelfSection(Section):
    """What is at a sensor, and when something is wrong there."""

    product: Id | None = None
    piece_g: Weight | None = None
    tare_g: Factor = Decimal(0)
    few: Annotated[Whole, Field(ge=1, le=100_000)] | None = None
    empty_for_s: Seconds = 60.0
    least_c: Factor | None = None
    most_c: Factor | None = None
    out_for_s: Seconds = 900.0
    open_for_s: Seconds | None = None

    @model_validator(mode="after")
    def _leaves_room_between(self) -> ShelfSection:
        # A trouble ends half a degree inside the limit.
        if self.least_c is not None and self.most_c is not None and self.most_c < self.least_c + 2:
            raise ValueError("most_c must be at least 2 degrees above least_c")
        return self

    @property
    def limits(self) -> Limits:
        """The same for the domain."""
        scale = None
        if self.piece_g is not None:
            scale = Scale(piece_g=self.piece_g, tare_g=self.tare_g)
        return Limits(
            scale=scale,
            few=self.few,
            empty_for_s=self.empty_for_s,
            least_c=self.least_c,
            most_c=self.most_c,
            out_for_s=self.out_for_s,
            open_for_s=self.open_for_s,
        )


class SensorSection(Section):
    """One of them."""

    family: Literal["bthome", "ruuvi", "zigbee2mqtt", "shelly", "json"]
    address: BluetoothAddress | None = None
    topic: Topic | None = None
    key_file: Path | None = None
    place: Id | None = None
    every_s: Annotated[float, Field(strict=True, ge=0, le=86_400)] | None = None
    values: Annotated[dict[ValueName, Picked], Field(max_length=32)] = Field(default={})

    shelf: ShelfSection | None = None

    @model_validator(mode="after")
    def _has_what_its_family_needs(self) -> SensorSection:
        over_air = self.family in {"bthome", "ruuvi"}
        for name, wanted in (("address", over_air), ("topic", not over_air)):
            given = getattr(self, name) is not None
            if wanted and not given:
                raise ValueError(f"{self.family} needs its {name}; write it")
            if given and not wanted:
                raise ValueError(f"{name} is not for {self.family}; remove it")
        if self.key_file is not None and self.family != "bthome":
            raise ValueError(f"key_file is not for {self.family}; remove it")
        if self.family == "json" and not self.values:
            raise ValueError(
                'json needs its values; write them, like values = { mass_g = "weight" }'
            )
        if self.values and self.family not in {"json", "shelly"}:
            raise ValueError(f"values are not for {self.family}; remove them")
        return self

    @property
    def pace_s(self) -> float:
        """Seconds between two readings in which no state changed."""
        default = 0.0 if self.address is None else BLUETOOTH_EVERY_S
        return default if self.every_s is None else self.every_s


def read_key(path: Path) -> bytes:
    """The key in a file. Raises ``OSError``, and ``ValueError`` that says what to write."""
    first = path.read_bytes()[:200].split(b"\n")[0].strip()
    try:
        key = bytes.fromhex(first.decode("ascii"))
    except ValueError:
        key = b""
    if len(key) != 16:
        raise ValueError("holds no key; write its 32 hexadecimal digits on the first line")
    return key
