"""BTHome version 2, after bthome.io/format and bthome.io/encryption.

Service data of 0xFCD2: a byte that says how to read the rest, perhaps the sender's address, then
objects: an id and a little-endian number whose size the id tells. Reading ends at the first id
that is not known here, because its size is not known either.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESCCM

from device_drivers.api.sensors import OverAir, Packet, Sample, SensorAsked, SensorError, Wrong
from device_drivers.links.radio import uuid16
from device_drivers.sensors import values
from device_drivers.sensors.repeats import BURST_S, Numbers, Payloads

SERVICE: Final = uuid16(0xFCD2)
_UUID: Final = b"\xd2\xfc"
_ENCRYPTED: Final = 0x01
_WITH_ADDRESS: Final = 0x02
_VERSION: Final = 2
_MIC: Final = 4
_COUNTER: Final = 4
_RESTARTED_BELOW: Final = 100
_PACKET_ID: Final = 0x00
_TIME: Final = 0x50
_WITH_LENGTH: Final = frozenset({0x53, 0x54})


@dataclass(frozen=True, slots=True)
class _Object:
    """An object's name here, its bytes, and what a step of it is; without a name it is skipped."""

    name: str
    size: int
    factor: str = "1"
    signed: bool = False


_STATES: Final = {
    0x0F: "on",
    0x10: "power_on",
    0x11: "open",
    0x15: "battery_low",
    0x16: "charging",
    0x17: "carbon_monoxide",
    0x18: "cold",
    0x19: "connected",
    0x1A: "open",
    0x1B: "open",
    0x1C: "gas",
    0x1D: "hot",
    0x1E: "light",
    0x1F: "unlocked",
    0x20: "wet",
    0x21: "motion",
    0x22: "moving",
    0x23: "occupied",
    0x24: "plugged_in",
    0x25: "present",
    0x26: "problem",
    0x27: "running",
    0x28: "safe",
    0x29: "smoke",
    0x2A: "sound",
    0x2B: "tampered",
    0x2C: "vibration",
    0x2D: "open",
}
_NUMBERS: Final = {
    0x00: _Object("", 1),
    0x01: _Object("battery_pct", 1),
    0x02: _Object("temperature_c", 2, "0.01", signed=True),
    0x03: _Object("humidity_pct", 2, "0.01"),
    0x04: _Object("pressure_pa", 3),
    0x05: _Object("illuminance_lx", 3, "0.01"),
    0x06: _Object("mass_g", 2, "10"),
    0x07: _Object("mass_g", 2, "4.5359237"),
    0x08: _Object("dew_point_c", 2, "0.01", signed=True),
    0x09: _Object("count", 1),
    0x0A: _Object("energy_wh", 3),
    0x0B: _Object("power_w", 3, "0.01"),
    0x0C: _Object("voltage_mv", 2),
    0x0D: _Object("pm2_5_ug_m3", 2),
    0x0E: _Object("pm10_ug_m3", 2),
    0x12: _Object("co2_ppm", 2),
    0x13: _Object("voc_ug_m3", 2),
    0x14: _Object("moisture_pct", 2, "0.01"),
    0x2E: _Object("humidity_pct", 1),
    0x2F: _Object("moisture_pct", 1),
    0x3A: _Object("button", 1),
    0x3C: _Object("", 2),
    0x3D: _Object("count", 2),
    0x3E: _Object("count", 4),
    0x3F: _Object("rotation_deg", 2, "0.1", signed=True),
    0x40: _Object("distance_mm", 2),
    0x41: _Object("distance_mm", 2, "100"),
    0x42: _Object("duration_s", 3, "0.001"),
    0x43: _Object("current_ma", 2),
    0x44: _Object("speed_m_s", 2, "0.01"),
    0x45: _Object("temperature_c", 2, "0.1", signed=True),
    0x46: _Object("uv_index", 1, "0.1"),
    0x47: _Object("volume_ml", 2, "100"),
    0x48: _Object("volume_ml", 2),
    0x49: _Object("flow_m3_h", 2, "0.001"),
    0x4A: _Object("voltage_mv", 2, "100"),
    0x4B: _Object("gas_m3", 3, "0.001"),
    0x4C: _Object("gas_m3", 4, "0.001"),
    0x4D: _Object("energy_wh", 4),
    0x4E: _Object("volume_ml", 4),
    0x4F: _Object("water_ml", 4),
    0x50: _Object("", 4),
    0x51: _Object("acceleration_m_s2", 2, "0.001"),
    0x52: _Object("turning_deg_s", 2, "0.001"),
    0x55: _Object("volume_ml", 4),
    0x56: _Object("conductivity_us_cm", 2),
    0x57: _Object("temperature_c", 1, signed=True),
    0x58: _Object("temperature_c", 1, "0.35", signed=True),
    0x59: _Object("count", 1, signed=True),
    0x5A: _Object("count", 2, signed=True),
    0x5B: _Object("count", 4, signed=True),
    0x5C: _Object("power_w", 4, "0.01", signed=True),
    0x5D: _Object("current_ma", 2, signed=True),
    0x5E: _Object("direction_deg", 2, "0.01"),
    0x5F: _Object("precipitation_mm", 2, "0.1"),
    0x60: _Object("", 1),
    0x61: _Object("turns_rpm", 2),
    0x62: _Object("speed_m_s", 4, "0.000001", signed=True),
    0x63: _Object("acceleration_m_s2", 4, "0.000001", signed=True),
    0x64: _Object("light_level", 1),
    0xF0: _Object("", 2),
    0xF1: _Object("", 4),
    0xF2: _Object("", 3),
}
_OBJECTS: Final = _NUMBERS | {each: _Object(name, 1) for each, name in _STATES.items()}
_NOT_A_PRESS: Final = 0


class BTHome:
    """One sensor (a ``SensorDriver``); with a key only what is encrypted with it is believed.

    A counter that does not grow is a replay. One that begins anew is taken, because batteries are
    changed: who recorded the first hundred packets after such a change can send them once more.
    """

    def __init__(self, asked: SensorAsked) -> None:
        self._address = asked.address
        self._mac = bytes.fromhex(asked.address.replace(":", ""))
        self._cipher = None if asked.key is None else AESCCM(asked.key, tag_length=_MIC)
        self._counter: int | None = None
        self._at = 0.0
        self._numbers = Numbers(256)
        self._payloads = Payloads()

    @property
    def listens(self) -> OverAir:
        """See ``SensorDriver``."""
        return OverAir(address=self._address, service=SERVICE)

    def read(self, packet: Packet) -> Sample | None:
        """See ``SensorDriver``."""
        payload = packet.payload
        if not payload or payload[0] >> 5 != _VERSION:
            raise SensorError(Wrong.MALFORMED, f"version {_VERSION} is needed: {payload[:1].hex()}")
        info, body = payload[0], payload[1:]
        if info & _WITH_ADDRESS:
            if body[:6][::-1] != self._mac:
                raise SensorError(Wrong.MALFORMED, "it names another sensor than this one")
            body = body[6:]
        if info & _ENCRYPTED:
            opened = self._opened(info, body, packet.at)
            if opened is None:
                return None
            objects = opened
        elif self._cipher is not None:
            raise SensorError(Wrong.NOT_ENCRYPTED, "this sensor has a key and encrypts")
        else:
            objects = body
        return self._sample(objects, packet.at, counted=bool(info & _ENCRYPTED))

    def _opened(self, info: int, body: bytes, at: float) -> bytes | None:
        """What was encrypted, None for a late repeat; only what opens moves the counter."""
        if self._cipher is None:
            raise SensorError(Wrong.NO_KEY, "it is encrypted: give the sensor its key_file")
        if len(body) <= _COUNTER + _MIC:
            raise SensorError(Wrong.MALFORMED, "it ends before its counter and check")
        cut = len(body) - _COUNTER - _MIC
        counted, check = body[cut : cut + _COUNTER], body[cut + _COUNTER :]
        nonce = self._mac + _UUID + bytes((info,)) + counted
        try:
            objects = self._cipher.decrypt(nonce, body[:cut] + check, None)
        except InvalidTag:
            raise SensorError(Wrong.WRONG_KEY, "it does not open with this sensor's key") from None
        counter = int.from_bytes(counted, "little")
        last = self._counter
        if last is not None and counter <= last:
            if at - self._at < BURST_S:
                return None
            if counter == last or not counter < _RESTARTED_BELOW < last:
                raise SensorError(Wrong.REPLAYED, f"counter {counter} came after {last}")
        self._counter, self._at = counter, at
        return objects

    def _sample(self, objects: bytes, at: float, *, counted: bool) -> Sample | None:
        """What the objects say; ``counted`` packets are known to be news by their counter."""
        found: dict[str, Decimal] = {}
        number: int | None = None
        time: datetime | None = None
        for which, raw in _split(objects):
            if which == _PACKET_ID:
                number = raw
            elif which == _TIME:
                time = datetime.fromtimestamp(raw, UTC)
            elif (known := _OBJECTS[which]).name and not (
                known.name == "button" and raw == _NOT_A_PRESS
            ):
                value = values.number(raw * Decimal(known.factor), known.name)
                values.add(found, known.name, value)
        if number is not None:
            is_new = self._numbers.is_new(number, at)
        else:
            is_new = counted or self._payloads.is_new(objects, at)
        return Sample(values=found, at=time) if found and is_new else None


def _split(objects: bytes) -> Iterator[tuple[int, int]]:
    """The ids and numbers of the objects, up to the first id that is not known."""
    place = 0
    while place < len(objects):
        which = objects[place]
        place += 1
        if which in _WITH_LENGTH:
            if place >= len(objects) or place + 1 + objects[place] > len(objects):
                raise _cut(which)
            place += 1 + objects[place]
            continue
        known = _OBJECTS.get(which)
        if known is None:
            return
        raw = objects[place : place + known.size]
        if len(raw) < known.size:
            raise _cut(which)
        place += known.size
        if which in _STATES and raw[0] > 1:
            raise SensorError(Wrong.MALFORMED, f"object {which:#04x} is 0 or 1, not {raw[0]}")
        yield which, int.from_bytes(raw, "little", signed=known.signed)


def _cut(which: int) -> SensorError:
    return SensorError(Wrong.MALFORMED, f"it ends within object {which:#04x}")
