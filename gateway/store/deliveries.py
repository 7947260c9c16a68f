"""What labels should show, and how far each delivery has come: one row per label, latest wish.

States are *queued* (ours to deliver), *transferred* (the label holds it), *shown* (the label said
so) and *failed* (the label or the way to it said no; it is tried again). A delivery that is not
over has a turn (``due_at``) or a *hold*: its wave was paused or cancelled, or somebody else writes
to the label. Whose turn comes when is in ``queue``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from device_drivers.api.drivers import Reason
from gateway.clock import from_ms, to_ms
from gateway.domain import ranking
from gateway.domain.ranking import Move, Rank, Told
from gateway.store import stopped, told_texts, waves
from gateway.store.database import Connection

LINK_DOWN: Final = Reason.LINK_DOWN.value
FOREIGN: Final = "foreign"
"""The reason, and the hold, of a label that somebody else writes to."""
STAFF: Final = "staff"
"""The reason of what somebody asked to be sent again, and the cause of what staff changed."""
CARD: Final = "card"
"""The cause of a wish for the test card."""
_NO_ATTEMPT: Final = (LINK_DOWN, Reason.ASLEEP.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """The frame a label should show, under an opaque id that is never ordered.

    ``cause`` is the state of the price in it, or ``CARD``. ``told`` is what the frame says of the
    price. A ``raw`` frame goes out as it is, without the label's correction.
    """

    label: str
    id: str
    fingerprint: str
    template: str
    cause: str
    made_at: datetime
    told: Told | None = None
    raw: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How far a wish has come; ``sha256`` names the picture as it was handed over.

    ``same`` is how often in a row the outcome was ``reason``; ``hold`` is why it has no turn;
    ``wave`` is the wave that waits for it.
    """

    label: str
    wish: str
    sha256: str | None
    state: str
    attempts: int
    reason: str | None
    detail: str | None
    queued_at: datetime
    transferred_at: datetime | None
    shown_at: datetime | None
    rank: Rank = Rank.REST
    same: int = 0
    hold: str | None = None
    due_at: datetime | None = None
    wave: int | None = None


def wish(connection: Connection, label: str) -> Wish | None:
    """What the label should show."""
    row = connection.execute(
        "SELECT label, id, fingerprint, template, cause, made_at, told, raw FROM wish "
        "WHERE label = ?",
        (label,),
    ).fetchone()
    if row is None:
        return None
    return Wish(
        label=row[0],
        id=row[1],
        fingerprint=row[2],
        template=row[3],
        cause=row[4],
        made_at=from_ms(row[5]),
        told=told_texts.read(row[6]),
        raw=bool(row[7]),
    )


def want(connection: Connection, new: Wish, *, why: str = "") -> Rank:
    """Let the label show something else; an older delivery is dropped, never sent.

    ``why`` is what brought the change, as ``label.stale_for`` has it: what staff did goes first,
    all other causes are waves. Raises ``KeyError`` for an unknown label.
    """
    known = connection.execute(
        "SELECT family || '/' || via FROM label WHERE id = ?", (new.label,)
    ).fetchone()
    if known is None:
        raise KeyError(new.label)
    was, corrects, loose = _before(connection, new)
    rank, move = Rank.REST, Move.SAME
    if new.told is not None:
        rank = ranking.rank(was, new.told, by_staff=why == STAFF, corrects=corrects)
        move = ranking.move(was, new.told)
    wave, hold = None, None
    if why and why != STAFF:
        wave, state = waves.join(connection, new.label, why, new.made_at)
        hold = stopped.hold(state, rank, move)
    else:
        waves.part(connection, new.label, new.made_at)
    now = to_ms(new.made_at)
    connection.execute(
        "INSERT OR REPLACE INTO wish "
        "(label, id, fingerprint, template, cause, made_at, told, was, raw) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(new.label, new.id, new.fingerprint, new.template, new.cause, now),
            *(told_texts.text(new.told), told_texts.text(was), int(new.raw)),
        ),
    )
    connection.execute(
        "INSERT OR REPLACE INTO delivery "
        "(label, wish, state, rank, repriced, way, due_at, hold, loose, wave, queued_at) "
        "VALUES (?, ?, 'queued', ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(new.label, new.id, int(rank), int(move), known[0], None if hold else now),
            *(hold, int(loose), wave, now),
        ),
    )
    note(connection, new.label)
    return rank


def _before(connection: Connection, new: Wish) -> tuple[Told | None, bool, bool]:
    """What the label confirmed last, whether the wish there was is corrected, what may arrive."""
    row = connection.execute(
        "SELECT delivery.state, delivery.sha256, delivery.loose, wish.told, wish.was, "
        "wish.made_at FROM delivery JOIN wish ON wish.label = delivery.label "
        "WHERE delivery.label = ?",
        (new.label,),
    ).fetchone()
    if row is None:
        return None, False, _is_loose(connection, new.label)
    state, sha256, loose, told, was, made_at = row
    before = told_texts.read(told)
    shows = before if state in {"shown", "transferred"} else told_texts.read(was)
    corrects = new.told is not None and ranking.corrects(
        before, from_ms(made_at), new.told, new.made_at
    )
    return shows, corrects, state != "shown" and (bool(loose) or sha256 is not None)


def _is_loose(connection: Connection, label: str) -> bool:
    """Whether the picture of a forgotten wish may still arrive; a delivery knows it from now on."""
    done = connection.execute("UPDATE label SET loose = 0 WHERE id = ? AND loose", (label,))
    return done.rowcount == 1


def get(connection: Connection, label: str) -> Delivery | None:
    """The label's delivery."""
    row = connection.execute(
        "SELECT label, wish, sha256, state, attempts, reason, detail, queued_at, transferred_at, "
        "shown_at, rank, same, hold, due_at, iif(counted = '', wave, NULL) "
        "FROM delivery WHERE label = ?",
        (label,),
    ).fetchone()
    if row is None:
        return None
    return Delivery(
        label=row[0],
        wish=row[1],
        sha256=row[2],
        state=row[3],
        attempts=row[4],
        reason=row[5],
        detail=row[6],
        queued_at=from_ms(row[7]),
        transferred_at=row[8] and from_ms(row[8]),
        shown_at=row[9] and from_ms(row[9]),
        rank=Rank(row[10]),
        same=row[11],
        hold=row[12],
        due_at=row[13] and from_ms(row[13]),
        wave=row[14],
    )


def again(
    connection: Connection,
    label: str,
    wish_id: str,
    *,
    reason: str,
    at: datetime,
    earliest: datetime | None = None,
) -> None:
    """The handing over did not work out; its turn comes again at ``at``.

    A label that is heard may get its turn before, never before ``earliest``. Without a link, or
    with the label asleep, nothing left the house, so that was no attempt.
    """
    connection.execute(
        "UPDATE delivery SET same = iif(reason IS ?1, same + 1, 1), reason = ?1, "
        "due_at = iif(hold IS NULL, ?2, NULL), earliest_at = ?3, "
        "attempts = max(attempts - ?4, 0) WHERE label = ?5 AND wish = ?6 AND state <> 'shown'",
        (
            *(reason, to_ms(at), None if earliest is None else to_ms(earliest)),
            *(int(reason in _NO_ATTEMPT), label, wish_id),
        ),
    )
    note(connection, label)


def awaiting(connection: Connection, label: str, wish_id: str) -> None:
    """The picture left the house after all; the label's answer is awaited."""
    connection.execute(
        "UPDATE delivery SET reason = iif(state = 'queued', NULL, reason), "
        "repeat = min(2 * repeat, 2) "
        "WHERE label = ? AND wish = ? AND state IN ('queued', 'failed')",
        (label, wish_id),
    )
    _tell(connection, label)


def transferred(
    connection: Connection, label: str, wish_id: str, at: datetime, *, final: bool = False
) -> bool:
    """The label said that it holds the picture; True when that is news.

    ``final`` where labels of the family never say more: then nothing is left to do.
    """
    done = connection.execute(
        "UPDATE delivery SET state = 'transferred', transferred_at = ?1, reason = NULL, "
        "detail = NULL, same = 0, repeat = 0, due_at = iif(?2, NULL, due_at), "
        "hold = iif(?2, NULL, hold) "
        "WHERE label = ?3 AND wish = ?4 AND state IN ('queued', 'failed') RETURNING handed_at",
        (to_ms(at), int(final), label, wish_id),
    ).fetchone()
    news = done is not None
    if news and final:
        _arrived(connection, label, done[0], at)
        waves.count(connection, label, "arrived", at)
    _tell(connection, label)
    return news


def shown(connection: Connection, label: str, wish_id: str, at: datetime) -> bool:
    """The label said that it shows the picture; True when that is news."""
    done = connection.execute(
        "UPDATE delivery SET state = 'shown', shown_at = ?, due_at = NULL, hold = NULL, "
        "reason = NULL, detail = NULL, same = 0, loose = 0, repeat = 0 "
        "WHERE label = ? AND wish = ? AND state <> 'shown' RETURNING handed_at",
        (to_ms(at), label, wish_id),
    ).fetchone()
    news = done is not None
    if news:
        _arrived(connection, label, done[0], at)
        waves.count(connection, label, "shown", at)
    _tell(connection, label)
    return news


def _arrived(connection: Connection, label: str, handed_at: int | None, at: datetime) -> None:
    """Remember how long it took."""
    if handed_at is not None:
        connection.execute(
            "UPDATE label SET took_ms = coalesce((3 * took_ms + ?1) / 4, ?1) WHERE id = ?2",
            (max(to_ms(at) - handed_at, 0), label),
        )


def shows_already(connection: Connection, label: str, wish_id: str, sha256: str) -> bool:
    """Note that the label needs no picture for this wish: it still shows it, as ``sha256``.

    False when that does not hold any more.
    """
    done = connection.execute(
        "UPDATE delivery SET sha256 = ?1 WHERE label = ?2 AND wish = ?3 AND loose = 0 "
        "AND (SELECT sight_sha256 FROM label WHERE id = ?2) = ?1",
        (sha256, label, wish_id),
    )
    return done.rowcount == 1


def failed(
    connection: Connection,
    label: str,
    wish_id: str,
    *,
    reason: str,
    detail: str,
    again_at: datetime,
) -> None:
    """The label said no; it is tried again at ``again_at``."""
    connection.execute(
        "UPDATE delivery SET state = 'failed', same = iif(reason IS ?1, same + 1, 1), "
        "reason = ?1, detail = ?2, due_at = iif(hold IS NULL, ?3, NULL), "
        "shown_at = NULL WHERE label = ?4 AND wish = ?5",
        (reason, detail[:200], to_ms(again_at), label, wish_id),
    )
    note(connection, label)


def requeue(
    connection: Connection,
    label: str,
    *,
    reason: str,
    at: datetime,
    rank: Rank = Rank.CORRECTION,
) -> None:
    """Deliver the label's wish again from the start: it shows something else, or nothing."""
    connection.execute(
        "UPDATE delivery SET state = 'queued', reason = ?1, detail = NULL, due_at = ?2, "
        "earliest_at = NULL, hold = NULL, rank = min(rank, ?3), queued_at = ?2, attempts = 0, "
        "same = 0, transferred_at = NULL, shown_at = NULL WHERE label = ?4",
        (reason, to_ms(at), int(rank), label),
    )
    note(connection, label)


def send_again(connection: Connection, label: str, at: datetime) -> None:
    """Somebody asks for it: deliver the wish once more, whatever the label is said to show."""
    connection.execute("UPDATE label SET foreign_since = NULL WHERE id = ?", (label,))
    requeue(connection, label, reason=STAFF, at=at, rank=Rank.STAFF)
    connection.execute("UPDATE delivery SET repeat = 1 WHERE label = ?", (label,))


def give_way(connection: Connection, label: str, at: datetime) -> bool:
    """Somebody else writes to the label: leave it alone until a person or a new wish says so.

    True when that is news.
    """
    known = connection.execute(
        "UPDATE label SET foreign_since = coalesce(foreign_since, ?1), "
        "sight_sha256 = iif(sight_sha256 IN (SELECT sha256 FROM picture), NULL, sight_sha256), "
        "sight_at = ?1 WHERE id = ?2 RETURNING foreign_since = ?1",
        (to_ms(at), label),
    ).fetchone()
    waves.count(connection, label, "gone")
    connection.execute(
        "UPDATE delivery SET state = 'failed', reason = ?1, detail = NULL, due_at = NULL, "
        "hold = ?1, shown_at = NULL WHERE label = ?2",
        (FOREIGN, label),
    )
    note(connection, label)
    return known is not None and bool(known[0])


def forget(connection: Connection, label: str) -> None:
    """Let the label have no wish, so that the next look at it makes one.

    That a picture may still arrive is kept for that one.
    """
    waves.leave(connection, label)
    connection.execute(
        "UPDATE label SET loose = 1 WHERE id = ? AND EXISTS (SELECT 1 FROM delivery "
        "WHERE delivery.label = label.id AND state <> 'shown' "
        "AND (delivery.loose OR sha256 IS NOT NULL))",
        (label,),
    )
    connection.execute("DELETE FROM wish WHERE label = ?", (label,))
    connection.execute("DELETE FROM delivery WHERE label = ?", (label,))
    note(connection, label)


def note(connection: Connection, label: str) -> None:
    """Tell that the label's delivery changed, and with it perhaps whose turn comes when."""
    connection.note("turn", label)
    _tell(connection, label)


def _tell(connection: Connection, label: str) -> None:
    connection.note("delivery", label)
    connection.note("label", label)
