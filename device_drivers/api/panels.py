"""Panels and frames: what a display can show, and one picture in its inks."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from typing import Literal


class Ink(Enum):
    """A colour that an electronic-paper panel can show."""

    WHITE = "white"
    BLACK = "black"
    RED = "red"
    YELLOW = "yellow"
    BLUE = "blue"
    GREEN = "green"


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A display as its viewer sees it: pixels, inks (the first is the paper) and pitch.

    Raises ``ValueError`` for sizes and ink lists that no panel has.
    """

    name: str
    width: int
    height: int
    inks: tuple[Ink, ...]
    dpi: int

    def __post_init__(self) -> None:
        if not (1 <= self.width <= 4096 and 1 <= self.height <= 4096):
            raise ValueError(f"{self.width}x{self.height} is no panel size (1 to 4096 pixels)")
        if len(self.inks) < 2 or len(set(self.inks)) != len(self.inks):
            raise ValueError("a panel has at least two inks, each named once")
        if not 30 <= self.dpi <= 600:
            raise ValueError(f"{self.dpi} dpi is no panel pitch (30 to 600)")

    @property
    def orientation(self) -> Literal["landscape", "portrait", "square"]:
        """How it hangs."""
        if self.width == self.height:
            return "square"
        return "landscape" if self.width > self.height else "portrait"

    def turned(self) -> Panel:
        """The same panel hung the other way."""
        return replace(self, name=f"{self.name}-turned", width=self.height, height=self.width)


@dataclass(frozen=True, kw_only=True)
class Frame:
    """One picture: a byte per pixel, row by row, each an index into ``inks``.

    Raises ``ValueError`` when the pixels do not fit the size or name an ink that is not there.
    """

    width: int
    height: int
    inks: tuple[Ink, ...]
    pixels: bytes

    def __post_init__(self) -> None:
        if len(self.pixels) != self.width * self.height:
            raise ValueError(
                f"{len(self.pixels)} pixels are not {self.width}x{self.height} of them"
            )
        # Deleting the good ones in C is thirty times faster than looking for the largest.
        if self.pixels.translate(None, bytes(range(len(self.inks)))):
            raise ValueError(f"a pixel names ink {max(self.pixels)} of {len(self.inks)}")

    @cached_property
    def fingerprint(self) -> str:
        """Hex SHA-256 over size, inks and pixels: equal pictures, equal fingerprint, anywhere."""
        inks = ",".join(ink.value for ink in self.inks)
        head = f"{self.width}x{self.height};{inks};".encode()
        return hashlib.sha256(head + self.pixels).hexdigest()
