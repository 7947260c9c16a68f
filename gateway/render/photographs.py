"""Photographs of articles on paper of a few inks: error diffusion makes dots of their tones.

Two ways. On panels of up to four inks the picture is made lighter first, because dots of black ink
run together and a dark shoe would become a blot. Six inks mix colours that are paler than those of
a screen, so there the colours are made stronger instead. Both diffuse what each pixel is off to
its neighbours (Floyd-Steinberg), against the inks as they look on paper.
"""

from __future__ import annotations

import io
from functools import lru_cache

from PIL import Image, ImageEnhance, ImageOps

from device_drivers import pictures
from device_drivers.api.panels import Ink
from gateway.domain.labels import PictureFact

MAX_BYTES = 512 * 1024
"""More than any picture takes that ``shrinking`` made."""

MAX_SIDE = 480
"""Pixels of the longer side, as ``shrinking`` makes them."""

_LIGHTER = 1.7
"""The exponent's divisor: a middle grey of 128 becomes 170."""

_STRONGER = 1.35
_FEW_INKS = 4
_COLORS = 256


class PhotographError(ValueError):
    """The bytes are no picture that can stand on a label; the message says why."""


def named(sha256: str, data: bytes) -> PictureFact:
    """The fact of the picture in ``data``. Raises ``PhotographError``."""
    image = _opened(data)
    return PictureFact(sha256=sha256, width=image.width, height=image.height, data=data)


@lru_cache(maxsize=16)
def dithered(data: bytes, width: int, height: int, inks: tuple[Ink, ...]) -> Image.Image:
    """The picture in ``data`` at this size as places in ``inks`` (mode L). Do not draw on it.

    Raises ``PhotographError``.
    """
    small = _opened(data).resize((width, height), Image.Resampling.LANCZOS)
    return _diffused(_prepared(small, inks), inks)


def tint(color: str, width: int, height: int, inks: tuple[Ink, ...]) -> Image.Image:
    """An area of the colour ``#rrggbb``, mixed of the panel's inks (mode L, places in ``inks``)."""
    return _diffused(Image.new("RGB", (width, height), color), inks)


def _opened(data: bytes) -> Image.Image:
    if len(data) > MAX_BYTES:
        raise PhotographError(f"has {len(data)} bytes; at most {MAX_BYTES} are taken")
    try:
        with Image.open(io.BytesIO(data), formats=("WEBP",)) as image:
            within = max(image.size) <= MAX_SIDE
            found = image.convert("RGB") if within else None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise PhotographError(f"is no WebP picture: {error}") from error
    if found is None:
        raise PhotographError(f"is larger than {MAX_SIDE} pixels")
    return found


def _prepared(image: Image.Image, inks: tuple[Ink, ...]) -> Image.Image:
    even = ImageOps.autocontrast(image, cutoff=0.5, preserve_tone=True)
    if len(inks) > _FEW_INKS:
        return ImageEnhance.Color(even).enhance(_STRONGER)
    lighter = [round(255 * (tone / 255) ** (1 / _LIGHTER)) for tone in range(_COLORS)]
    return even.point(lighter * 3)


def _diffused(image: Image.Image, inks: tuple[Ink, ...]) -> Image.Image:
    # Every entry of the palette is an ink, over and over: none can stand for a colour without one.
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for place in range(_COLORS) for part in _seen(place, inks)])
    places = image.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)
    flat = Image.frombytes("L", places.size, places.tobytes())
    return flat.point([place % len(inks) for place in range(_COLORS)])


def _seen(place: int, inks: tuple[Ink, ...]) -> tuple[int, int, int]:
    return pictures.RGB[inks[place % len(inks)]]
