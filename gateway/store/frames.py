"""Pictures by fingerprint, and the encoded forms that labels report by their own hash."""

from __future__ import annotations

import zlib
from datetime import datetime

from device_drivers.api.panels import Frame, Ink
from gateway.clock import to_ms
from gateway.store.database import Connection

_LATEST = 2**62


def put(connection: Connection, frame: Frame, at: datetime, template: str = "") -> None:
    """Keep a frame and by which template it was drawn first; its age counts from the last time."""
    inks = ",".join(ink.value for ink in frame.inks)
    connection.execute(
        "INSERT INTO frame (fingerprint, width, height, inks, pixels, made_at, template) "
        "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (fingerprint) DO UPDATE "
        "SET made_at = max(made_at, excluded.made_at)",
        (
            *(frame.fingerprint, frame.width, frame.height, inks),
            *(_compressed(frame.pixels), to_ms(at), template),
        ),
    )


def _compressed(pixels: bytes) -> bytes:
    """In zlib's format, by runs alone: a sixth more bytes than level 4, a third of its time.

    The one writer makes it, and everybody else waits meanwhile.
    """
    packing = zlib.compressobj(strategy=zlib.Z_RLE)
    return packing.compress(pixels) + packing.flush()


def get(connection: Connection, fingerprint: str) -> Frame | None:
    """The frame with this fingerprint."""
    row = connection.execute(
        "SELECT width, height, inks, pixels FROM frame WHERE fingerprint = ?", (fingerprint,)
    ).fetchone()
    if row is None:
        return None
    inks = tuple(Ink(ink) for ink in row[2].split(","))
    return Frame(width=row[0], height=row[1], inks=inks, pixels=zlib.decompress(row[3]))


def template_of(connection: Connection, fingerprint: str) -> str:
    """The template that drew the frame with this fingerprint first, as ``name@hash``."""
    row = connection.execute(
        "SELECT template FROM frame WHERE fingerprint = ?", (fingerprint,)
    ).fetchone()
    return "" if row is None else str(row[0])


def has(connection: Connection, fingerprint: str) -> bool:
    """Whether the frame with this fingerprint is kept."""
    row = connection.execute("SELECT 1 FROM frame WHERE fingerprint = ?", (fingerprint,)).fetchone()
    return row is not None


def wished(connection: Connection, label: str) -> str | None:
    """The fingerprint of the frame that the label should show."""
    row = connection.execute("SELECT fingerprint FROM wish WHERE label = ?", (label,)).fetchone()
    return None if row is None else str(row[0])


def note_picture(connection: Connection, sha256: str, fingerprint: str) -> None:
    """Remember which frame the picture bytes with this hash hold."""
    connection.execute(
        "INSERT OR REPLACE INTO picture (sha256, fingerprint) VALUES (?, ?)", (sha256, fingerprint)
    )


def fingerprint_of(connection: Connection, sha256: str) -> str | None:
    """The frame that a label shows when it reports this hash; None for pictures not ours."""
    row = connection.execute(
        "SELECT fingerprint FROM picture WHERE sha256 = ?", (sha256,)
    ).fetchone()
    return None if row is None else str(row[0])


def count(connection: Connection) -> int:
    """How many frames are kept."""
    total: int = connection.execute("SELECT count(*) FROM frame").fetchone()[0]
    return total


def prune(connection: Connection, before: datetime | None, limit: int = 500) -> int:
    """Forget up to ``limit`` frames, the oldest first, that no label shows or should show.

    Only those last wanted or seen before ``before``, if that is given.
    """
    old = connection.execute(
        "SELECT fingerprint FROM frame "
        "WHERE made_at < ? AND fingerprint NOT IN (SELECT fingerprint FROM wish) "
        "AND fingerprint NOT IN (SELECT picture.fingerprint FROM picture JOIN label "
        "ON label.sight_sha256 = picture.sha256) ORDER BY made_at LIMIT ?",
        (_LATEST if before is None else to_ms(before), limit),
    ).fetchall()
    connection.executemany("DELETE FROM frame WHERE fingerprint = ?", old)
    connection.executemany("DELETE FROM picture WHERE fingerprint = ?", old)
    return len(old)
