"""The box's own authority outlives what goes wrong with its file: phones trust it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.web.tls.names import Machine
from gateway.web.tls.own import AUTHORITY, FOLDER, Own
from tests.support import settings as make_settings

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
MACHINE = Machine(names=("anaquel.local",), addresses=())


def _own(folder: Path) -> Own:
    settings = make_settings.make(folder)
    settings.data.folder.mkdir(exist_ok=True)
    return Own(settings)


def test_another_start_has_the_same_authority(tmp_path: Path) -> None:
    first, again = _own(tmp_path), _own(tmp_path)
    first.renew(MACHINE, NOW, NOW)
    again.renew(MACHINE, NOW, NOW)
    assert again.authority.pem() == first.authority.pem()


def test_one_that_cannot_be_read_just_now_is_not_replaced(tmp_path: Path) -> None:
    first = _own(tmp_path)
    first.renew(MACHINE, NOW, NOW)
    file = tmp_path / "data" / FOLDER / AUTHORITY
    kept = file.rename(file.with_suffix(".away"))
    file.mkdir()  # no user may read this as a file
    with pytest.raises(OSError, match="directory"):
        _own(tmp_path).renew(MACHINE, NOW, NOW)
    file.rmdir()
    kept.rename(file)
    again = _own(tmp_path)
    again.renew(MACHINE, NOW, NOW)
    assert again.authority.pem() == first.authority.pem()


def test_one_without_sense_is_put_aside(tmp_path: Path) -> None:
    first = _own(tmp_path)
    first.renew(MACHINE, NOW, NOW)
    file = tmp_path / "data" / FOLDER / AUTHORITY
    file.write_bytes(b"half a certif")
    again = _own(tmp_path)
    again.renew(MACHINE, NOW, NOW)
    assert again.authority.pem() != first.authority.pem()
    assert file.with_name(f"{AUTHORITY}.broken").read_bytes() == b"half a certif"
