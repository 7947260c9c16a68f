"""RuuviTag, data format 5 (RAWv2), after docs.ruuvi.com, "Data format 5".

Manufacturer data of 24 bytes, big-endian; the least signed and the largest unsigned number stand
for "not available".
"""

from __future__ import annotations

import struct
from decimal import Decimal
from typing import Final

from device_drivers.api.sensors import OverAir, Packet, Sample, SensorAsked, SensorError, Wrong
from device_drivers.sensors import values
from device_drivers.sensors.repeats import Numbers, Payloads

COMPANY: Final = 0x0499
_FORM: Final = struct.Struct(">BhHHhhhHBH6s")
_FORMAT: Final = 5
_NO_SIGNED: Final = -0x8000
_NO_16: Final = 0xFFFF
_NO_8: Final = 0xFF
_NO_MILLIVOLTS: Final = 0x7FF
_NO_ADDRESS: Final = b"\xff" * 6


class Ruuvi:
    """One RuuviTag (a ``SensorDriver``)."""

    def __init__(self, asked: SensorAsked) -> None:
        self._address = asked.address
        self._numbers = Numbers(0xFFFF)
        self._payloads = Payloads()

    @property
    def listens(self) -> OverAir:
        """See ``SensorDriver``."""
        return OverAir(address=self._address, company=COMPANY)

    def read(self, packet: Packet) -> Sample | None:
        """See ``SensorDriver``."""
        payload = packet.payload
        if len(payload) != _FORM.size or payload[0] != _FORMAT:
            needed = f"{_FORM.size} bytes of format {_FORMAT} are needed"
            raise SensorError(Wrong.MALFORMED, f"{needed}, not {payload[:4].hex() or 'nothing'}")
        fields = _FORM.unpack(payload)
        _, celsius, humidity, pressure, x, y, z, power, movements, sequence, mac = fields
        if mac != _NO_ADDRESS and mac.hex(":").upper() != self._address:
            raise SensorError(Wrong.MALFORMED, "it names another sensor than the one that sent it")
        if not self._is_new(packet, sequence):
            return None
        found: dict[str, Decimal] = {}

        def note(name: str, raw: int, nothing: int, factor: str, offset: int = 0) -> None:
            if raw != nothing:
                values.add(found, name, values.number(raw * Decimal(factor) + offset, name))

        note("temperature_c", celsius, _NO_SIGNED, "0.005")
        note("humidity_pct", humidity, _NO_16, "0.0025")
        note("pressure_pa", pressure, _NO_16, "1", 50_000)
        for axis, raw in zip("xyz", (x, y, z), strict=True):
            note(f"acceleration_{axis}_g0", raw, _NO_SIGNED, "0.001")
        note("battery_mv", power >> 5, _NO_MILLIVOLTS, "1", 1_600)
        note("movements", movements, _NO_8, "1")
        return Sample(values=found) if found else None

    def _is_new(self, packet: Packet, sequence: int) -> bool:
        if sequence == _NO_16:
            return self._payloads.is_new(packet.payload, packet.at)
        return self._numbers.is_new(sequence, packet.at)
