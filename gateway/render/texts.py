"""Text that fits its room: wrapped, shrunk within limits, and at last visibly cut."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.render import fonts
from gateway.render.fonts import Face

ELLIPSIS = "…"
_BETWEEN = "·"
"""It parts what stands on one line; where a line ends nothing is to be parted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """Lines in one face; ``whole`` is False where an ellipsis stands for the rest."""

    face: Face
    lines: tuple[str, ...]
    whole: bool = True

    @property
    def width(self) -> int:
        """Pixels of the widest line."""
        return max((self.face.width(line) for line in self.lines), default=0)

    @property
    def height(self) -> int:
        """Pixels of all lines."""
        return self.face.line_height * len(self.lines)


def fit(
    text: str,
    weight: str,
    *,
    size: int,
    min_size: int,
    floor: int,
    lines: int,
    width: int,
    height: int,
) -> Fitted:
    """``text`` as it fits best from ``size`` to ``min_size``: fewer lines before larger letters.

    Where that fails it shrinks on to ``floor``, and there it ends in an ellipsis.
    """
    for most in range(1, lines + 1):
        for step in range(size, min_size - 1, -1):
            if fitted := _fitting(text, fonts.face(weight, step), most, width, height):
                return fitted
    for step in range(min_size - 1, floor - 1, -1):
        if fitted := _fitting(text, fonts.face(weight, step), lines, width, height):
            return fitted
    face = fonts.face(weight, min(floor, min_size))
    most = max(1, min(lines, height // face.line_height))
    wrapped = wrap(text, face, width)
    kept = cut(wrapped, face, width, most)
    return Fitted(face=face, lines=tuple(kept), whole=kept == wrapped)


def _fitting(text: str, face: Face, lines: int, width: int, height: int) -> Fitted | None:
    """``text`` in ``face`` if it fits whole."""
    if _is_too_large(text, face, lines, width, height):
        return None
    wrapped = [text] if lines == 1 else wrap(text, face, width)
    if len(wrapped) > lines or face.line_height * len(wrapped) > height:
        return None
    if any(face.width(line) > width for line in wrapped):
        return None
    return Fitted(face=face, lines=tuple(_without_widow(text, wrapped, face, width)))


def _is_too_large(text: str, face: Face, lines: int, width: int, height: int) -> bool:
    """Whether it can be told without drawing letters, which takes most of the time there is."""
    if lines == 1:
        return face.line_height > height or face.exceeds(text, width)
    most = min(lines, height // face.line_height)
    return (
        most < 1
        or face.exceeds(text.replace(" ", ""), most * width)
        or any(face.exceeds(word, width) for word in text.split(" "))
    )


def _without_widow(text: str, wrapped: list[str], face: Face, width: int) -> list[str]:
    """As many lines, but broken earlier where the last would be a short word alone."""
    if len(wrapped) > 1 and face.width(wrapped[-1]) * 3 < width:
        for share in (60, 70, 80, 90):
            narrower = wrap(text, face, width * share // 100)
            if len(narrower) == len(wrapped) and max(map(face.width, narrower)) <= width:
                return narrower
    return wrapped


def wrap(text: str, face: Face, width: int) -> list[str]:
    """Lines broken at spaces; a word wider than ``width`` has a line of its own."""
    space = face.width(" ")
    lines: list[str] = []
    used = 0
    for word in text.split(" "):
        wide = face.width(word)
        if lines and used + space + wide <= width:
            lines[-1] += " " + word
            used += space + wide
        else:
            lines.append(word)
            used = wide
    if _BETWEEN not in text:
        return lines
    parted = (line.removeprefix(f"{_BETWEEN} ").removesuffix(f" {_BETWEEN}") for line in lines)
    return [line for line in parted if line != _BETWEEN] or lines


def cut(lines: list[str], face: Face, width: int, most: int) -> list[str]:
    """At most ``most`` lines of at most ``width``; wherever something is missing, an ellipsis."""
    kept = lines[:most]
    if len(lines) > most:
        kept[-1] = shorten(" ".join(lines[most - 1 :]), face, width)
    return [shorten(line, face, width) for line in kept]


def shorten(line: str, face: Face, width: int) -> str:
    """``line``, or as much of it as fits with an ellipsis; empty if not even that fits."""
    if face.width(line) <= width:
        return line
    room = width - face.width(ELLIPSIS)
    if room < 0:
        return ""
    kept = ""
    for letter in line:
        room -= face.width(letter)
        if room < 0:
            break
        kept += letter
    return kept.rstrip(" ,.;:-·") + ELLIPSIS
