"""A frame as the access point takes it: a baseline JPEG from which it finds exactly our inks.

The access point chooses for each pixel the nearest colour of the tag's palette, by a weighted
distance, and never a coloured ink for a grey pixel. With pure inks, and no pixel further than
``ERROR`` from its own, every choice is ours: the nearest other colour in any palette is half a
channel away (orange beside red, grey beside white).
"""

from __future__ import annotations

from typing import Final

from device_drivers import pictures
from device_drivers.api.panels import Frame
from device_drivers.pictures import PictureError

FORMAT: Final = "jpeg"
ERROR: Final = 40
"""How far a channel of a pixel may be off, of 255."""

_QUALITY: Final = 95
"""Leaves no channel more than some 25 off, also where every pixel is of another ink."""


def pack(frame: Frame) -> bytes:
    """The frame as JPEG. Raises ``PictureError`` when it would not come out exactly."""
    data, error = pictures.encode_jpeg(frame, pictures.PURE, quality=_QUALITY)
    if error > ERROR:
        raise PictureError(f"as JPEG a pixel would be {error} of 255 off; at most {ERROR} may be")
    return data
