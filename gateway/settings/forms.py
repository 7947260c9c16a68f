"""How the shop's own settings are written: each is read, or refused with what to write."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from gateway.domain import labels, opening, png, request_links
from gateway.domain import opening_check as opening_checks
from gateway.domain.money import AMOUNT, MINOR_UNITS
from gateway.settings import zones
from gateway.wording import languages
from gateway.wording.text import Text

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_COLOR: Final = re.compile(r"#?([0-9A-Fa-f]{6})")
_QUIET: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d", re.ASCII)
LOGO_BYTES: Final = 32 * 1024
LOGO_SIZE: Final = (480, 160)
"""Width and height at most, in pixels: twice what pages show."""
_CLOCK: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_MOST_RANGES: Final = 10
_MOST_SPANS: Final = 14
_MOST_PLACES: Final = 20
_LONGEST_PLACE: Final = 40
_HOLD_MINUTES: Final = range(10, 2881)

Read = Callable[[str, str], str]
"""Takes what was written, which is not empty, and the shop's country; returns its one form."""


class UnusableError(Exception):
    """The setting cannot be that; ``facts`` fill the gaps in ``why``."""

    def __init__(self, why: Text, **facts: str) -> None:
        super().__init__(why.en)
        self.why = why
        self.facts = facts


def words(most: int) -> Read:
    """Words in one line, up to ``most`` letters."""

    def read(text: str, _: str) -> str:
        if len(text) > most or _CONTROL.search(text):
            raise UnusableError(
                Text(
                    es="es demasiado largo o tiene signos que no se ven; escribe hasta {most} "
                    "letras en una línea",
                    en="is too long or has characters that cannot be seen; write up to {most} "
                    "letters in one line",
                ),
                most=str(most),
            )
        return text

    return read


def color(text: str, _: str) -> str:
    """A colour as ``#rrggbb``."""
    found = _COLOR.fullmatch(text)
    if found is None:
        raise UnusableError(
            Text(
                es="no es un color; escribe # y seis cifras o letras de la a a la f, como #24408e",
                en="is no colour; write # and six figures or letters from a to f, like #24408e",
            )
        )
    return f"#{found[1].lower()}"


_NO_LOGO: Final = Text(
    es="no es un logotipo que se pueda usar; elige una imagen en la página Ajustes, que la "
    "prepara, o da un archivo PNG de hasta {width} por {height} puntos y {most} KB en base64",
    en="is no logo that can be used; choose a picture on the page Settings, which prepares it, or "
    "give a PNG file of up to {width} by {height} pixels and {most} KB in base64",
)


def logo(text: str, _: str) -> str:
    """A PNG file of at most ``LOGO_BYTES`` and ``LOGO_SIZE``, in base64."""
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
        size = png.size(data)
    except ValueError:
        data, size = b"", LOGO_SIZE
    most_wide, most_high = LOGO_SIZE
    if not data or len(data) > LOGO_BYTES or size[0] > most_wide or size[1] > most_high:
        most = str(LOGO_BYTES // 1024)
        raise UnusableError(_NO_LOGO, width=str(most_wide), height=str(most_high), most=most)
    return base64.b64encode(data).decode("ascii")


def one_of(choices: Mapping[str, Text]) -> Read:
    """One of the ``choices``."""

    def read(text: str, _: str) -> str:
        if text not in choices:
            raise UnusableError(
                Text(
                    es="no es posible aquí; elige entre: {known}",
                    en="is not possible here; choose one of: {known}",
                ),
                known=", ".join(choices),
            )
        return text

    return read


def country(text: str, _: str) -> str:
    """A country as ISO 3166 has it."""
    code = text.upper()
    if code not in languages.countries():
        raise UnusableError(
            Text(
                es="no es un país; escribe las dos mayúsculas de ISO 3166, como MX o ES",
                en="is no country; write the two capitals of ISO 3166, like MX or ES",
            )
        )
    return code


def currency(text: str, _: str) -> str:
    """A currency as ISO 4217 has it."""
    code = text.upper()
    if code not in MINOR_UNITS:
        raise UnusableError(
            Text(
                es="no es una moneda; escribe su código ISO 4217, como MXN o EUR",
                en="is no currency; write its ISO 4217 code, like MXN or EUR",
            )
        )
    return code


def time_zone(text: str, country: str) -> str:
    """The time zone of a place."""
    if not zones.is_of_a_place(text):
        meant = zones.like(text, country) or ("Europe/Madrid",)
        raise UnusableError(
            Text(
                es="no es la zona horaria de un lugar; escribe {meant}",
                en="is no time zone of a place; write {meant}",
            ),
            meant=" / ".join(meant),
        )
    return text


def opening_hours(text: str, _: str) -> str:
    """Days and hours, like ``mon-fri 09:00-20:00, sat 10:00-14:00``."""
    try:
        lines = opening.written(text)
    except ValueError:
        lines = []
    if not 0 < len(lines) <= _MOST_SPANS:
        raise UnusableError(
            Text(
                es="no son unas horas; escribe días y horas, como lun-vie 09:00-20:00, sáb "
                "10:00-14:00",
                en="are no hours; write days and hours, like mon-fri 09:00-20:00, sat 10:00-14:00",
            )
        )
    # Days in a row are written as one word again.
    return ", ".join(
        f"{'-'.join(dict.fromkeys((line['days'][0], line['days'][-1])))} "
        f"{line['open']}-{line['close']}"
        for line in lines
    )


def quiet_hours(text: str, _: str) -> str:
    """From when to when, like ``22:00-06:30``."""
    begins, _sign, ends = text.partition("-")
    plain = f"{begins.strip()}-{ends.strip()}"
    if _QUIET.fullmatch(plain) is None or begins.strip() == ends.strip():
        raise UnusableError(
            Text(
                es="no son unas horas; escribe cuándo empieza y cuándo termina, como 22:00-06:30",
                en="are no hours; write when it begins and when it ends, like 22:00-06:30",
            )
        )
    return plain


def opening_check(text: str, _: str) -> str:
    """A time of day, like ``08:30``, or that there is none."""
    if text.casefold() == opening_checks.NEVER:
        return opening_checks.NEVER
    if _CLOCK.fullmatch(text) is None:
        raise UnusableError(
            Text(
                es="no es una hora; escribe una como 08:30, o no",
                en="is no time of day; write one like 08:30, or no",
            )
        )
    return text


def names_of_places(text: str, _: str) -> str:
    """Names with commas between them."""
    names = [one.strip() for one in text.split(",")]
    good = 0 < len(names) <= _MOST_PLACES and all(0 < len(one) <= _LONGEST_PLACE for one in names)
    if not good or len(set(names)) < len(names) or _CONTROL.search(text):
        raise UnusableError(
            Text(
                es="no son nombres de lugares; escribe hasta {most}, con una coma entre ellos, "
                "como Probador 1, Probador 2, Zona niños",
                en="are no names of places; write up to {most} with a comma between them, like "
                "Fitting room 1, Fitting room 2, Children",
            ),
            most=str(_MOST_PLACES),
        )
    return ", ".join(names)


def label_code(text: str, _: str) -> str:
    """The code of a label."""
    code = labels.normalise_code(text)
    if code is None:
        raise UnusableError(
            Text(
                es="no es el código de una etiqueta; escribe sus 6 letras o cifras",
                en="is no code of a label; write its 6 letters or digits",
            )
        )
    return code


def hold_minutes(text: str, _: str) -> str:
    """How many minutes a hold lasts."""
    if not (text.isascii() and text.isdigit() and len(text) < 6 and int(text) in _HOLD_MINUTES):
        raise UnusableError(
            Text(
                es="no son minutos; escribe un número entre {least} y {most}",
                en="are no minutes; write a number from {least} to {most}",
            ),
            least=str(_HOLD_MINUTES[0]),
            most=str(_HOLD_MINUTES[-1]),
        )
    return str(int(text))


def link_template(text: str, _: str) -> str:
    """An address with names in braces that are filled in."""
    if request_links.fault(text) is not None:
        known = ", ".join(f"{{{name}}}" for name in request_links.NAMES)
        raise UnusableError(
            Text(
                es="no es una dirección que se pueda usar; escríbela desde https:// y pon entre "
                "llaves solo: {known}",
                en="is no address that can be used; write it from https:// on, and in braces only: "
                "{known}",
            ),
            known=known,
        )
    return text


def usual_prices(text: str, _: str) -> str:
    """Ranges of prices, one per currency."""
    ranges = [one.split() for one in text.split(",")]
    good = len(ranges) <= _MOST_RANGES and all(map(_is_range, ranges))
    if not good or len({one[0] for one in ranges}) < len(ranges):
        raise UnusableError(
            Text(
                es="no se entiende; escribe moneda, precio menor y precio mayor, como MXN 0.50 "
                "20000, y una coma entre monedas",
                en="cannot be read; write currency, least and highest price, like MXN 0.50 20000, "
                "and a comma between currencies",
            )
        )
    return ", ".join(map(" ".join, ranges))


def _is_range(words: list[str]) -> bool:
    if len(words) != 3 or words[0] not in MINOR_UNITS:
        return False
    amounts = words[1:]
    return all(map(AMOUNT.fullmatch, amounts)) and Decimal(amounts[0]) <= Decimal(amounts[1])
