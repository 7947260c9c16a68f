"""Every Bluetooth family has its figure, and no upload is shorter than its picture."""

from __future__ import annotations

from pathlib import Path

from benchmarks import air_bytes
from benchmarks.setup import Setup
from tests.support.bluetooth_rigs import RIGS


def test_every_family_says_what_it_writes_beside_the_picture(tmp_path: Path) -> None:
    setup = Setup(folder=tmp_path, quick=True, say=lambda _: None)

    found = {figure.name: figure for figure in air_bytes.measure(setup)}

    assert set(found) == {f"air_bytes_{name}" for name in RIGS}
    for figure in found.values():
        assert figure.ratio is not None
        assert 0.8 < figure.ratio < 1.0
