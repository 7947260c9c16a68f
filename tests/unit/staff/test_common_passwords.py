"""Passwords that anybody tries first."""

from __future__ import annotations

import pytest

from gateway.staff import passwords
from gateway.staff.common_passwords import WORDS, is_common
from gateway.staff.passwords import PasswordError


@pytest.mark.parametrize(
    "password",
    [
        *("password", "Password1!", "P@ssw0rd2026", "passw0rd", "12345678", "19851224"),
        *("Contraseña123", "contrasena", "qwertyuiop", "aaaaaaaaaaaa", "abababab", "abcdefghijkl"),
        *("1234567890123", "Anaquel2026", "teamo1234", "¡tienda2024!", "3312345678"),
    ],
)
def test_what_anybody_tries_first_is_no_password(password: str) -> None:
    with pytest.raises(PasswordError, match="first that anybody tries"):
        passwords.hash_(password)


@pytest.mark.parametrize(
    "password",
    ["una clave larga", "password of the north", "mi tienda azul", "8f3kq0zz", "481516234242"],
)
def test_others_are(password: str) -> None:
    assert not is_common(password)


def test_each_word_is_one_that_is_compared() -> None:
    assert all(is_common(word) and is_common(f"{word.title()}2026!") for word in WORDS)
