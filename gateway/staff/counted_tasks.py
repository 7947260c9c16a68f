"""Lines on Today that no task stands for: what the counts of labels and events say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from gateway.domain.events import Lane
from gateway.labels.adopting import CARD_FOR
from gateway.staff import texts, texts_of_adoption
from gateway.staff.explaining import Reader
from gateway.staff.label_list import Filter
from gateway.staff.task_line import TaskLine
from gateway.store.outbox import LaneState
from gateway.store.overview import Facet
from gateway.wording import times

SILENT_CENTRAL = timedelta(minutes=2)
"""Central acknowledges within seconds; after this long somebody should know that it does not."""

_WRONG = {
    Facet.FAILED.value: texts.WRONG_FAILED,
    Facet.SILENT.value: texts.WRONG_SILENT,
    Facet.OTHER.value: texts.WRONG_OTHER,
    Facet.TEST.value: texts.WRONG_TEST,
}
_ENDS_BY_ITSELF = {Facet.TEST.value: texts.WRONG_TEST_ADVICE}


def wrong_labels(filters: tuple[Filter, ...], reader: Reader) -> Iterator[TaskLine]:
    """A line for each way in which labels do not show what they should, and need somebody."""
    for one in filters:
        text = _WRONG.get(one.name)
        if text is not None and one.count:
            yield TaskLine(
                tone=one.tone,
                title=text.say(reader.language, count=reader.count(one.count)),
                advice=_ENDS_BY_ITSELF.get(one.name, texts.WRONG_LABELS_ADVICE).say(
                    reader.language, minutes=reader.count(CARD_FOR // timedelta(minutes=1))
                ),
                href=one.href,
            )


def new_labels(count: int, reader: Reader) -> Iterator[TaskLine]:
    """A line while labels wait to be adopted."""
    if count:
        yield TaskLine(
            tone="plain",
            title=texts_of_adoption.TASK_NEW.say(reader.language, count=reader.count(count)),
            advice=texts_of_adoption.TASK_NEW_ADVICE.say(reader.language),
            href="/new-labels",
        )


def silent_central(lanes: Mapping[Lane, LaneState], reader: Reader) -> Iterator[TaskLine]:
    """A line when central has not acknowledged an event for longer than it ever should."""
    waiting = [lane.oldest_at for lane in lanes.values() if lane.waiting and lane.oldest_at]
    if not waiting or reader.now - min(waiting) < SILENT_CENTRAL:
        return
    ago = times.relative(min(waiting), reader.now, reader.language)
    count = sum(lane.waiting for lane in lanes.values())
    yield TaskLine(
        tone="attention",
        title=texts.TASK_CENTRAL_SILENT.say(reader.language, ago=ago),
        why=texts.TASK_CENTRAL_SILENT_WHY.say(reader.language, count=reader.count(count)),
        advice=texts.TASK_CENTRAL_SILENT_ADVICE.say(reader.language),
    )
