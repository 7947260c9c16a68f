"""Photographs of articles made small for pages; runs in a render process, never in the gateway.

What comes from outside may be a bomb: its size in pixels is known from its head before anything is
unpacked, and only the formats named here are opened at all.
"""

from __future__ import annotations

import io
import warnings

from PIL import Image, ImageOps

from gateway.render.jobs import Shrunk

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MAX_PIXELS = 24_000_000
LARGE = 480
SMALL = 96
_QUALITY = 80
_TOO_MANY = f"has too many pixels: at most {MAX_PIXELS:,} are taken"


class NoPictureError(ValueError):
    """The bytes are no picture that may be shown; the message says why."""


def shrink(data: bytes) -> Shrunk:
    """Both forms of the picture in ``data`` as WebP on white, upright, without its metadata.

    Raises ``NoPictureError``.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
                _check(*opened.size)
                opened.draft("RGB", (2 * LARGE, 2 * LARGE))
                upright = ImageOps.exif_transpose(opened)
                large = _on_white(upright, LARGE)
    except NoPictureError:
        raise
    except Image.DecompressionBombError as error:
        raise NoPictureError(_TOO_MANY) from error
    except (OSError, ValueError, SyntaxError) as error:
        kinds = ", ".join(FORMATS)
        raise NoPictureError(f"is no picture of the kinds {kinds}: {error}") from error
    small = large.copy()
    small.thumbnail((SMALL, SMALL), Image.Resampling.LANCZOS)
    return Shrunk(large=_webp(large), small=_webp(small), width=large.width, height=large.height)


def _check(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise NoPictureError(_TOO_MANY)


def _on_white(image: Image.Image, most: int) -> Image.Image:
    """At most ``most`` pixels wide and high; what is transparent was meant for a white page."""
    plain = image.convert("RGBA" if image.has_transparency_data else "RGB")
    plain.thumbnail((most, most), Image.Resampling.LANCZOS)
    if plain.mode == "RGB":
        return plain
    ground = Image.new("RGB", plain.size, "white")
    ground.paste(plain, mask=plain.getchannel("A"))
    return ground


def _webp(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=_QUALITY, method=4)
    return buffer.getvalue()
