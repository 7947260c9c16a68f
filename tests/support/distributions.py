"""Distributions as an installer leaves them: modules, and the folder that names them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from device_drivers.registry import LeftOut


def install(
    folder: Path,
    name: str,
    modules: Mapping[str, str],
    *,
    points: Mapping[str, str],
    group: str = "anaquel.labels",
    version: str = "1.0",
) -> None:
    """Put it into ``folder``; ``modules`` by their path, ``points`` are its entry points."""
    for path, text in modules.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    about = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    about.mkdir(parents=True)
    lines = [f"{point} = {named}" for point, named in points.items()]
    (about / "entry_points.txt").write_text("\n".join([f"[{group}]", *lines, ""]), encoding="utf-8")
    (about / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8"
    )


def is_left_out(left_out: LeftOut) -> None:
    """For those who expect that nothing is."""
    raise AssertionError(f"{left_out.family}: {left_out.problem}")


@contextmanager
def importable(folder: Path) -> Iterator[None]:
    """What is installed in ``folder`` can be imported; afterwards it was never there."""
    before = set(sys.modules)
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in set(sys.modules) - before:
            if str(folder) in (getattr(sys.modules[name], "__file__", None) or ""):
                del sys.modules[name]
