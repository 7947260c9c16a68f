"""Whether the fonts have every letter of the catalogue."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from gateway.domain import scripts
from gateway.ops.doctor.box import Box
from gateway.store import examining
from gateway.store.database import StorageError
from gateway.web.findings import Advice, Finding, State
from gateway.web.words import Text

_MOST: Final = 2_000_000
_AT_ONCE: Final = 20_000
"""Articles and groups that are read for a page."""
_SHOWN: Final = 12

LACKING = Advice(
    code="letters_lacking",
    state=State.ATTENTION,
    what=Text(
        es="Las letras de las etiquetas no tienen estos signos y saldrían como cajas: {letters}",
        en="The fonts of the labels lack these signs, which come out as boxes: {letters}",
    ),
    do=Text(
        es="Cámbialos en el nombre de {count} artículos; uno de ellos es {key}.",
        en="Replace them in the names of {count} articles; one of them is {key}.",
    ),
)
RIGHT_TO_LEFT = Advice(
    code="letters_right_to_left",
    state=State.ATTENTION,
    what=Text(
        es="Hay nombres que se escriben de derecha a izquierda; todavía no se pueden dibujar",
        en="There are names that run from right to left; they cannot be drawn yet",
    ),
    do=Text(
        es="Da a {count} artículos un nombre en otra lengua; uno de ellos es {key}.",
        en="Give {count} articles a name in another language; one of them is {key}.",
    ),
)


def look(box: Box) -> Iterable[Finding]:
    """Read the names in force."""
    from gateway.render import fonts

    lacking: dict[str, str] = {}
    backwards: dict[str, str] = {}
    letters: set[str] = set()
    if not box.database.exists():
        return
    try:
        with examining.reading(box.database) as connection:
            for key, text in examining.names(connection, _AT_ONCE if box.inside else _MOST):
                if scripts.runs_right_to_left(text):
                    backwards.setdefault(key, text)
                elif missing := {one for one in text if fonts.file_of(one) is None}:
                    lacking.setdefault(key, text)
                    letters |= missing
    except StorageError:
        return  # the check of the database tells
    if lacking:
        said = " ".join(sorted(letters)[:_SHOWN])
        yield LACKING.at("catalogue", letters=said, **_facts(lacking))
    if backwards:
        yield RIGHT_TO_LEFT.at("catalogue", **_facts(backwards))


def _facts(found: dict[str, str]) -> dict[str, str]:
    return {"count": str(len(found)), "key": next(iter(found))}
