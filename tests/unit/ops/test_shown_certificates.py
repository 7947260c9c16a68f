"""What the doctor says of the certificates that we show ourselves."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.clock import ShiftedClock, SystemClock
from gateway.ops.doctor import files, shown_certificates
from gateway.ops.doctor.box import Box
from gateway.settings import Settings
from gateway.web.tls import names
from gateway.web.tls.own import Own
from tests.support import settings as make_settings
from tests.support.certificates import Authority, Signed


@pytest.fixture
def public(tmp_path: Path) -> Authority:
    return Authority(tmp_path, SystemClock().now(), "public")


def make(folder: Path, **sections: Any) -> Settings:
    sections["sites"] = {
        "staff": {"host": "127.0.0.1", "port": 0},
        "shopper": {"host": "127.0.0.1", "port": 0},
    } | sections.get("sites", {})
    return make_settings.make(folder, **sections)


def given(signed: Signed) -> dict[str, Any]:
    return {
        "host": "127.0.0.1",
        "port": 0,
        "certificate": signed.certificate,
        "key": signed.key,
    }


def codes(settings: Settings) -> list[str]:
    box = Box(settings=settings, clock=SystemClock())
    return [one.advice.code for one in shown_certificates.look(box)]


def test_a_good_one_and_none_say_nothing(tmp_path: Path, public: Authority) -> None:
    assert codes(make(tmp_path)) == []
    good = given(public.sign("localhost"))
    assert codes(make(tmp_path, sites={"staff": good})) == []


@pytest.mark.parametrize(
    ("days", "code"), [(20, "certificate_ours_soon_over"), (-1, "certificate_ours_over")]
)
def test_the_end_is_told(tmp_path: Path, public: Authority, days: int, code: str) -> None:
    signed = public.sign("localhost", days=days)
    assert codes(make(tmp_path, sites={"staff": given(signed)})) == [code]
    link = {
        "tls": True,
        "cert_file": signed.certificate,
        "key_file": signed.key,
    }
    assert codes(make(tmp_path, shop_broker=link)) == [code]


def test_files_that_do_not_fit_together_are_told(tmp_path: Path, public: Authority) -> None:
    one, other = public.sign("localhost"), public.sign("localhost", days=90)
    mixed = Signed(one.certificate, other.key)
    box = Box(settings=make(tmp_path, sites={"staff": given(mixed)}), clock=SystemClock())
    (found,) = shown_certificates.look(box)
    assert found.advice.code == "certificate_broken"
    assert "is not the key of" in found.detail
    assert "[sites.staff]" in found.what("en")


@pytest.mark.parametrize(
    ("name", "base", "told"),
    [
        ("q.example.com", "https://q.example.com/s042", []),
        ("*.example.com", "https://q.example.com", []),
        ("*.example.com", "https://a.q.example.com", ["certificate_not_for_base"]),
        ("other.example.com", "https://q.example.com", ["certificate_not_for_base"]),
        ("q.example.com", "http://q.example.com", ["certificate_base_is_http"]),
    ],
)
def test_a_certificate_for_another_name_than_the_codes_say_is_told(
    tmp_path: Path, public: Authority, name: str, base: str, told: list[str]
) -> None:
    shopper = given(public.sign(name))
    settings = make(tmp_path, sites={"shopper": shopper}, shop={"public_base": base})
    assert codes(settings) == told


def test_a_name_that_leads_elsewhere_is_told(tmp_path: Path, public: Authority) -> None:
    elsewhere = given(public.sign("192.0.2.1"))
    assert codes(make(tmp_path, sites={"staff": elsewhere})) == ["certificate_leads_elsewhere"]


def test_the_boxs_own_is_told_when_nobody_renewed_it(tmp_path: Path) -> None:
    settings, clock = make(tmp_path), ShiftedClock(SystemClock())
    settings.data.folder.mkdir()
    Own(settings).renew(names.machine(settings.sites.staff), None, clock.now())
    assert codes(settings) == []
    box = Box(settings=settings, clock=clock)
    clock.advance(timedelta(days=600))
    (found,) = shown_certificates.look(box)
    assert found.advice.code == "certificate_own_over"


def test_keys_that_everybody_can_read_are_told(tmp_path: Path, public: Authority) -> None:
    signed = public.sign("localhost")
    signed.key.chmod(0o644)
    settings = make(tmp_path, sites={"staff": given(signed)})
    settings.data.folder.mkdir(mode=0o700)
    own = Own(settings)
    own.renew(names.machine(settings.sites.staff), None, SystemClock().now())
    own.file.chmod(0o604)
    box = Box(settings=settings, clock=SystemClock())
    told = [one.where for one in files.look(box) if one.advice is files.SECRET_OPEN]
    assert told == [str(signed.key), str(own.file)]


def test_passwords_in_the_clear_are_told(tmp_path: Path) -> None:
    staff = {"host": "0.0.0.0", "port": 0, "https": False, "secure_cookies": True}  # noqa: S104
    assert codes(make(tmp_path, sites={"staff": staff})) == ["staff_in_the_clear"]
