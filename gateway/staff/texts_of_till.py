"""What comparing the shelf with the till says."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.domain.till import Finding
from gateway.web.words import Text

TILL = Text(es="Estante y caja", en="Shelf against till")
TILL_LEAD = Text(
    es="Compara lo que dicen las etiquetas con lo que cobra la caja, lo peor primero.",
    en="Compares what labels say with what the till asks, the worst first.",
)
TILL_FILE = Text(es="Lista de precios de la caja (CSV)", en="Price list of the till (CSV)")
TILL_HINT = Text(
    es="Una columna con el número del artículo (EAN, código o artículo) y otra con su precio. "
    "Los precios de aquí no cambian. Hasta 16 MiB.",
    en="One column with the article's number (gtin, code or id) and one with its price. Prices "
    "here do not change. Up to 16 MiB.",
)
TILL_COMPARE = Text(es="Comparar", en="Compare")
TILL_BUSY = Text(es="Comparando…", en="Comparing…")
TILL_LATEST = Text(es="Comparaciones", en="Comparisons")
TILL_BY = Text(es="Por {name}", en="By {name}")
TILL_PERCENT = Text(es="Coincide el {percent} %", en="{percent} % match")
TILL_NOTHING = Text(es="Nada que comparar", en="Nothing to compare")
TILL_NOTHING_ADVICE = Text(
    es="Ningún número de la lista es de un artículo con precio en esta tienda.",
    en="No number of the list is that of an article with a price in this shop.",
)
TILL_MATCHES = Text(
    es="{matches} de {compared} artículos cuestan lo mismo en el estante y en la caja.",
    en="{matches} of {compared} articles cost the same on the shelf and at the till.",
)
TILL_SEE = Text(es="Ver las diferencias", en="See the differences")
TILL_ALL_SAME = Text(es="Ninguna diferencia", en="No difference")
TILL_FIRST = Text(
    es="La lista tiene las primeras {shown} de {count}.",
    en="The list has the first {shown} of {count}.",
)
TILL_SHELF = Text(es="Estante", en="Shelf")
TILL_ASKS = Text(es="Caja", en="Till")
TILL_GAP = Text(es="Diferencia", en="Difference")
TILL_LABELS = Text(es="Etiquetas: {count}", en="Labels: {count}")
TILL_NO_LABEL = Text(es="Sin etiqueta", en="No label")
TILL_NO_PRICE = Text(es="Sin precio", en="No price")
TILL_UNKNOWN_ONES = Text(
    es="Números que no son de un solo artículo: {count}. Los primeros: {first}.",
    en="Numbers that are not of one article: {count}. The first: {first}.",
)
TILL_UNREAD = Text(
    es="Líneas sin número o sin precio legible: {count}.",
    en="Lines without number or without a price that can be read: {count}.",
)
TILL_NOT_FOUND = Text(es="No conocemos esta comparación", en="We do not know this comparison")
TILL_NOT_FOUND_ADVICE = Text(
    es="Solo se guardan las últimas. Mira la lista.", en="Only the latest are kept. See the list."
)
TILL_WHAT_NOW = Text(
    es="Si la caja cobra más, quita el precio del estante o corrige la caja antes de abrir.",
    en="Where the till asks more, take the price off the shelf or correct the till before opening.",
)

FINDINGS: Mapping[Finding, tuple[Text, str]] = {
    Finding.MATCH: (Text(es="Coincide", en="Match"), "good"),
    Finding.MORE: (Text(es="La caja cobra más", en="The till asks more"), "trouble"),
    Finding.LESS: (Text(es="La caja cobra menos", en="The till asks less"), "attention"),
    Finding.NO_PRICE: (
        Text(es="Sin precio en el estante", en="No price on the shelf"),
        "attention",
    ),
    Finding.OTHER_CURRENCY: (Text(es="Otra moneda", en="Another currency"), "attention"),
}
"""The word for each finding, and its tone."""
