"""How a label shows what it is sent, where that is not what its model promises.

Batches of one model differ: the panel is built in upside down, its rows run the other way, its
inks are swapped or of another colour; and people hang a label the other way. A person says what
the test card looks like, and every frame is corrected before it is encoded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from device_drivers.api.panels import Frame, Ink, Panel

_INK_VALUES: Final = frozenset(ink.value for ink in Ink)
_MOST_INKS: Final = len(Ink)


class CorrectionError(ValueError):
    """What was seen cannot be put right; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What a frame is sent through so that its viewer sees it upright and in its colours.

    ``turns`` are quarter turns clockwise, ``mirrored`` swaps left and right after them. ``inks``
    are pairs (sent, seen) in the model's order; empty where every ink shows as itself.
    """

    turns: int = 0
    mirrored: bool = False
    inks: tuple[tuple[Ink, Ink], ...] = ()

    def __post_init__(self) -> None:
        if self.turns not in range(4):
            raise CorrectionError(f"{self.turns} is no number of quarter turns (0 to 3)")
        if self.inks and Ink.WHITE not in {seen for _, seen in self.inks}:
            raise CorrectionError("no colour shows as white: choose another model")
        if self.inks and len({seen for _, seen in self.inks}) < 2:
            raise CorrectionError("all colours look the same: choose another model")

    @property
    def is_none(self) -> bool:
        """Whether frames go out as they are."""
        return self == Correction()

    def viewed(self, panel: Panel) -> Panel:
        """The model's ``panel`` as its viewer sees it: turned with the label, in the seen inks.

        The name stays: drivers know the model by it.
        """
        inks = panel.inks
        if self.inks:
            seen = {ink for _, ink in self.inks}
            inks = tuple(ink for ink in (Ink.WHITE, *panel.inks, *Ink) if ink in seen)
            inks = tuple(dict.fromkeys(inks))
        if self.turns % 2:
            return replace(panel, width=panel.height, height=panel.width, inks=inks)
        return replace(panel, inks=inks)

    def model(self, viewed: Panel) -> Panel:
        """The panel of the model behind one that is ``viewed``: the reverse of it."""
        inks = tuple(sent for sent, _ in self.inks) or viewed.inks
        if self.turns % 2:
            return replace(viewed, width=viewed.height, height=viewed.width, inks=inks)
        return replace(viewed, inks=inks)

    def apply(self, frame: Frame) -> Frame:
        """The frame as it is to be encoded. Raises ``CorrectionError`` for an ink never seen."""
        if self.is_none:
            return frame
        width, height, pixels = _turned(frame.width, frame.height, frame.pixels, self.turns)
        if self.mirrored:
            pixels = _mirrored(width, pixels)
        inks = frame.inks
        if self.inks:
            inks = tuple(sent for sent, _ in self.inks)
            pixels = pixels.translate(self._table(frame.inks))
        return Frame(width=width, height=height, inks=inks, pixels=pixels)

    def to_json(self) -> dict[str, Any]:
        """The correction in plain values; ``from_json`` reads them."""
        return {
            "turns": self.turns,
            "mirrored": self.mirrored,
            "inks": [[sent.value, seen.value] for sent, seen in self.inks],
        }

    def _table(self, inks: Sequence[Ink]) -> bytes:
        """From each ink of a frame to the first one that shows as it."""
        seen = [ink for _, ink in self.inks]
        table = bytearray(256)
        for index, ink in enumerate(inks):
            if ink not in seen:
                raise CorrectionError(f"nothing that is sent shows as {ink.value}")
            table[index] = seen.index(ink)
        return bytes(table)


def from_json(value: Mapping[str, Any]) -> Correction:
    """The correction of ``Correction.to_json``; ``CorrectionError`` for anything else."""
    turns, mirrored, inks = value.get("turns", 0), value.get("mirrored", False), value.get("inks")
    pairs = inks if inks is not None else []
    if type(turns) is not int or type(mirrored) is not bool or not isinstance(pairs, list):
        raise CorrectionError("turns is a number, mirrored a truth value, inks a list of pairs")
    if len(pairs) > _MOST_INKS or not all(map(_is_pair, pairs)):
        raise CorrectionError("inks are at most six pairs of colours: sent, seen")
    if len({sent for sent, _ in pairs}) != len(pairs):
        raise CorrectionError("each ink is sent once")
    return Correction(
        turns=turns,
        mirrored=mirrored,
        inks=tuple((Ink(sent), Ink(seen)) for sent, seen in pairs),
    )


def of_seen(panel: Panel, *, turns: int, mirrored: bool, inks: Sequence[Ink]) -> Correction:
    """What puts right a test card that a person saw.

    The card was sent as it is. It was seen ``mirrored`` (left and right swapped) and then turned
    clockwise by ``turns`` quarters; where the model's n-th ink was sent, ``inks[n]`` was seen.
    Raises ``CorrectionError``.
    """
    if len(inks) != len(panel.inks):
        raise CorrectionError(f"the label has {len(panel.inks)} colours, {len(inks)} were told")
    pairs = tuple(zip(panel.inks, inks, strict=True))
    same = all(sent is seen for sent, seen in pairs)
    # Seen is turn(mirror(sent)), so that to be sent is mirror(turn back(wanted)).
    return Correction(turns=-turns % 4, mirrored=mirrored, inks=() if same else pairs)


def seen(frame: Frame, *, turns: int, mirrored: bool) -> Frame:
    """The frame as a label shows it that mirrors it and then turns it clockwise."""
    pixels = _mirrored(frame.width, frame.pixels) if mirrored else frame.pixels
    width, height, pixels = _turned(frame.width, frame.height, pixels, turns)
    return Frame(width=width, height=height, inks=frame.inks, pixels=pixels)


def _is_pair(pair: object) -> bool:
    return (
        isinstance(pair, list)
        and len(pair) == 2
        and all(isinstance(one, str) and one in _INK_VALUES for one in pair)
    )


def _turned(width: int, height: int, pixels: bytes, turns: int) -> tuple[int, int, bytes]:
    """Turned clockwise by quarters."""
    match turns % 4:
        case 1:
            # Each column, read from the bottom, is a row.
            bottom_up = pixels[::-1]
            rows = (bottom_up[width - 1 - x :: width] for x in range(width))
            return height, width, b"".join(rows)
        case 2:
            return width, height, pixels[::-1]
        case 3:
            columns = (pixels[x::width] for x in reversed(range(width)))
            return height, width, b"".join(columns)
        case _:
            return width, height, pixels


def _mirrored(width: int, pixels: bytes) -> bytes:
    rows = (pixels[top : top + width][::-1] for top in range(0, len(pixels), width))
    return b"".join(rows)
