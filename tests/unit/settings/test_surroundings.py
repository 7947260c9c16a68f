from __future__ import annotations

from pathlib import Path

import pytest

from gateway import settings
from gateway.clock import SystemClock
from gateway.settings import SettingsError, surroundings
from tests.support.certificates import Authority
from tests.unit.settings.test_loading import GOOD, refused, write


def _wrong(folder: Path, section: str) -> list[str]:
    file = write(folder, f"{GOOD}\n[shop_broker]\n{section}")
    with pytest.raises(SettingsError) as raised:
        surroundings.check(file, settings.load(file))
    return [line.removeprefix(f"{file}: ") for line in str(raised.value).splitlines()]


def test_a_password_file_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    lines = 'username = "a"\npassword_file = "pw"'
    key = f'shop_broker.password_file = "{tmp_path / "pw"}"'
    assert _wrong(tmp_path, lines) == [f"{key}: is not there; write the path of a file that is"]
    (tmp_path / "pw").write_text(" \n")
    assert _wrong(tmp_path, lines) == [f"{key}: is empty; write the password alone into that file"]
    (tmp_path / "pw").write_bytes(b"\xff")
    assert "is not UTF-8 text" in _wrong(tmp_path, lines)[0]
    assert "write shop_broker.username too" in _wrong(tmp_path, 'password_file = "pw"')[0]
    assert "is a folder" in _wrong(tmp_path, 'username = "a"\npassword_file = "."')[0]


def test_a_file_of_somebody_else_is_told() -> None:
    error = PermissionError(13, "Permission denied", "pw")
    assert surroundings.unreadable(error).startswith("may not be read by this user")


def test_a_certificate_file_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    key = f'shop_broker.ca_file = "{tmp_path / "ca.pem"}"'
    lines = 'tls = true\nca_file = "ca.pem"'
    assert _wrong(tmp_path, lines) == [f"{key}: is not there; write the path of a file that is"]
    (tmp_path / "ca.pem").write_text("no certificate")
    assert _wrong(tmp_path, lines) == [f"{key}: holds no certificate; write the path of a PEM file"]
    assert "write shop_broker.tls = true" in _wrong(tmp_path, 'ca_file = "ca.pem"')[0]


def test_our_certificate_must_be_there_and_fit_its_key(tmp_path: Path) -> None:
    authority = Authority(tmp_path, SystemClock().now())
    ours, other = authority.sign("gw-1"), authority.sign("gw-2")
    lines = 'cert_file = "ours.pem"\nkey_file = "ours.key"'
    key = f'shop_broker.cert_file = "{tmp_path / "ours.pem"}"'
    assert "write shop_broker.tls = true" in _wrong(tmp_path, lines)[0]
    lines = f"tls = true\n{lines}"
    assert _wrong(tmp_path, lines) == [f"{key}: is not there; write the path of a file that is"]
    ours.certificate.rename(tmp_path / "ours.pem")
    assert "shop_broker.key_file" in _wrong(tmp_path, lines)[0]
    other.key.rename(tmp_path / "ours.key")
    assert "does not fit the key" in _wrong(tmp_path, lines)[0]
    ours.key.rename(tmp_path / "ours.key")
    file = write(tmp_path, f"{GOOD}\n[shop_broker]\n{lines}")
    surroundings.check(file, settings.load(file))


def test_a_certificate_comes_with_its_key(tmp_path: Path) -> None:
    file = write(tmp_path, f'{GOOD}\n[shop_broker]\ntls = true\ncert_file = "ours.pem"')
    with pytest.raises(SettingsError, match=r"shop_broker.*belong together: write both"):
        settings.load(file)


def test_a_data_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "disk").write_text("a file")
    file = write(tmp_path, GOOD.replace('folder = "data"', 'folder = "disk/anaquel/data"'))
    with pytest.raises(SettingsError, match="disk is a file; write the path of a folder"):
        surroundings.check(file, settings.load(file))


def test_good_files_and_a_central_that_is_not_there_say_nothing(tmp_path: Path) -> None:
    (tmp_path / "pw").write_text("secret\n")
    text = f"""{GOOD}
[shop_broker]
username = "a"
password_file = "pw"
[central]
kind = "none"
[central.broker]
username = "a"
password_file = "gone"
"""
    file = write(tmp_path, text)
    surroundings.check(file, settings.load(file))


@pytest.mark.parametrize(
    ("sites", "line"),
    [
        (
            "[sites.staff]\nport = 8080",
            "sites.staff.port = 8080: sites.shopper.port is the same; write another, like 8085",
        ),
        (
            "[sites.intake]\nport = 8081",
            "sites.intake.port = 8081: sites.staff.port is the same; write another, like 8085",
        ),
    ],
)
def test_two_sites_on_one_port_are_told(tmp_path: Path, sites: str, line: str) -> None:
    file = write(tmp_path, f"{GOOD}\n{sites}")
    assert refused(file) == [f"{file}: {line}"]


def test_one_port_on_two_addresses_and_ports_left_to_the_system_are_fine(tmp_path: Path) -> None:
    for host, port in (("127.0.0.2", 8082), ("127.0.0.1", 0)):
        text = f'{GOOD}\n[sites.staff]\nhost = "{host}"\nport = {port}'
        settings.load(write(tmp_path, f"{text}\n[sites.shopper]\nport = {port and 8080}"))


def test_a_folder_of_templates_that_is_not_there_is_told(tmp_path: Path) -> None:
    file = write(tmp_path, f'{GOOD}\n[labels]\ntemplates = "own"')
    with pytest.raises(SettingsError) as raised:
        surroundings.check(file, settings.load(file))
    key = f'labels.templates = "{tmp_path / "own"}"'
    wanted = f"{file}: {key}: there is no such folder; make it, or remove the key"
    assert str(raised.value) == wanted
    (tmp_path / "own").mkdir()
    surroundings.check(file, settings.load(file))
