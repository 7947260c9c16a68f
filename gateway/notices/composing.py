"""What a receiver is sent: lines put into words, and several lines into one notice.

People get one notice with all that waits. Programs get a notice of each, so that they need not
take it apart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from gateway.domain.noticing import BOX, OUTAGE, TASK, WEEKLY, Line, State
from gateway.notices import presets, texts
from gateway.notices.presets import Preset, Told

_LINES_MOST: Final = 40
_NAME_MOST: Final = 100
_TITLE_MOST: Final = 200
SEVERAL: Final = "several"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """Who tells: name for people, store and gateway for programs, language, the shop's clock."""

    name: str
    store: str
    gateway: str
    language: str
    clock: Callable[[datetime], str]
    """Puts an instant into words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One notice, and the subjects of the lines that stand in it."""

    subject: str
    title: str
    body: bytes
    of: tuple[str, ...]


def compose(
    preset: Preset | None, lines: Sequence[Line], shop: Shop, most: int
) -> tuple[Draft, ...]:
    """At most ``most`` notices of these lines; without a preset it is e-mail."""
    if not lines or most < 1:
        return ()
    if preset is Preset.STANDARD:
        return tuple(_standard(line, shop) for line in lines[:most])
    said = [words(line, shop) for line in lines[:_LINES_MOST]]
    if len(lines) > _LINES_MOST:
        more = len(lines) - _LINES_MOST
        said.append(texts.AND_MORE.say(shop.language, count=str(more)))
    one = len(said) == 1
    title = (
        texts.ONE.say(shop.language, shop=shop.name[:_NAME_MOST], what=said[0])
        if one
        else texts.MANY.say(shop.language, shop=shop.name[:_NAME_MOST], count=str(len(lines)))
    )
    text = title if one else "\n".join([title, *(f"- {what}" for what in said)])
    body = text.encode() if preset is None else presets.chat(preset, text)
    return (
        Draft(
            subject=lines[0].subject if one else SEVERAL,
            title=title[:_TITLE_MOST],
            body=body,
            of=tuple(line.subject for line in lines),
        ),
    )


def _standard(line: Line, shop: Shop) -> Draft:
    what = words(line, shop)
    told = Told(
        type=line.subject,
        at=line.at,
        text=f"{shop.name[:_NAME_MOST]}: {what}",
        data={"store": shop.store, "gateway": shop.gateway} | dict(line.facts),
    )
    body = presets.standard(told)
    return Draft(subject=line.subject, title=what[:_TITLE_MOST], body=body, of=(line.subject,))


def words(line: Line, shop: Shop) -> str:
    """One line in the shop's language."""
    family, _, kind = line.subject.partition(".")
    facts, language = line.facts, shop.language
    if line.subject == WEEKLY:
        named = ("labels", "shown", "silent", "failed", "tasks")
        return texts.WEEKLY.say(language, **{name: str(facts.get(name, 0)) for name in named})
    if family not in {TASK, OUTAGE}:
        return texts.TEST.say(language)
    since = datetime.fromisoformat(str(facts["since"])).astimezone(UTC)
    lasted = duration(line.at - since, language)
    if line.subject == BOX:
        return texts.BOX_BACK.say(language, lasted=lasted)
    table, other = (
        (texts.TASKS, texts.TASK_OTHER) if family == TASK else (texts.OUTAGES, texts.OUTAGE_OTHER)
    )
    what = table.get(kind, other).say(language, count=str(facts.get("count", 1)), kind=kind)
    frame = {
        State.BEGAN.value: texts.BEGAN,
        State.MORE.value: texts.MORE,
        State.ENDED.value: texts.ENDED,
    }[str(facts["state"])]
    return frame.say(language, what=what, since=shop.clock(since), lasted=lasted)


def duration(lasted: timedelta, language: str) -> str:
    """How long something was, in the largest unit that says enough: ``12 min``, ``3 h``."""
    minutes = max(1, round(lasted.total_seconds() / 60))
    if minutes < 60:
        return texts.MINUTES.say(language, count=str(minutes))
    hours = round(minutes / 60)
    if hours < 48:
        return texts.HOURS.say(language, count=str(hours))
    return texts.DAYS.say(language, count=str(round(hours / 24)))
