"""Whether the fonts have every letter of the catalogue."""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from typing import Final

from gateway.domain import scripts
from gateway.ops.doctor.box import Box
from gateway.render import fonts
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
    if not box.database.exists():
        return
    found = _Letters()
    try:
        with examining.reading(box.database) as connection:
            for key, article in examining.articles(connection, _AT_ONCE if box.inside else _MOST):
                found.read(key, article)
    except StorageError:
        return  # the check of the database tells
    if found.lacking:
        letters = " ".join(sorted(found.letters)[:_SHOWN])
        yield LACKING.at("catalogue", letters=letters, **_facts(found.lacking))
    if found.backwards:
        yield RIGHT_TO_LEFT.at("catalogue", **_facts(found.backwards))


class _Letters:
    """What was found so far; each letter is looked for once, so that most articles are not read."""

    def __init__(self) -> None:
        self.lacking: dict[str, None] = {}
        self.backwards: dict[str, None] = {}
        self.letters: set[str] = set()
        self._fine = set(string.printable)

    def read(self, key: str, article: str) -> None:
        """Look at one article or group."""
        if "\\u" not in article and self._fine.issuperset(article):
            return
        for text in examining.texts(article):
            if scripts.runs_right_to_left(text):
                self.backwards[key] = None
            elif missing := {one for one in text if fonts.file_of(one) is None}:
                self.lacking[key] = None
                self.letters |= missing
            else:
                self._fine.update(text)


def _facts(found: Mapping[str, None]) -> dict[str, str]:
    return {"count": str(len(found)), "key": next(iter(found))}
