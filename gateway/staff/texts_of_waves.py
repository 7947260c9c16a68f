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
    "restored": Text(es="Datos restaurados de una copia", en="Data restored from a backup"),
    "repair": Text(es="Imágenes que faltaban", en="Pictures that were missing"),
}
WAVE_OTHER_CAUSE = Text(es="Otros cambios", en="Other changes")
WAVE_PROGRESS = Text(es="{shown} de {total} etiquetas", en="{shown} of {total} labels")
WAVES_ALL = Text(es="Ver todos", en="See all")
WAVES_OVER = Text(es="Envíos anteriores", en="Earlier waves")
WAVES_EVERY = Text(es="Envíos", en="Waves")
WAVES_LEAD = Text(
    es="Un envío son muchas etiquetas que cambian por la misma causa.",
    en="A wave is many labels that change for the same cause.",
)
WAVES_NONE = Text(es="Ningún envío todavía", en="No waves yet")
WAVES_NONE_ADVICE = Text(
    es="Aquí aparecen los cambios de muchas etiquetas a la vez.",
    en="Changes of many labels at once appear here.",
)
WAVE_BEGAN = Text(es="Desde {time}", en="Since {time}")
WAVE_UNDER_WAY = Text(es="En curso", en="Under way")
WAVE_STATE_PAUSED = Text(es="En pausa", en="Paused")
WAVE_STATE_CANCELLED = Text(es="Cancelado", en="Cancelled")
WAVE_DONE = Text(es="Terminado", en="Done")
WAVE_DONE_AT = Text(es="Terminado: {time}", en="Done: {time}")
WAVE_ENDS_AT = Text(es="Termina hacia las {time}", en="Done at about {time}")
WAVE_ENDS_LATER = Text(es="Termina {day} hacia las {time}", en="Done on {day} at about {time}")
WAVE_PAUSED = Text(
    es="En pausa por {by}, {time}. Etiquetas que esperan: {count}",
    en="Paused by {by}, {time}. Labels that wait: {count}",
)
WAVE_CANCELLED = Text(
    es="Cancelado por {by}, {time}. Etiquetas que siguen como estaban: {count}",
    en="Cancelled by {by}, {time}. Labels that stay as they were: {count}",
)
WAVE_PAUSE = Text(es="Pausar", en="Pause")
WAVE_RESUME = Text(es="Continuar", en="Go on")
WAVE_CANCEL = Text(es="Cancelar…", en="Cancel…")
WAVE_SEND = Text(es="Enviarlas ahora", en="Send them now")

CANCEL_TITLE = Text(es="¿Cancelar este envío?", en="Cancel this wave?")
CANCEL_PRICE = Text(
    es="etiquetas con el precio anterior, hasta que las envíes o llegue otro precio",
    en="labels with the old price, until you send them or another price comes",
)
CANCEL_LAW = Text(
    es="Mientras tanto la etiqueta y la caja no dicen lo mismo: "
    "quien compra puede exigir el precio de la etiqueta.",
    en="Until then label and till do not agree: shoppers may insist on the price on the label.",
)
CANCEL_PICTURE = Text(
    es="etiquetas con la imagen anterior y el precio correcto",
    en="labels with the old picture and the right price",
)
CANCEL_SENT = Text(
    es="se envían igual: precios que bajan, correcciones y lo que no se debe vender",
    en="are sent all the same: lower prices, corrections and what must not be sold",
)
CANCEL_COMING = Text(
    es="imágenes de este cambio se preparan todavía; vale lo mismo para ellas",
    en="pictures of this change are still being drawn; the same goes for them",
)
CANCEL_TASK = Text(
    es="Queda una tarea en Hoy, con un botón para enviarlas.",
    en="A task stays on Today, with a button to send them.",
)
CANCEL_NOTHING = Text(es="Ya no queda nada que cancelar", en="There is nothing left to cancel")
CANCEL_NOTHING_ADVICE = Text(
    es="Lo que falta se envía en cualquier caso.", en="What is left is sent in any case."
)
CANCEL_CONFIRM = Text(es="Cancelar el envío", en="Cancel the wave")
CANCEL_BACK = Text(es="Dejarlo seguir", en="Let it go on")
WAVE_OVER = Text(es="Ya está cancelado", en="It is cancelled already")

TASK_OLD_PRICE = Text(
    es="Etiquetas con el precio anterior: {count}", en="Labels with the old price: {count}"
)
TASK_OLD_PICTURE = Text(
    es="Etiquetas con la imagen anterior: {count}", en="Labels with the old picture: {count}"
)
TASK_CANCELLED_WHY = Text(
    es="{by} canceló el envío «{what}», {time}.", en='{by} cancelled the wave "{what}", {time}.'
)
TASK_ALSO_PICTURES = Text(
    es="Otras con la imagen anterior y el precio correcto: {count}.",
    en="Others with the old picture and the right price: {count}.",
)
TASK_OLD_PRICE_ADVICE = Text(
    es="Envíalas, o cuida de que en caja valga lo que dice la etiqueta.",
    en="Send them, or see to it that the till charges what the label says.",
)
TASK_OLD_PICTURE_ADVICE = Text(
    es="El precio es correcto. Envíalas cuando quieras.",
    en="The price is right. Send them when you like.",
)
TASK_PAUSED = Text(es="Etiquetas en pausa: {count}", en="Labels on pause: {count}")
TASK_PAUSED_WHY = Text(
    es="{by} puso en pausa el envío «{what}», {time}. Con otro precio que el vigente: {prices}.",
    en='{by} paused the wave "{what}", {time}. With another price than the one in force: {prices}.',
)
TASK_PAUSED_ADVICE = Text(
    es="Continúa con el envío o cancélalo.", en="Go on with the wave or cancel it."
)
TASK_NOT_YOURS_ADVICE = Text(es="Avisa a la persona encargada.", en="Tell a manager.")
WAVE_DID_PAUSED = Text(
    es="En pausa. Lo urgente se envía igual.", en="Paused. What is urgent is sent all the same."
)
WAVE_DID_RESUMED = Text(es="Continúa.", en="It goes on.")
WAVE_DID_CANCELLED = Text(
    es="Cancelado. Puedes enviar lo que falta cuando quieras.",
    en="Cancelled. You can send what is left at any time.",
)
WAVE_UNKNOWN = Text(es="Ese envío ya no existe", en="That wave is gone")
WAVE_UNKNOWN_ADVICE = Text(
    es="Mira en la lista de envíos (/waves).", en="Look at the list of waves (/waves)."
)

_SECONDS = Text(es="menos de un minuto", en="less than a minute")
_MINUTES = Text(es="unos {count} min", en="about {count} min")
_HOURS = Text(es="unas {count} h", en="about {count} h")
_ONE_LABEL = Text(es="1 etiqueta", en="1 label")
_LABELS = Text(es="{count} etiquetas", en="{count} labels")
_NEEDS_ONE = Text(
    es="Cambiar {labels} lleva {time} por una sola vía",
    en="Changing {labels} takes {time} over one way",
)
_NEEDS = Text(
    es="Cambiar {labels} lleva {time} por {ways} vías",
    en="Changing {labels} takes {time} over {ways} ways",
)
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
    many = _ONE_LABEL if found.labels == 1 else _LABELS
    labels = many.say(language, count=reader.count(found.labels))
    parts = [needs.say(language, labels=labels, time=time, ways=reader.count(ways))]
    if window_minutes is not None:
        fits = _FITS if found.fits(window_minutes * 60.0) else _FITS_NOT
        parts.append(fits.say(language, window=reader.count(window_minutes)))
    said = ", ".join(parts) + "."
    return said if found.measured else f"{said} {_GUESSED.say(language)}"
