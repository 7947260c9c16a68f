"""What a ``binding`` row says of the label itself: its panel, and what its pictures go through."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from gateway.domain import label_hardware
from gateway.feed.fields import Id, Text

Ink = Literal["white", "black", "red", "yellow", "blue", "green"]
Pair = Annotated[list[Ink], Field(min_length=2, max_length=2)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)


class _Panel(_Part):
    model: Text
    width: Annotated[int, Field(ge=1, le=4096)]
    height: Annotated[int, Field(ge=1, le=4096)]
    inks: Annotated[list[Ink], Field(min_length=2, max_length=6)]
    dpi: Annotated[int, Field(ge=30, le=600)]


class _Correction(_Part):
    turns: Annotated[int, Field(ge=0, le=3)] = 0
    mirrored: bool = False
    inks: Annotated[list[Pair], Field(max_length=6)] = []


class HardwareValue(_Part):
    """A label's family and panel, and what its pictures go through."""

    family: Id
    panel: _Panel
    correction: _Correction | None = None

    @model_validator(mode="after")
    def _one_that_can_be(self) -> HardwareValue:
        try:
            label_hardware.read(self.model_dump())
        except ValueError as error:
            raise PydanticCustomError("bad_hardware", "{why}", {"why": str(error)}) from error
        return self
