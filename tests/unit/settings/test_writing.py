from __future__ import annotations

import tomllib
from pathlib import Path

from gateway import settings
from gateway.settings import Settings, writing

FULL = """
[shop]
store = "s042"
gateway = "gw-1"
public_base = "https://q.example.com"

[data]
folder = "data"

[central.broker]
username = "s042"
password_file = "broker-password"

[sources]
offers = "files"

[files]
locations = ['Bodega "El Ñandú" = dc1']
url = "https://erp.example.com/s042.csv?token=tell-nobody"

[pictures]
hosts = ["cdn.example.com"]

[access_points]
"floor.1" = { family = "openepaperlink", url = "http://192.168.1.50" }

[events.keep]
max_bytes = 1_000_000
"""


def written(tmp_path: Path, text: str) -> tuple[Settings, str]:
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    loaded = settings.load(tmp_path / "config.toml")
    return loaded, writing.without_secrets(loaded)


def test_what_is_written_is_read_as_the_same_settings(tmp_path: Path) -> None:
    loaded, text = written(tmp_path, FULL.replace("?token=tell-nobody", ""))
    (tmp_path / "again.toml").write_text(text, encoding="utf-8")

    assert settings.load(tmp_path / "again.toml") == loaded


def test_defaults_are_left_out_and_so_is_what_may_be_secret(tmp_path: Path) -> None:
    (tmp_path / "broker-password").write_text("do not say")
    _, text = written(tmp_path, FULL)

    assert "tell-nobody" not in text
    assert "do not say" not in text
    assert tomllib.loads(text)["files"]["url"] == "https://erp.example.com/s042.csv"
    assert set(tomllib.loads(text)) == {
        *("shop", "data", "central", "sources", "files", "pictures", "access_points", "events"),
    }
    assert f'password_file = "{tmp_path}/broker-password"' in text
