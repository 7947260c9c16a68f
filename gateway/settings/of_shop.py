"""The shop's own settings: the one table of what there is, what each may be, and who changes it.

They are kept in the database and changed while the gateway runs; ``config.toml`` has what belongs
to the box. A value is a text in its one written form, None where the shop has none; defaults are
those of ``Shop``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final, Literal

from gateway.domain.money import AMOUNT, MINOR_UNITS
from gateway.errors import AnaquelError
from gateway.settings import zones
from gateway.settings.sections import Shop
from gateway.wording import languages
from gateway.wording.text import Text

LONGEST: Final = 500
"""Characters of any value as it is written."""
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_QUIET: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_MOST_RANGES: Final = 10

Read = Callable[[str, str], str]
"""Takes what was written, which is not empty, and the shop's country; returns its one form."""


class WrongSettingError(AnaquelError):
    """A setting cannot be that; ``why`` says what is wrong and what to do."""

    def __init__(self, name: str, given: str, why: Text, **facts: str) -> None:
        shown = given if len(given) <= 60 else given[:60] + "…"
        self.name = name
        self.why = Text(es=why.say("es", **facts), en=why.say("en", **facts))
        super().__init__(f'{name} = "{shown}": {self.why.en}')


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One of them. ``least`` is the least role that may change it.

    ``choices`` are the only values where there are some, with the words for each. ``hint`` says
    what it does and what to write.
    """

    name: str
    title: Text
    hint: Text
    read: Read
    choices: Mapping[str, Text] = field(default_factory=dict)
    least: Literal["manager", "administrator"] = "manager"

    @property
    def default(self) -> str | None:
        """What holds while nobody has said anything else."""
        value: str | None = Shop.model_fields[self.name].default
        return value


class _UnusableError(Exception):
    def __init__(self, why: Text, **facts: str) -> None:
        super().__init__(why.en)
        self.why = why
        self.facts = facts


def _words(text: str, _: str) -> str:
    if len(text) > 100 or _CONTROL.search(text):
        raise _UnusableError(
            Text(
                es="es demasiado largo o tiene signos que no se ven; escribe hasta 100 letras en "
                "una línea",
                en="is too long or has characters that cannot be seen; write up to 100 letters in "
                "one line",
            )
        )
    return text


def _one_of(choices: Mapping[str, Text]) -> Read:
    def read(text: str, _: str) -> str:
        if text not in choices:
            raise _UnusableError(
                Text(
                    es="no es posible aquí; elige entre: {known}",
                    en="is not possible here; choose one of: {known}",
                ),
                known=", ".join(choices),
            )
        return text

    return read


def _country(text: str, _: str) -> str:
    code = text.upper()
    if code not in languages.countries():
        raise _UnusableError(
            Text(
                es="no es un país; escribe las dos mayúsculas de ISO 3166, como MX o ES",
                en="is no country; write the two capitals of ISO 3166, like MX or ES",
            )
        )
    return code


def _currency(text: str, _: str) -> str:
    code = text.upper()
    if code not in MINOR_UNITS:
        raise _UnusableError(
            Text(
                es="no es una moneda; escribe su código ISO 4217, como MXN o EUR",
                en="is no currency; write its ISO 4217 code, like MXN or EUR",
            )
        )
    return code


def _time_zone(text: str, country: str) -> str:
    if not zones.is_of_a_place(text):
        meant = zones.like(text, country) or ("Europe/Madrid",)
        raise _UnusableError(
            Text(
                es="no es la zona horaria de un lugar; escribe {meant}",
                en="is no time zone of a place; write {meant}",
            ),
            meant=" / ".join(meant),
        )
    return text


def _quiet_hours(text: str, _: str) -> str:
    begins, _sign, ends = text.partition("-")
    plain = f"{begins.strip()}-{ends.strip()}"
    if _QUIET.fullmatch(plain) is None or begins.strip() == ends.strip():
        raise _UnusableError(
            Text(
                es="no son unas horas; escribe cuándo empieza y cuándo termina, como 22:00-06:30",
                en="are no hours; write when it begins and when it ends, like 22:00-06:30",
            )
        )
    return plain


def _usual_prices(text: str, _: str) -> str:
    ranges = [one.split() for one in text.split(",")]
    good = len(ranges) <= _MOST_RANGES and all(map(_is_range, ranges))
    if not good or len({one[0] for one in ranges}) < len(ranges):
        raise _UnusableError(
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


_LANGUAGES: Final = {"es": Text(es="Español", en="Spanish"), "en": Text(es="Inglés", en="English")}
_INCREASES: Final = {
    "at_once": Text(es="en seguida", en="at once"),
    "when_closed": Text(es="cuando la tienda cierra", en="when the shop closes"),
}
_DECIDES: Final = {
    "manager": Text(es="las gerencias de la tienda", en="the shop's managers"),
    "central": Text(es="la central", en="central"),
}

SETTINGS: Final = (
    Setting(
        name="name",
        title=Text(es="Nombre de la tienda", en="Name of the shop"),
        hint=Text(
            es="Lo leen los clientes. Si la central envía el nombre de la tienda, vale el suyo.",
            en="Shoppers read it. Where central sends the shop's name, that one counts.",
        ),
        read=_words,
    ),
    Setting(
        name="language",
        title=Text(es="Idioma", en="Language"),
        hint=Text(
            es="De las etiquetas, y de las páginas para teléfonos que no piden ninguno de los dos.",
            en="Of labels, and of pages for phones that ask for neither.",
        ),
        read=_one_of(_LANGUAGES),
        choices=_LANGUAGES,
    ),
    Setting(
        name="second_language",
        title=Text(es="Segundo idioma de las etiquetas", en="Second language of labels"),
        hint=Text(
            es="Para plantillas que dicen las cosas dos veces.",
            en="For templates that say things twice.",
        ),
        read=_one_of(_LANGUAGES),
        choices=_LANGUAGES,
    ),
    Setting(
        name="country",
        title=Text(es="País", en="Country"),
        hint=Text(
            es="Decide las reglas de los precios y cómo se escriben.",
            en="It decides the rules for prices and how they are written.",
        ),
        read=_country,
    ),
    Setting(
        name="currency",
        title=Text(es="Moneda", en="Currency"),
        hint=Text(
            es="De los archivos que no dicen la suya.",
            en="Of files that do not name theirs.",
        ),
        read=_currency,
    ),
    Setting(
        name="time_zone",
        title=Text(es="Zona horaria", en="Time zone"),
        hint=Text(
            es="Decide cuándo empieza y termina una oferta.",
            en="It decides when an offer begins and ends.",
        ),
        read=_time_zone,
    ),
    Setting(
        name="increases",
        title=Text(es="Un precio sube", en="A price rises"),
        hint=Text(
            es="Cuando la tienda cierra: nadie paga más de lo que decía la etiqueta. Necesita el "
            "horario de la tienda.",
            en="When the shop closes: nobody pays more than the label said. It needs the shop's "
            "opening hours.",
        ),
        read=_one_of(_INCREASES),
        choices=_INCREASES,
    ),
    Setting(
        name="quiet_hours",
        title=Text(es="Horas de silencio", en="Quiet hours"),
        hint=Text(
            es="Como 22:00-06:30. Entonces las etiquetas descansan, menos por lo urgente.",
            en="Like 22:00-06:30. Labels are left alone then, but for what is urgent.",
        ),
        read=_quiet_hours,
    ),
    Setting(
        name="usual_prices",
        title=Text(es="Precios normales", en="Usual prices"),
        hint=Text(
            es="Como MXN 0.50 20000. Un precio fuera de ahí se retiene.",
            en="Like MXN 0.50 20000. A price outside is held.",
        ),
        read=_usual_prices,
    ),
    Setting(
        name="guard_decides",
        title=Text(es="Sobre lo retenido decide", en="About what is held decide"),
        hint=Text(
            es="Sobre lo que envía la central. Lo cambia quien administra el sistema.",
            en="About what central sends. An administrator changes it.",
        ),
        read=_one_of(_DECIDES),
        choices=_DECIDES,
        least="administrator",
    ),
)
BY_NAME: Final[Mapping[str, Setting]] = MappingProxyType({one.name: one for one in SETTINGS})

UNKNOWN: Final = Text(
    es="no es un ajuste de la tienda; los hay: {known}",
    en="is no setting of the shop; there are: {known}",
)
_NO_TEXT: Final = Text(
    es="no es un texto; escríbelo entre comillas, o null para el valor de fábrica",
    en="is no text; write one in quotes, or null for the default",
)
_TOO_LONG: Final = Text(
    es="es demasiado largo; escribe hasta {most} letras",
    en="is too long; write up to {most} letters",
)
_SAME: Final = Text(
    es="ya es el primer idioma; elige el otro, o ninguno",
    en="is the first language too; choose the other one, or none",
)


LOCKED: Final = Text(
    es="lo fija la central y aquí no se cambia; pídeselo a ella",
    en="is set by central and cannot be changed here; ask central",
)
NOT_YOURS: Final = Text(
    es="lo cambia quien administra el sistema; pídeselo",
    en="is for an administrator to change; ask one",
)
MEANWHILE: Final = Text(
    es="alguien lo cambió entre tanto; mira cómo está ahora y cámbialo otra vez si hace falta",
    en="somebody changed it meanwhile; look at what it is now, and change it again if need be",
)


def in_force(name: str, value: str | None) -> str | None:
    """What holds where the setting has this value: its default for None."""
    return BY_NAME[name].default if value is None else value


def now(own: Shop) -> dict[str, str | None]:
    """The value of every setting."""
    return {one.name: getattr(own, one.name) for one in SETTINGS}


def checked(
    own: Shop, wanted: Mapping[str, Any]
) -> tuple[dict[str, str | None], list[WrongSettingError]]:
    """What was written in its one form, None for the default, and what cannot be.

    ``own`` are the settings that hold now; those that stay count for what must fit together.
    """
    good: dict[str, str | None] = {}
    wrong: list[WrongSettingError] = []
    country = wanted.get("country")
    if not isinstance(country, str) or country.upper() not in languages.countries():
        country = own.country
    for name, given in wanted.items():
        try:
            good[name] = _read(name, given, country.upper())
        except WrongSettingError as error:
            wrong.append(error)
    first, second = (
        (now(own) | _with_defaults(good))[one] for one in ("language", "second_language")
    )
    if first == second and not {one.name for one in wrong} & {"language", "second_language"}:
        wrong.append(WrongSettingError("second_language", str(second), _SAME))
        good.pop("second_language", None)
    return good, wrong


def _with_defaults(values: Mapping[str, str | None]) -> dict[str, str | None]:
    return {name: in_force(name, value) for name, value in values.items()}


def _read(name: str, given: object, country: str) -> str | None:
    setting = BY_NAME.get(name)
    if setting is None:
        raise WrongSettingError(name[:64], str(given), UNKNOWN, known=", ".join(BY_NAME))
    if given is None:
        return None
    if not isinstance(given, str):
        raise WrongSettingError(name, str(given), _NO_TEXT)
    text = given.strip()
    if len(text) > LONGEST:
        raise WrongSettingError(name, text, _TOO_LONG, most=str(LONGEST))
    try:
        return setting.read(text, country) if text else None
    except _UnusableError as error:
        raise WrongSettingError(name, text, error.why, **error.facts) from error


def with_values(own: Shop, values: Mapping[str, str | None]) -> Shop:
    """The shop with these settings, the others at their defaults; ``values`` were checked."""
    known = {one.name: values.get(one.name) for one in SETTINGS}
    return own.model_copy(update=_with_defaults(known))
