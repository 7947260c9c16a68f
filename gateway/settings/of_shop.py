"""The shop's own settings: read as they are written, checked, and put into force.

They are kept in the database and changed while the gateway runs; ``config.toml`` has what belongs
to the box. A value is a text in its one written form, None where the shop has none; defaults are
those of ``Shop``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from gateway.errors import AnaquelError
from gateway.settings import forms
from gateway.settings.sections import Shop
from gateway.settings.shop_table import LOGO, SETTINGS, Setting
from gateway.wording import languages
from gateway.wording.text import Text


class WrongSettingError(AnaquelError):
    """A setting cannot be that; ``why`` says what is wrong and what to do."""

    def __init__(self, name: str, given: str, why: Text, **facts: str) -> None:
        shown = given if len(given) <= 60 else given[:60] + "…"
        self.name = name
        self.why = Text(es=why.say("es", **facts), en=why.say("en", **facts))
        super().__init__(f'{name} = "{shown}": {self.why.en}')


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


def told(name: str, value: str | None) -> str | None:
    """The value as records of changes have it: of a picture the hash of what is written."""
    if value is None or name != LOGO:
        return value
    return f"sha256:{hashlib.sha256(value.encode()).hexdigest()}"


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
    if len(text) > setting.longest:
        raise WrongSettingError(name, text, _TOO_LONG, most=str(setting.longest))
    try:
        return setting.read(text, country) if text else None
    except forms.UnusableError as error:
        raise WrongSettingError(name, text, error.why, **error.facts) from error


def with_values(own: Shop, values: Mapping[str, str | None]) -> Shop:
    """The shop with these settings, the others at their defaults; ``values`` were checked."""
    known = {one.name: values.get(one.name) for one in SETTINGS}
    return own.model_copy(update=_with_defaults(known))
