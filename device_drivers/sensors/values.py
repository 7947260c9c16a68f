"""Numbers and names of samples, bounded the same way for every family."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from device_drivers.api.sensors import MOST_VALUES, SensorError, Wrong

_LARGEST: Final = Decimal(10) ** 15
_FINEST: Final = Decimal(1).scaleb(-9)


def number(value: Decimal | int, where: str) -> Decimal:
    """The value with nine decimals at most, without zeros at its end. Raises ``SensorError``."""
    given = Decimal(value)
    # Sizes are compared without arithmetic, which overflows on what JSON can write.
    if not given.is_finite() or given.copy_abs() >= _LARGEST:
        raise SensorError(Wrong.MALFORMED, f"{where}: a number below 10^15 is needed")
    fine = given.quantize(_FINEST)
    whole = fine.to_integral_value()
    # Adding 0 takes the sign from a zero.
    return (whole if fine == whole else fine.normalize()) + 0


def add(values: dict[str, Decimal], name: str, value: Decimal) -> None:
    """Note a value; the second of a name is called ``name_2``. Beyond the most it is left out."""
    if len(values) >= MOST_VALUES:
        return
    nth, free = 1, name
    while free in values:
        nth += 1
        free = f"{name}_{nth}"
    values[free] = value
