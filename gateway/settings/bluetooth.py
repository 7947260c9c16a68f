"""The section ``[bluetooth]``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from gateway.settings.shapes import Section, Whole, shaped

Adapter = Annotated[
    str,
    shaped(r"hci\d{1,2}", 'write an adapter as hciconfig names it, like "hci0"'),
]


class Bluetooth(Section):
    """The adapters that labels are reached over; without one there are no Bluetooth labels."""

    adapters: Annotated[tuple[Adapter, ...], Field(max_length=8)] = ()
    connections: Annotated[Whole, Field(ge=1, le=8)] = 2

    @field_validator("adapters")
    @classmethod
    def _each_once(cls, adapters: tuple[str, ...]) -> tuple[str, ...]:
        twice = next((one for one in adapters if adapters.count(one) > 1), None)
        if twice is not None:
            raise ValueError(f"names {twice} twice; name each adapter once")
        return adapters
