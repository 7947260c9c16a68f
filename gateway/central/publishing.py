"""One publication: rows become changes of the feed, are kept, then told to the shops."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from device_drivers.links.messages import LinkDownError
from gateway.broker import topics
from gateway.central import difference, keys, reaching, snapshots
from gateway.central.checking import WHOLE
from gateway.central.difference import Difference
from gateway.central.feed import Feed, Place, dump
from gateway.central.reading import Reading
from gateway.central.settings import CentralSettings
from gateway.central.state import StateFolder
from gateway.errors import AnaquelError
from gateway.feed import messages
from gateway.feed.messages import Delta, Manifest
from gateway.wording.counting import counted

MOST_AS_DELTAS = 5_000
"""Above so many changes a snapshot is less work for everybody."""
MOST_MISSING = Fraction(1, 5)


class PublishError(AnaquelError):
    """Nothing, or not all, was published; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What is on disk and may be told now; ``deltas`` is None when it is a snapshot."""

    difference: Difference
    deltas: Sequence[Delta] | None
    manifest: Manifest
    rows: int


def compared(chosen: CentralSettings, now: Reading, *, whole: bool) -> Difference:
    """What a publication would change; changes nothing. Raises ``AnaquelError``."""
    state = StateFolder(chosen.folder)
    kept = state.load()[0].texts() if state.exists() else {}
    return _difference(chosen, kept, now, whole=whole)


def prepare(
    chosen: CentralSettings,
    now: Reading,
    at: datetime,
    *,
    whole: bool,
    as_snapshot: bool,
    accept: bool = False,
) -> Prepared:
    """Number the changes and keep them; blocks.

    ``whole``: the rows are all of the feed, however much that deletes. ``accept``: shops put in
    force what they hold, and hold nothing of this. Raises ``AnaquelError``.
    """
    state = StateFolder(chosen.folder)
    with state.held("publish"):
        state.begin(epoch=round(at.timestamp()))
        feed, _ = state.load()
        changes = _difference(chosen, feed.texts(), now, whole=whole)
        _check(now, changes, whole=whole)
        deltas: list[Delta] | None = feed.change(changes.changes)
        if deltas and (as_snapshot or len(changes.changes) > MOST_AS_DELTAS):
            feed.adopt(epoch=feed.epoch, seq=deltas[-1].seq, texts=feed.texts())
            state.rebase(feed, keep_log=False)
            deltas = None
        elif as_snapshot:
            state.rebase(feed)
        elif deltas:
            if state.is_long():
                state.rebase(state.load()[0])
            state.append(deltas)
        if accept:
            state.accept(feed)
        return Prepared(
            difference=changes,
            deltas=deltas,
            manifest=_manifest(chosen, state, feed, at),
            rows=feed.rows,
        )


async def tell(chosen: CentralSettings, prepared: Prepared) -> None:
    """Publish the deltas and the manifest. Raises ``PublishError``, ``UnreachableError``."""
    manifest = prepared.manifest
    kept = (
        f"the feed is kept at epoch {manifest.epoch} seq {manifest.seq}; "
        "shops get it from anaquel central serve, or with the next publish"
    )
    link = reaching.link_of(chosen, "publish")
    port = keys.port_of(chosen, link)
    async with reaching.running(chosen, link, otherwise=kept):
        try:
            for delta in prepared.deltas or ():
                await port.publish(topics.DELTA, dump(delta))
            await port.publish(topics.MANIFEST, messages.dump(manifest), retain=True)
        except LinkDownError as error:
            raise PublishError(f"the broker went away ({error}); {kept}") from error


def _difference(
    chosen: CentralSettings, kept: Mapping[Place, str], now: Reading, *, whole: bool
) -> Difference:
    """What changes. Stock without any place would be nowhere: then places stay as they are."""
    rows, unread = dict(now.rows), set(now.unread)
    kinds = {kind for kind, _ in rows}
    if "stock" in kinds and "location" not in kinds:
        unread |= {place for place in kept if place[0] == "location"}
        own = ("location", chosen.store)
        if own not in kept:
            rows[own] = {"name": chosen.store, "kind": "shop"}
    return difference.between(kept, rows, whole=whole, unread=unread)


def _check(now: Reading, changes: Difference, *, whole: bool) -> None:
    unread = now.checker.found.of(WHOLE)
    if unread:
        raise PublishError(
            "nothing was published: a line that cannot be used would delete its row; mend what is "
            f"listed above ({unread} in all)"
        )
    if not now.rows:
        raise PublishError("nothing was published: there are no rows")
    if not whole and changes.deleted > MOST_MISSING * changes.known:
        raise PublishError(
            f"nothing was published: of {counted(changes.known, 'row')} that shops have of these "
            f"kinds, the file lacks {changes.deleted}; add --replace if all that the file lacks is "
            "to be deleted"
        )


def _manifest(chosen: CentralSettings, state: StateFolder, feed: Feed, at: datetime) -> Manifest:
    newest = snapshots.newest(state.snapshots)
    if newest is None:
        raise AssertionError("a feed has a snapshot from its beginning")
    return feed.manifest(snapshots.described(newest, chosen.snapshot_base), at)
