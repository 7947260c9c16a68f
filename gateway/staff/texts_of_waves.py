"""What the staff site says about waves of deliveries and how long changes take."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.domain.forecasting import Forecast
from gateway.staff.explaining import Reader
from gateway.web.words import Text

WAVES = Text(es="Envíos en curso", en="Under way")
CAUSES: Mapping[str, Text] = {
    "feed": Text(es="Datos nuevos", en="New data"),
    "time": Text(es="Precios que cambian a su hora", en="Prices that change at their time"),
    "template": Text(es="Diseño nuevo", en="New design"),
    "settings": Text(es="Ajustes nuevos", en="New settings"),
    "repair": Text(es="Imágenes que faltaban", en="Pictures that were missing"),
}
WAVE_OTHER_CAUSE = Text(es="Otros cambios", en="Other changes")
WAVE_PROGRESS = Text(es="{shown} de {total} etiquetas", en="{shown} of {total} labels")
WAVE_ENDS_AT = Text(es="Termina hacia las {time}", en="Done at about {time}")
WAVE_ENDS_LATER = Text(es="Termina {day} hacia las {time}", en="Done on {day} at about {time}")
WAVE_PAUSED = Text(es="En pausa: no se envía nada más", en="Paused: nothing more is sent")
WAVE_CANCELLED = Text(
    es="Cancelado: {left} etiquetas siguen como estaban",
    en="Cancelled: {left} labels stay as they were",
)
WAVE_PAUSE = Text(es="Pausar", en="Pause")
WAVE_RESUME = Text(es="Continuar", en="Go on")
WAVE_CANCEL = Text(es="Cancelar", en="Cancel")
WAVE_DID_PAUSED = Text(
    es="En pausa. Lo urgente se envía igual.", en="Paused. What is urgent is sent all the same."
)
WAVE_DID_RESUMED = Text(es="Continúa.", en="It goes on.")
WAVE_DID_CANCELLED = Text(
    es="Cancelado. Puedes continuar cuando quieras.", en="Cancelled. You can go on at any time."
)
WAVE_NOT_YOURS = Text(es="No puedes decidirlo", en="You cannot decide this")
WAVE_NOT_YOURS_ADVICE = Text(es="Pídeselo a la persona encargada.", en="Ask a manager.")
WAVE_UNKNOWN = Text(es="Ese envío ya no existe", en="That wave is gone")
WAVE_UNKNOWN_ADVICE = Text(es="Vuelve a Hoy.", en="Go back to Today.")

_SECONDS = Text(es="menos de un minuto", en="less than a minute")
_MINUTES = Text(es="unos {count} min", en="about {count} min")
_HOURS = Text(es="unas {count} h", en="about {count} h")
_NEEDS_ONE = Text(es="Necesita {time} por una sola vía", en="Needs {time} over one way")
_NEEDS = Text(es="Necesita {time} por {ways} vías", en="Needs {time} over {ways} ways")
_NOTHING = Text(es="No cambia ninguna etiqueta.", en="No label changes.")
_FITS = Text(es="hay {window} min: alcanza", en="there are {window} min: it fits")
_FITS_NOT = Text(es="hay {window} min: no alcanza", en="there are {window} min: it does not fit")
_GUESSED = Text(
    es="Es una estimación: aún no se ha medido.", en="It is a guess: nothing was measured yet."
)


def forecast(reader: Reader, found: Forecast, ways: int, window_minutes: int | None) -> str:
    """How long a change takes, in a sentence."""
    language = reader.language
    if not found.labels:
        return _NOTHING.say(language)
    minutes = -(-int(found.seconds) // 60)
    if found.seconds < 60:
        time = _SECONDS.say(language)
    elif minutes < 120:
        time = _MINUTES.say(language, count=reader.count(minutes))
    else:
        time = _HOURS.say(language, count=reader.count(-(-minutes // 60)))
    needs = _NEEDS_ONE if ways == 1 else _NEEDS
    parts = [needs.say(language, time=time, ways=reader.count(ways))]
    if window_minutes is not None:
        fits = _FITS if found.fits(window_minutes * 60.0) else _FITS_NOT
        parts.append(fits.say(language, window=reader.count(window_minutes)))
    said = ", ".join(parts) + "."
    return said if found.measured else f"{said} {_GUESSED.say(language)}"
