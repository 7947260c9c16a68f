"""The words of the page that says what a label showed."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.domain.proof import BROKER_AWAY, GATEWAY_OFF, WAY_AWAY, WAY_SILENT
from gateway.web.words import Text

SHOWED = Text(es="¿Qué mostraba?", en="What did it show?")
SHOWED_LEAD = Text(
    es="Lo que una etiqueta mostraba a una hora, según confirmó ella misma.",
    en="What a label showed at a time, as the label itself confirmed.",
)
SHOWED_LABEL = Text(es="Etiqueta", en="Label")
SHOWED_DAY = Text(es="Día", en="Day")
SHOWED_TIME = Text(es="Hora", en="Time")
SHOWED_LOOK = Text(es="Ver", en="Look")
SHOWED_AT = Text(es="{label}, {at}", en="{label}, {at}")
SHOWED_SINCE = Text(es="La mostraba desde", en="It showed this since")
SHOWED_UNTIL = Text(es="Hasta", en="Until")
SHOWED_STILL = Text(es="todavía la muestra", en="it still does")
SHOWED_PRICE = Text(es="Precio", en="Price")
SHOWED_NO_PRICE = Text(es="ninguno", en="none")
SHOWED_PRIOR = Text(es="{price} (antes {prior})", en="{price} (before {prior})")
SHOWED_ARTICLES = Text(es="Artículos", en="Articles")
SHOWED_TEMPLATE = Text(es="Plantilla", en="Template")
SHOWED_PIXELS = Text(es="SHA-256 de los puntos", en="SHA-256 of the pixels")
SHOWED_BYTES = Text(es="SHA-256 de lo enviado", en="SHA-256 of what was sent")
SHOWED_SAME = Text(
    es="La imagen guardada da otra vez el mismo resumen.",
    en="The picture that is kept gives the same hash again.",
)
SHOWED_NOT_SAME = Text(
    es="La imagen guardada no da el resumen del registro: alguien la cambió.",
    en="The picture that is kept does not give the hash on record: somebody changed it.",
)
SHOWED_NOT_KEPT = Text(
    es="La imagen ya no se guarda; queda su resumen.",
    en="The picture is not kept any more; its hash is.",
)
SHOWED_DOUBTED = Text(
    es="Entonces no se sabía si la hora era la correcta.",
    en="Whether the time was right was not known then.",
)
SHOWED_NOTHING = Text(
    es="Ninguna imagen nuestra confirmada", en="No picture of ours that it had confirmed"
)
SHOWED_LOST = Text(
    es="Dijo que ya no mostraba nuestra imagen", en="It said that it showed our picture no more"
)
SHOWED_GONE = Text(
    es="El registro de entonces ya no se guarda", en="The record of then is not kept any more"
)
SHOWED_BEGINS = Text(es="Empieza", en="It begins")
SHOWED_NO_RECORD = Text(
    es="De esta etiqueta no hay ningún registro", en="There is no record of this label"
)
SHOWED_NO_TIME = Text(es="Escribe un día y una hora", en="Write a day and a time")
SHOWED_ASKED = Text(
    es="Se le había pedido otra y no la había confirmado: {price}",
    en="It had been asked for another and had not confirmed it: {price}",
)
SHOWED_REACHABLE = Text(es="Estaba al alcance", en="It was in reach")
SHOWED_UNREACHABLE = Text(
    es="No estaba al alcance: lo último que confirmó",
    en="It was out of reach: what it had confirmed last",
)
SHOWED_AWAY = Text(es="Sin contacto", en="Out of reach")
SHOWED_EXPORT = Text(es="Descargar el registro (CSV)", en="Download the record (CSV)")
SHOWED_LINK = Text(es="¿Qué mostraba a otra hora?", en="What did it show at another time?")

WHY: Mapping[str, Text] = {
    GATEWAY_OFF: Text(es="el equipo estaba apagado", en="the box was off"),
    BROKER_AWAY: Text(es="el bróker no estaba", en="the broker was away"),
    WAY_AWAY: Text(
        es="su adaptador o punto de acceso no funcionaba",
        en="its adapter or access point did not work",
    ),
    WAY_SILENT: Text(
        es="por su adaptador o punto de acceso no se oía nada",
        en="nothing was heard over its adapter or access point",
    ),
}
