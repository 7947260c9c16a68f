from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from device_drivers.api.panels import Frame
from tests.golden import goldens

FRESH = dict(goldens.drawn())


@pytest.mark.parametrize("name", FRESH)
def test_label_pictures_have_not_changed(name: str) -> None:
    frame = FRESH[name]
    before = goldens.kept(name, frame)
    if before != frame.pixels:
        path = goldens.write_difference(name, frame, before)
        pytest.fail(f"{name} changed; look at {path}, then run: python -m tests.golden")


def test_no_golden_is_left_over() -> None:
    assert {path.stem for path in goldens.FOLDER.glob("*.png")} == set(FRESH)


def test_a_difference_is_seen_and_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(goldens, "DIFFERENCES", tmp_path)
    name, frame = next(iter(FRESH.items()))
    other = bytes([1 - min(frame.pixels[0], 1)]) + frame.pixels[1:]
    changed: Frame = dataclasses.replace(frame, pixels=other)
    assert goldens.kept(name, changed) != changed.pixels
    assert goldens.write_difference(name, changed, frame.pixels).stat().st_size > 100
