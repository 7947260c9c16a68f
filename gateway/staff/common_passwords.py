"""Passwords that anybody tries first, refused at every length.

People dress them up: a capital, digits and signs round it, a 0 for an o. So what is compared is the
word inside. The words are our own choice of what published lists of leaked passwords begin with, in
English and Spanish, and our name: far fewer than the 3,000 of OWASP ASVS 5.0, 6.2.4, but each
stands for all that it is dressed up as.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

_LOOKS: Final = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t"})
_SIGNS: Final = str.maketrans({"@": "a", "$": "s", "!": "i", "ñ": "n"})
_ROUND: Final = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_FEWEST_DIGITS: Final = 12
"""Digits alone are days of birth and telephone numbers below this."""

_WORDS: Final = """
aaaaaaaa abcabc abcd abcdef abcdefg abcdefgh acceso access admin administrador administrator
alejandro alejandra amigos amor amorcito amoreterno anaquel andrea angel angeles angelica angelito
anthony asdasd asdf asdfasdf asdfgh asdfghjk asdfghjkl ashley babygirl bailey barcelona baseball
basketball batman beatriz bonita butterfly cambiame camila carlos carolina changeme charlie
chelsea chivas chocolate clave claveclave computadora computer contrasena corazon cristina daniel
daniela default diego dinero dragon eduardo elizabeth estrella familia fernanda fernando flower
football francisco freedom gabriel gabriela ginger guadalajara guest hannah hello hellohello
hermosa hola holahola hunter iloveu iloveyou internet jennifer jessica jessie jesus jesucristo
jordan joshua killer lavida letmein liverpool login lovely loveme madrid manager manuel margarita
mariana mariposa master matthew mexico michael michelle miamor miclave minecraft monica monkey
mustang naruto natalia nicole nothing oscar paloma pass passw passwd password passwordpassword
patricia pepper pokemon porfavor princesa princess purple qazwsx qazwsxedc qweasd qweasdzxc qweqwe
qwer qwert qwerty qwertyqwerty qwertyui qwertyuiop qwertz raspberry realmadrid rebecca ricardo
roberto root samantha samsung santiago sebastian secret secreta secreto seguridad shadow shop
soccer sofia staff starwars summer sunshine superman superuser system tekiero temporal tequiero
test teamo tienda tinkerbell trustno usuario valentina vanessa veronica victoria welcome whatever
william winter zaqwsx zxcvbn zxcvbnm
"""
WORDS: Final = frozenset(_WORDS.split())


def is_common(password: str) -> bool:
    """Whether it is among the first that anybody tries."""
    text = password.casefold()
    if text.isdecimal() and len(text) < _FEWEST_DIGITS:
        return True
    if len(set(text)) <= 2 or _runs(text):
        return True
    return any(_inside(one) in WORDS for one in (text, text.translate(_SIGNS)))


def _runs(text: str) -> bool:
    """Whether each sign is the one after (or before) the one before it, as in 1234567890123."""
    steps = {ord(after) - ord(before) for before, after in pairwise(text)} - {-9, 9}
    return steps in ({1}, {-1})


def _inside(text: str) -> str:
    bare = _ROUND.sub("", text)
    return bare if bare in WORDS else bare.translate(_LOOKS)
