"""The file of label keys: what it may hold, and what is said of what it may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway import settings
from gateway.settings import SettingsError, label_keys, surroundings
from tests.unit.settings.test_loading import GOOD, write

KEY = "000102030405060708090a0b0c0d0e0f"


def test_keys_are_found_by_the_ids_of_their_labels(tmp_path: Path) -> None:
    file = tmp_path / "keys.toml"
    file.write_text(f'# keys\nA1B2C3D4E5F6 = "{KEY}"\n"shelf.1" = "{KEY.upper()}"\n')
    assert label_keys.read(file) == {"A1B2C3D4E5F6": bytes(range(16)), "shelf.1": bytes(range(16))}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f'a = "{KEY}00"', "'a': its key is not 32 hexadecimal digits"),
        (f'a = "{KEY[:-1]}g"', "'a': its key is not 32 hexadecimal digits"),
        ("a = 12345678901234567890123456789012", "'a': its key is not 32 hexadecimal digits"),
        (f'shelf.1 = "{KEY}"', "'shelf': has no key; an id with a dot in it stands in quotes"),
        (f'"a b" = "{KEY}"', "'a b' is no label's id"),
        (KEY, "is not TOML"),
        (f'a = "{KEY}"\na = "{KEY}"', "is not TOML"),
        ("\n" * 8_000_001, "is larger than 8000000 bytes"),
        ("".join(f'l{n} = "{KEY}"\n' for n in range(60_001)), "there is room for 60000"),
    ],
)
def test_what_is_no_file_of_keys_is_refused_in_words(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "keys.toml"
    file.write_text(text)
    with pytest.raises(ValueError, match=r".") as raised:
        label_keys.read(file)
    assert said in str(raised.value)
    assert KEY[:-1] not in str(raised.value), "a key is a secret"


def test_a_file_of_keys_that_cannot_be_used_is_told_before_the_start(tmp_path: Path) -> None:
    file = write(tmp_path, f'{GOOD}\n[labels]\nkeys_file = "keys.toml"')
    chosen = settings.load(file)
    begins = f'{file}: labels.keys_file = "{tmp_path / "keys.toml"}": '
    with pytest.raises(SettingsError) as raised:
        surroundings.check(file, chosen)
    assert str(raised.value) == f"{begins}is not there; write the path of a file that is"
    (tmp_path / "keys.toml").write_bytes(b"\xff")
    with pytest.raises(SettingsError) as raised:
        surroundings.check(file, chosen)
    assert str(raised.value) == f"{begins}is not UTF-8 text; save it as UTF-8"
