"""Where sites listen, and what of it would be unsafe."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway import settings
from gateway.settings import Sites, StaffListen, is_loopback
from tests.unit.settings.test_loading import GOOD, refused, write


@pytest.mark.parametrize(
    ("staff", "told"),
    [
        ("secure_cookies = false", "write https = false too, or remove secure_cookies"),
        ("https = false\nsecure_cookies = false", "would send passwords in the clear"),
        ('https = false\ncertificate = "a"\nkey = "b"', "write https = true"),
        ('certificate = "a"', "has certificate but no key: write both, or neither"),
        ('key = "a"', "has key but no certificate: write both, or neither"),
        ('local_name = "anaquel"', 'before .local, like "anaquel.local"'),
        ('names = ["Caja"]', "in small letters"),
    ],
)
def test_what_cannot_be_is_told_with_its_section(tmp_path: Path, staff: str, told: str) -> None:
    (line,) = refused(write(tmp_path, f"{GOOD}\n[sites.staff]\n{staff}"))
    assert "sites.staff" in line
    assert told in line


def test_paths_start_at_the_folder_of_the_file(tmp_path: Path) -> None:
    lines = '[sites.staff]\ncertificate = "tls/a.pem"\nkey = "/b.pem"'
    staff = settings.load(write(tmp_path, f"{GOOD}\n{lines}")).sites.staff
    assert (staff.certificate, staff.key) == (tmp_path / "tls/a.pem", Path("/b.pem"))


def test_there_is_a_welcome_page_only_where_there_is_a_certificate_to_explain() -> None:
    plain = {"host": "127.0.0.1", "https": False, "secure_cookies": False}
    assert list(Sites().served) == ["shopper", "staff", "welcome", "intake", "ops"]
    assert "welcome" not in Sites.model_validate({"staff": plain}).served


@pytest.mark.parametrize(
    ("host", "inside"),
    [("localhost", True), ("127.0.0.1", True), ("[::1]", True), ("192.168.1.4", False)],
)
def test_loopback_is_this_machine_alone(host: str, *, inside: bool) -> None:
    assert is_loopback(host) is inside


@pytest.mark.parametrize(
    ("listen", "address"),
    [
        ({}, "https://anaquel.local:8081"),
        ({"local_name": "caja.local", "port": 443}, "https://caja.local"),
        ({"host": "192.168.1.10"}, "https://192.168.1.10:8081"),
        (
            {"host": "127.0.0.1", "https": False, "secure_cookies": False},
            "http://127.0.0.1:8081",
        ),
    ],
)
def test_people_are_told_an_address_that_can_be_opened(
    listen: dict[str, object], address: str
) -> None:
    assert StaffListen.model_validate(listen).address == address
