"""Which pictures are goldens, how they are drawn, kept and compared."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from PIL import Image

from device_drivers import pictures
from device_drivers.api.panels import Frame
from gateway.render import rendering, samples, templates
from tests.golden.panels import PANELS

FOLDER = Path(__file__).parent / "pictures"
DIFFERENCES = Path(__file__).parent / "differences"

_ZONE = ZoneInfo("America/Mexico_City")

_SHOWN = {
    "style": (
        ("213-250x122", ("regular", "sale", "no_price", "english_from", "long")),
        ("29-296x128", ("sale", "clearance", "sold_out", "recalled", "blocked")),
        ("42-400x300", ("regular", "clearance")),
        ("154-152x152", ("regular", "clearance")),
        ("154-200x200", ("sale",)),
        ("75-800x480", ("sale", "sold_out")),
        ("213-122x250", ("regular", "sale")),
    ),
    "article": (
        ("213-250x122", ("regular", "sale", "several", "prior")),
        ("75-800x480", ("clearance",)),
        ("154-200x200", ("sold_out", "prior")),
        ("213-122x250", ("several",)),
        ("42-400x300", ("prior",)),
    ),
    "grocery": (("29-296x128", ("regular",)), ("154-152x152", ("sale",))),
    "weight": (("29-296x128", ("regular",)), ("213-122x250", ("clearance",))),
    "multibuy": (("29-296x128", ("three_for_two",)), ("42-400x300", ("sale",))),
    "loyalty": (("213-250x122", ("members",)), ("154-152x152", ("members",))),
    "promotion": (("75-800x480", ("sale", "several")),),
    "collect": (("29-296x128", ("order",)),),
    "entrance": (("75-800x480", ("today",)),),
    "minimal": (("154-152x152", ("place",)),),
    "test": (("266-296x152", ("panel",)),),
    "plain": (("213-250x122", ("regular", "sale")), ("266-296x152", ("clearance",))),
    "unbound": (("154-152x152", ("unbound",)), ("29-296x128", ("unbound", "english"))),
}


def drawn() -> Iterator[tuple[str, Frame]]:
    """Every golden by name, freshly drawn."""
    folder = templates.BUNDLED
    for name, shown in _SHOWN.items():
        template = templates.load_all(folder)[name]
        facts = samples.load(folder / name / "sample.toml")
        for panel, chosen in shown:
            for sample in chosen:
                frame = rendering.render(template, PANELS[panel], facts[sample], "MX", _ZONE)
                yield f"{name}-{sample}-{panel}", frame


def write(name: str, frame: Frame) -> None:
    """Keep ``frame`` as the golden ``name``."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.png").write_bytes(pictures.encode(frame, "png"))


def kept(name: str, frame: Frame) -> bytes:
    """The pixels of the golden ``name``, ink indexes as in ``frame``; empty if there is none."""
    path = FOLDER / f"{name}.png"
    if not path.exists():
        return b""
    with Image.open(path) as image:
        return image.tobytes() if image.size == (frame.width, frame.height) else b""


def write_difference(name: str, frame: Frame, before: bytes) -> Path:
    """A picture of what changed: the new one pale, pixels that differ in magenta."""
    new = Image.open(io.BytesIO(pictures.to_rgb(frame))).convert("RGB")
    pale = Image.blend(new, Image.new("RGB", new.size, (255, 255, 255)), 0.6)
    changed = bytes(
        255 if now != then else 0
        for now, then in zip(frame.pixels, before or bytes([255]) * len(frame.pixels), strict=True)
    )
    pale.paste((230, 0, 160), mask=Image.frombytes("L", new.size, changed))
    DIFFERENCES.mkdir(exist_ok=True)
    path = DIFFERENCES / f"{name}.png"
    pale.resize((new.width * 2, new.height * 2), Image.Resampling.NEAREST).save(path)
    return path
