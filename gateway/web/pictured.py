"""What stands where the picture of an article goes: the picture, or its colour with initials."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.domain import picturing
from gateway.domain.catalogue import Family, Group


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """``url`` is where the source says the picture is; the rest is what we show without it."""

    url: str | None
    initials: str
    hex: str | None
    letters: str


def picture(
    title: str, color_hex: str | None, images: Iterable[str | None], fallback: Iterable[str | None]
) -> Picture:
    """The first of ``images``, else of ``fallback``; letters that can be read on ``color_hex``."""
    url = next(filter(None, images), None) or next(filter(None, fallback), None)
    known = picturing.color(color_hex)
    letters = "" if known is None else "#000" if picturing.takes_black(known) else "#fff"
    return Picture(url=url, initials=picturing.initials(title), hex=known, letters=letters)


def of_groups(family: Family, group: str | None) -> Iterable[str | None]:
    """The picture of the group with this id, then that of the family's own."""
    every: tuple[Group, ...] = tuple(
        one for one in (family.group, *family.siblings) if one is not None
    )
    named = [one.image_url for one in every if one.id == group]
    return (*named, family.group.image_url if family.group is not None else None)
