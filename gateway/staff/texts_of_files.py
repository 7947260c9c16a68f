"""Why a file was not used, as the staff site says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.web.words import Text

FAULTS: Final[Mapping[str, Text]] = {
    "too_large": Text(
        es="Es de más de {most} MiB: expórtalo en partes.",
        en="It is larger than {most} MiB: export it in parts.",
    ),
    "too_many_lines": Text(
        es="Tiene más de {most} líneas: expórtalo en partes.",
        en="It has more than {most} lines: export it in parts.",
    ),
    "spreadsheet": Text(
        es="Es una hoja de cálculo y no un CSV: guárdala como «CSV UTF-8».",
        en="It is a spreadsheet and no CSV: save it as “CSV UTF-8”.",
    ),
    "not_text": Text(
        es="No es texto legible: guárdalo como «CSV UTF-8».",
        en="It is no readable text: save it as “CSV UTF-8”.",
    ),
    "cut_off": Text(
        es="En la línea {line} se abre una comilla que no se cierra: puede estar cortado. "
        "Expórtalo de nuevo.",
        en="On line {line} a quotation mark is opened and never closed: it may be cut off. Export "
        "it again.",
    ),
    "missing_columns": Text(
        es="En la primera línea faltan las columnas {columns}: expórtalo de nuevo sin quitar "
        "columnas.",
        en="The first line lacks the columns {columns}: export it again without removing columns.",
    ),
    "no_places": Text(
        es="No dice de qué lugar son las existencias: expórtalo de nuevo con todas las columnas.",
        en="It does not say where the stock is: export it again with all columns.",
    ),
    "other_places": Text(
        es="Ninguno de sus lugares ({places}) es esta tienda. Quien administra el equipo puede "
        "decir cuál es, en [files] locations.",
        en="None of its places ({places}) is this shop. Whoever runs the box can say which one is, "
        "under [files] locations.",
    ),
    "no_article": Text(
        es="No hay ningún artículo en él: exporta todos los artículos de nuevo.",
        en="There is no article in it: export all articles again.",
    ),
    "bad_lines": Text(
        es="{bad} de {lines} líneas no se pueden usar. Las primeras, con su columna: {where}.",
        en="{bad} of {lines} lines cannot be used. The first, with their column: {where}.",
    ),
    "not_owner": Text(
        es="En esta tienda esos datos no vienen de archivos. Quien administra el equipo puede "
        "cambiarlo, en [sources].",
        en="In this shop these rows do not come from files. Whoever runs the box can change that, "
        "under [sources].",
    ),
}
"""By the faults of ``gateway.feed.sources.file_faults``."""

# The page that imports
IMPORT_ = Text(es="Importar un archivo", en="Import a file")
IMPORT_LEAD = Text(
    es="Un CSV con tu catálogo o tus existencias: el que exporta Shopify, o una hoja de cálculo "
    "con las columnas artículo, nombre, precio, moneda, EAN y existencias.",
    en="A CSV with your catalogue or your stock: what Shopify exports, or a spreadsheet with the "
    "columns id, name, price, currency, gtin and stock.",
)
IMPORT_FILE = Text(es="Archivo CSV", en="CSV file")
IMPORT_HINT = Text(
    es="Primero verás qué cambiaría. Hasta 16 MiB.",
    en="You see first what would change. Up to 16 MiB.",
)
IMPORT_EXAMPLE = Text(
    es="¿No tienes ninguno a mano? Descarga un ejemplo con 24 artículos y elígelo aquí",
    en="None at hand? Download an example of 24 articles, and choose it here",
)
IMPORT_LOOK = Text(es="Ver qué cambiaría", en="See what would change")
IMPORT_SCRIPT = Text(
    es="Para esta página el navegador necesita JavaScript.",
    en="For this page the browser needs JavaScript.",
)
IMPORT_BUSY = Text(es="Leyendo el archivo…", en="Reading the file…")
IMPORT_LOST = Text(
    es="El archivo no llegó entero; nada cambió. Inténtalo otra vez.",
    en="The file did not arrive whole; nothing changed. Try again.",
)
IMPORT_WHAT = Text(es="Datos", en="Data")
IMPORT_NEW = Text(es="Nuevos", en="New")
IMPORT_CHANGED = Text(es="Cambian", en="Change")
IMPORT_REMOVED = Text(es="Se quitan", en="Go")
IMPORT_LABELS = Text(es="Etiquetas que cambiarían: {count}", en="Labels that would change: {count}")
IMPORT_HELD = Text(
    es="{count} cambios parecen un error y esperan una decisión",
    en="{count} changes look wrong and await a decision",
)
IMPORT_HELD_ADVICE = Text(
    es="Aparecen en Hoy: ahí se aceptan o se rechazan.", en="Today shows them, to accept or refuse."
)
IMPORT_LEFT_OUT = Text(
    es="{count} datos no se usan: en esta tienda vienen de otro lugar.",
    en="{count} rows are not used: in this shop they come from elsewhere.",
)
IMPORT_LINES = Text(
    es="Líneas que no se pueden usar: {count}", en="Lines that cannot be used: {count}"
)
IMPORT_TAKE = Text(es="Importar ahora", en="Import now")
IMPORT_TAKEN = Text(
    es="Ya es el catálogo de la tienda. Las etiquetas cambian solas.",
    en="It is the shop's catalogue now. Labels change by themselves.",
)
IMPORT_REFUSED = Text(es="Así no se puede importar", en="It cannot be imported like this")
NOT_USED = Text(es="El archivo no se usó", en="The file was not used")
WOULD_CHANGE = Text(es="Esto cambiaría", en="This would change")
NO_CHANGE = Text(es="No cambiaría nada", en="Nothing would change")
IMPORTED = Text(es="Importado", en="Imported")
ARTICLES = Text(es="Artículos", en="Articles")
GROUPS = Text(es="Modelos", en="Styles")
PRICES = Text(es="Precios", en="Prices")
STOCK = Text(es="Existencias", en="Stock")
PLACES = Text(es="Lugares", en="Places")
UPLOADS: Final[Mapping[str, tuple[Text, Text]]] = {
    "too_large": (
        Text(es="El archivo es demasiado grande", en="The file is too large"),
        Text(
            es="Caben 16 MiB: expórtalo en partes, o usa anaquel import.",
            en="16 MiB fit: export it in parts, or use anaquel import.",
        ),
    ),
    "too_slow": (
        Text(es="El archivo llegó demasiado despacio", en="The file came too slowly"),
        Text(
            es="Nada cambió. Inténtalo con mejor conexión.",
            en="Nothing changed. Try on a better line.",
        ),
    ),
    "taken_over": (
        Text(es="Otra importación empezó mientras tanto", en="Another import began meanwhile"),
        Text(es="Mira qué cambió y empieza de nuevo.", en="See what changed and begin again."),
    ),
}

_LONGEST: Final = 200


def why(detail: Mapping[str, Any], language: str) -> str:
    """What is wrong with the file of a task; empty for a task of an older version."""
    named = detail.get("named")
    return said(str(detail.get("fault")), named, language) if isinstance(named, dict) else ""


def said(fault: str, named: Mapping[str, Any], language: str) -> str:
    """Why a file cannot be used; empty for a fault that is not known."""
    text = FAULTS.get(fault)
    if text is None:
        return ""
    return text.say(language, **{name: str(value)[:_LONGEST] for name, value in named.items()})
