from __future__ import annotations

import pytest

from gateway.domain import wifi
from gateway.domain.wifi import WifiError


@pytest.mark.parametrize(
    ("name", "password", "code"),
    [
        ("Tienda", "una clave", "WIFI:T:WPA;S:Tienda;P:una clave;;"),
        ("Tienda", "", "WIFI:T:nopass;S:Tienda;;"),
        (
            'a;b,"c":\\d',
            "p;q,r:s\\t",
            'WIFI:T:WPA;S:a\\;b\\,\\"c\\"\\:\\\\d;P:p\\;q\\,r\\:s\\\\t;;',
        ),
        ("Café", "12345678", "WIFI:T:WPA;S:Café;P:12345678;;"),
        ("n" * 32, "p" * 63, f"WIFI:T:WPA;S:{'n' * 32};P:{'p' * 63};;"),
        ("Tienda", "aF" * 32, f"WIFI:T:WPA;S:Tienda;P:{'aF' * 32};;"),
    ],
)
def test_a_network_is_a_code_that_cameras_know(name: str, password: str, code: str) -> None:
    assert wifi.code(name, password) == code


@pytest.mark.parametrize(
    ("name", "password", "wrong"),
    [
        ("", "una clave", "name"),
        ("n" * 33, "", "name"),
        ("é" * 17, "", "name"),
        ("a\nb", "", "name"),
        ("Tienda", "1234567", "password"),
        ("Tienda", "p" * 64, "password"),
        ("Tienda", "contraseña", "password"),
        ("Tienda", "clave\tclave", "password"),
    ],
)
def test_what_no_network_has_is_refused(name: str, password: str, wrong: str) -> None:
    with pytest.raises(WifiError) as refused:
        wifi.code(name, password)
    assert refused.value.code == wrong
