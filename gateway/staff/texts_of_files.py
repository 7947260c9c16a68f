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

_LONGEST: Final = 200


def why(detail: Mapping[str, Any], language: str) -> str:
    """What is wrong with the file of a task; empty for a task of an older version."""
    text, named = FAULTS.get(str(detail.get("fault"))), detail.get("named")
    if text is None or not isinstance(named, dict):
        return ""
    return text.say(language, **{name: str(value)[:_LONGEST] for name, value in named.items()})
