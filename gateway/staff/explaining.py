"""How a label stands, in plain words: a meaning, an icon, a word, and what to do.

Pure: what is stored, an instant and the wait that is allowed decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from gateway.staff import texts_of_labels as texts
from gateway.store.deliveries import CARD, Delivery
from gateway.store.overview import LabelView
from gateway.store.waves import Wave
from gateway.web.words import Text
from gateway.wording import numbers, times

REASONS: Mapping[str, Text] = {
    "awaiting_label": texts.REASON_AWAITING_LABEL,
    "asleep": texts.REASON_ASLEEP,
    "busy": texts.REASON_BUSY,
    "link_down": texts.REASON_LINK_DOWN,
    "out_of_reach": texts.REASON_OUT_OF_REACH,
    "disconnected": texts.REASON_DISCONNECTED,
    "no_answer": texts.REASON_NO_ANSWER,
    "refused": texts.REASON_REFUSED,
    "not_let_in": texts.REASON_NOT_LET_IN,
    "unknown_model": texts.REASON_UNKNOWN_MODEL,
    "image_missing": texts.REASON_IMAGE_MISSING,
    "image_unreadable": texts.REASON_IMAGE_UNREADABLE,
    "wrong_size": texts.REASON_WRONG_SIZE,
    "label_error": texts.REASON_LABEL_ERROR,
    "no_driver": texts.REASON_NO_DRIVER,
    "frame_missing": texts.REASON_FRAME_MISSING,
    "staff": texts.REASON_STAFF,
    "foreign": texts.REASON_FOREIGN,
}
_STOPS: Mapping[str, tuple[str, Text, Text]] = {
    "paused": ("paused", texts.PAUSED, texts.PAUSED_ADVICE),
    "cancelled": ("differs", texts.DIFFERS, texts.DIFFERS_ADVICE),
}
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """``tone`` is good, attention, trouble or plain; ``code`` is for programs."""

    code: str
    tone: str
    icon: str
    word: str
    advice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who reads: language and locale, where the shop's clocks stand, what time it is.

    Prices are those of ``priced_at``, as on labels: not later than is known for sure.
    """

    language: str
    locale: str
    zone: tzinfo
    now: datetime
    priced_at: datetime
    confirm_s: float

    @property
    def late_before(self) -> datetime:
        """Confirmations owed since before this instant are late."""
        return self.now - timedelta(seconds=self.confirm_s)

    def count(self, number: int) -> str:
        """A whole number as the reader's locale writes it."""
        return numbers.whole(number, self.locale)


def standing(view: LabelView, reader: Reader) -> Standing:
    """How the label stands: on test, else how far its wish has come; and what to do."""
    found = progress(view, reader)
    if not on_test(view) or found.code not in {"shown", "transferred"}:
        return found
    ends = test_ends(view, reader)
    advice = texts.TEST_ADVICE.say(reader.language, time=ends) if ends else found.advice
    word = texts.TEST.say(reader.language)
    return Standing(code="test", tone="attention", icon="ask", word=word, advice=advice)


def on_test(view: LabelView) -> bool:
    """Whether what the label should show is the test card."""
    return view.wish is not None and view.wish.cause == CARD and not view.label.stale


def test_ends(view: LabelView, reader: Reader) -> str:
    """When the test card goes by itself, on the shop's clock; '' where none is asked for."""
    until = view.label.card_until
    if until is None or not view.label.card_at(reader.priced_at):
        return ""
    return times.clock_time(until, reader.zone, reader.locale)


def progress(view: LabelView, reader: Reader) -> Standing:
    """How far the label's wish has come, and what to do."""
    delivery = view.delivery
    if view.label.sight_sha256 is not None and view.shown is None:
        return _of("foreign", "attention", texts.FOREIGN, texts.FOREIGN_ADVICE, reader)
    if view.wish is None or delivery is None:
        return _of("none", "plain", texts.NOTHING_YET, texts.NOTHING_YET_ADVICE, reader, "queued")
    if (stop := _STOPS.get(delivery.hold or "")) is not None:
        return _stopped(view.stopped, *stop, reader)
    match delivery.state:
        case "shown" if view.shown != view.wish.fingerprint:
            return _of("other", "attention", texts.OTHER, texts.OTHER_ADVICE, reader)
        case "shown" if view.label.stale:
            # Its next picture is not drawn yet: nobody knows that this one is still right.
            return _of("queued", "plain", texts.QUEUED, texts.QUEUED_ADVICE, reader, "queued")
        case "shown":
            return _of("shown", "good", texts.SHOWN, texts.SHOWN_ADVICE, reader)
        case "failed":
            advice = REASONS.get(delivery.reason or "", texts.REASON_LABEL_ERROR)
            return _of("failed", "trouble", texts.FAILED, advice, reader)
        case _:
            return _under_way(delivery, reader)


def _under_way(delivery: Delivery, reader: Reader) -> Standing:
    if is_silent(delivery, reader.late_before):
        return _silent(delivery, reader)
    if delivery.state == "transferred":
        return _of(
            *("transferred", "plain", texts.TRANSFERRED, texts.TRANSFERRED_ADVICE, reader),
            "received",
        )
    advice = REASONS.get(delivery.reason or "", texts.QUEUED_ADVICE)
    return _of("queued", "plain", texts.QUEUED, advice, reader, "queued")


def _stopped(wave: Wave | None, code: str, word: Text, advice: Text, reader: Reader) -> Standing:
    """A person holds the picture back: who, and since when."""
    by, at = ("?", None) if wave is None else (wave.decided_by or "?", wave.decided_at)
    when = "?" if at is None else moment(at, reader)
    return Standing(
        code=code,
        tone="attention",
        icon="paused" if code == "paused" else "attention",
        word=word.say(reader.language, by=by, time=when),
        advice=advice.say(reader.language),
    )


def moment(at: datetime, reader: Reader) -> str:
    """The time of day, with the date where that is not plain."""
    time = times.clock_time(at, reader.zone, reader.locale)
    if abs(reader.now - at) < _DAY / 2:
        return time
    day = times.short_date(at, reader.now.year, reader.zone, reader.language)
    return f"{day}, {time}"


def connection(view: LabelView, reader: Reader) -> Standing | None:
    """That the label is out of reach; None while it is in reach."""
    if view.label.online:
        return None
    ago = times.relative(view.label.last_heard, reader.now, reader.language)
    return Standing(
        code="offline",
        tone="attention",
        icon="offline",
        word=texts.OFFLINE.say(reader.language),
        advice=texts.OFFLINE_ADVICE.say(reader.language, ago=ago),
    )


def is_silent(delivery: Delivery, late_before: datetime) -> bool:
    """Whether a picture was handed over and its confirmation is late."""
    owed_since = delivery.transferred_at or delivery.queued_at
    waits = delivery.state in {"queued", "transferred"} and delivery.attempts > 0
    if delivery.hold is not None or (delivery.state == "transferred" and not delivery.due_at):
        return False
    return waits and owed_since < late_before


def _silent(delivery: Delivery, reader: Reader) -> Standing:
    since = delivery.transferred_at or delivery.queued_at
    if reader.now - since < _DAY:
        time = times.clock_time(since, reader.zone, reader.locale)
        word = texts.SILENT_AT.say(reader.language, time=time)
    else:
        ago = times.relative(since, reader.now, reader.language)
        word = texts.SILENT_AGO.say(reader.language, ago=ago)
    # A broken way to the label is not the label's fault.
    known = REASONS.get(delivery.reason or "") if delivery.reason == "link_down" else None
    advice = (known or texts.SILENT_ADVICE).say(reader.language)
    return Standing(code="silent", tone="attention", icon="silent", word=word, advice=advice)


def _of(
    code: str, tone: str, word: Text, advice: Text, reader: Reader, icon: str | None = None
) -> Standing:
    return Standing(
        code=code,
        tone=tone,
        icon=icon or tone,
        word=word.say(reader.language),
        advice=advice.say(reader.language),
    )
