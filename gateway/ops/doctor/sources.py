"""Where the catalogue comes from: how far it is, and what of it is not used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from gateway.feed.sources.shopify.troubles import TASK
from gateway.ops.doctor.box import Box
from gateway.store import examining, heard, overview, tasks
from gateway.store.database import Connection, StorageError
from gateway.store.heard import Heard
from gateway.store.overview import FeedView
from gateway.web.findings import Advice, Finding, State
from gateway.web.words import Text

LATE_S: Final = 300.0
"""Central is ahead for so long: following it takes seconds."""

NOTHING = Advice(
    code="source_nothing",
    state=State.ATTENTION,
    what=Text(es="Todavía no ha llegado ningún dato", en="No data has come yet"),
    do=Text(
        es="Haz que la central publique, importa un catálogo (anaquel import) o revisa [sources] "
        "en los ajustes.",
        en="Let central publish, import a catalogue (anaquel import), or look at [sources] in the "
        "settings.",
    ),
)
REFUSED = Advice(
    code="source_refused",
    state=State.ATTENTION,
    what=Text(
        es="{count} datos no se pueden usar; siguen valiendo los últimos buenos",
        en="{count} rows cannot be used; the last good ones stay in force",
    ),
    do=Text(
        es="Corrígelos donde se crearon. Cuáles y por qué: anaquel feed status, o la página Hoy.",
        en="Correct them where they were made. Which and why: anaquel feed status, or the page "
        "Today.",
    ),
)
HELD = Advice(
    code="source_held",
    state=State.ATTENTION,
    what=Text(
        es="{count} datos esperan a que alguien decida: el cambio era demasiado grande",
        en="{count} rows wait until somebody decides: the change was too large",
    ),
    do=Text(
        es="Acéptalos o recházalos en la página Hoy, o envía los correctos.",
        en="Accept or refuse them on the page Today, or send the right ones.",
    ),
)
BEHIND = Advice(
    code="source_behind",
    what=Text(
        es="Vamos {minutes} min por detrás de la central y no la alcanzamos",
        en="We have been behind central for {minutes} min and do not catch up",
    ),
    do=Text(
        es="Mira si la central responde a las peticiones (anaquel central serve) y si el detalle "
        "dice qué lo impide.",
        en="See whether central answers requests (anaquel central serve), and whether the detail "
        "says what is in the way.",
    ),
)
FAULT = Advice(
    code="source_fault",
    what=Text(
        es="Lo que envía la central no se puede usar",
        en="What central sends cannot be used",
    ),
    do=Text(
        es="Corrígelo en la central; el detalle dice qué es. Los últimos datos buenos siguen "
        "valiendo.",
        en="Mend it at the central side; the detail says what it is. The last good data stays in "
        "force.",
    ),
)
NO_FOLDER = Advice(
    code="source_no_folder",
    what=Text(
        es="La carpeta de donde se leen los archivos no existe",
        en="The folder that files are taken from is not there",
    ),
    do=Text(
        es="Créala, o corrige files.folder en los ajustes.",
        en="Make it, or correct files.folder in the settings.",
    ),
)
SHOPIFY = Advice(
    code="source_shopify",
    state=State.ATTENTION,
    what=Text(
        es="Hay un problema con Shopify ({about})", en="There is trouble with Shopify ({about})"
    ),
    do=Text(
        es="Qué hacer está en la página Hoy y en anaquel shopify status.",
        en="What to do stands on the page Today and in anaquel shopify status.",
    ),
)


def look(box: Box) -> Iterable[Finding]:
    """Read what the database says of every source."""
    folder = box.settings.files.folder
    if folder is not None and not folder.is_dir():
        yield NO_FOLDER.at(f"files.folder {folder}")
    if not box.database.exists():
        return
    try:
        with examining.reading(box.database) as connection:
            found = list(_sources(box, connection))
    except StorageError:
        return  # the check of the database tells
    yield from found


def _sources(box: Box, connection: Connection) -> Iterator[Finding]:
    feeds = overview.feeds(connection)
    if not feeds:
        yield NOTHING.at("[sources]")
    for feed in feeds:
        yield from _unused(feed)
    for source in heard.sources(connection):
        said = heard.get(connection, source)
        if said is not None and box.settings.central.kind != "none":
            yield from _following(box, source, said)
    for task in tasks.of_kind(connection, TASK):
        detail = str(task.detail.get("message", ""))
        yield SHOPIFY.at("shopify", about=task.key, detail=detail)


def _unused(feed: FeedView) -> Iterator[Finding]:
    at = feed.position
    where = f"{feed.source} {at.epoch}/{at.seq}"
    if feed.refused:
        yield REFUSED.at(where, count=str(feed.refused))
    if feed.held:
        yield HELD.at(where, count=str(feed.held))


def _following(box: Box, source: str, said: Heard) -> Iterator[Finding]:
    since = said.behind_since
    late_s = 0.0 if since is None else (box.clock.now() - since).total_seconds()
    if late_s > LATE_S:
        yield BEHIND.at(source, minutes=f"{late_s / 60:.0f}", detail=said.error or "")
    elif said.error is not None:
        yield FAULT.at(source, detail=said.error)
