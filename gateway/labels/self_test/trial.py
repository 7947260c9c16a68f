"""One label tried from the first advertisement to the light, step by step.

A step that came to nothing because the label was asleep, away or busy is tried again until its
time is up; then the label counts as out of reach and the rest is not tried. A step that the label
answered with an error is told, and the next one begins.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from device_drivers.api.drivers import (
    Described,
    Failed,
    Flash,
    LabelDriver,
    Later,
    Outcome,
    Picture,
    Reason,
    Shown,
    Transferred,
)
from device_drivers.api.panels import Frame, Panel
from device_drivers.labels.sightings import address_of
from device_drivers.links.metered import MeteredRadio, Traffic
from device_drivers.links.radio import Advert
from gateway.errors import AnaquelError
from gateway.labels import driving
from gateway.labels.self_test import cards
from gateway.labels.self_test.hearing import Hearing, InReach

LIGHT: Final = "light"
_LIGHT_S: Final = 10.0
_QUESTIONS: Final[Mapping[str, str]] = {
    "white": "All of it should be white. What do you see?",
    "black": "All of it should be black. What do you see?",
    "card": "It should look like card.png, with the arrow up. What do you see?",
    LIGHT: "A light should blink. What do you see?",
}

Ask = Callable[[str], Awaitable[str]]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds: to hear the label at first, for one step with all its tries, between two tries.

    ``draw`` is how long a label that never says that it shows a picture is left to draw it, where
    nobody is asked what they see.
    """

    listen: float = 60.0
    step: float = 240.0
    again: float = 3.0
    draw: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One try of a step: what it came to, how long it took, what passed over the air."""

    outcome: Outcome
    seconds: float
    traffic: Traffic


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step with all its tries; without one it was not tried, and ``why_not`` says why.

    ``frame`` is what was to be shown, ``picture`` the same as it went out; ``seen`` is what the
    person answered.
    """

    name: str
    tries: tuple[Try, ...] = ()
    why_not: str = ""
    frame: Frame | None = field(default=None, repr=False)
    picture: Picture | None = field(default=None, repr=False)
    seen: str = ""

    @property
    def is_good(self) -> bool:
        """Whether the label took it."""
        return bool(self.tries) and isinstance(self.tries[-1].outcome, Shown | Transferred)

    @property
    def seconds(self) -> float:
        """All tries together."""
        return sum(one.seconds for one in self.tries)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """All that came of it; ``label`` is None when none of a known family was heard.

    ``advert`` is the first that was heard from the address. ``problem`` says why nothing was sent.
    """

    address: str
    adapter: str
    label: InReach | None
    advert: Advert | None
    panel: Panel | None = None
    steps: tuple[Step, ...] = ()
    problem: str = ""

    @property
    def is_good(self) -> bool:
        """Whether the label took everything that its family can take."""
        asked = [one for one in self.steps if one.tries or not one.why_not.startswith(NO_LIGHT)]
        return not self.problem and bool(asked) and all(one.is_good for one in asked)


NO_LIGHT: Final = "no light"
_AWAY: Final = "the label was out of reach by then"


class Trial:
    """Tries labels over ``radio``; ``hearing`` has to run. ``ask`` is None where nobody looks."""

    def __init__(
        self,
        radio: MeteredRadio,
        drivers: Mapping[str, LabelDriver],
        hearing: Hearing,
        *,
        ask: Ask | None,
        say: Say,
        patience: Patience | None = None,
    ) -> None:
        self._radio = radio
        self._drivers = drivers
        self._hearing = hearing
        self._ask = ask
        self._say = say
        self._patience = patience or Patience()

    async def run(self, label: str, model: str | None = None) -> Tried:
        """Try the label with this id, as this model where it does not tell its own.

        Raises ``AnaquelError`` when the model has to be chosen, or is not the label's.
        """
        address = address_of(label)
        if address is None:
            raise AnaquelError(
                f"{label!r} is no Bluetooth address; write it like FF:FF:10:20:30:40"
            )
        self._say(f"listening for {address} ...")
        heard = await self._heard(label)
        told = Tried(
            address=address,
            adapter=self._radio.name,
            label=heard,
            advert=self._radio.last_heard(address),
        )
        if heard is None or heard.problem:
            return replace(told, problem=_why_unknown(told, self._patience.listen))
        panel = _panel(heard, model)
        self._say(f"{heard.family.title}, {panel.name}, {panel.width}x{panel.height}")
        steps = await self._steps(heard, panel)
        return replace(told, label=self._hearing.labels[label], panel=panel, steps=steps)

    async def _heard(self, label: str) -> InReach | None:
        try:
            async with asyncio.timeout(self._patience.listen):
                return await self._hearing.label(label)
        except TimeoutError:
            return self._hearing.labels.get(label)

    async def _steps(self, heard: InReach, panel: Panel) -> tuple[Step, ...]:
        driver = self._drivers[heard.family.name]
        known = Described(
            label=heard.label,
            model=panel.name,
            formats=heard.formats,
            firmware=heard.firmware,
            via=self._radio.name,
        )
        drawn = await asyncio.to_thread(lambda: list(cards.draw(panel, heard.label)))
        planned = [Step(name=name, frame=frame) for name, frame in drawn] + [Step(name=LIGHT)]
        done: list[Step] = []
        is_away = False
        for step in planned:
            if is_away:
                done.append(replace(step, why_not=_AWAY))
                continue
            done.append(await self._done(step, driver, known))
            is_away = bool(done[-1].tries) and isinstance(done[-1].tries[-1].outcome, Later)
        return tuple(done)

    async def _done(self, step: Step, driver: LabelDriver, known: Described) -> Step:
        if step.frame is None:
            if not driver.family.capabilities.flashes:
                return replace(step, why_not=f"{NO_LIGHT} is known of this family")
            flash = Flash(seconds=_LIGHT_S)
            step = await self._tried(step, lambda: driving.flash(driver, known, flash))
        else:
            try:
                picture = await asyncio.to_thread(driving.encode, driver, step.frame, known)
            except ValueError as error:
                return replace(step, why_not=str(error))
            step = replace(step, picture=picture)
            step = await self._tried(
                step, lambda: driving.deliver(driver, known, step.name, picture)
            )
        if not step.is_good:
            return step
        return await self._seen(step, draws=not driver.family.capabilities.confirms_shown)

    async def _tried(self, step: Step, deed: Callable[[], Awaitable[Outcome]]) -> Step:
        """Try until there is an outcome or the time is up."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._patience.step
        tries: list[Try] = []
        while True:
            began = loop.time()
            self._radio.take()
            outcome = await deed()
            took = loop.time() - began
            tries.append(Try(outcome=outcome, seconds=took, traffic=self._radio.take()))
            self._say(f"{step.name:6} {said_of(outcome)} after {took:.1f} s")
            if not isinstance(outcome, Later):
                break
            wait_s = max(self._patience.again, outcome.wait_s or 0.0)
            if loop.time() + wait_s > until:
                break
            await asyncio.sleep(wait_s)
        return replace(step, tries=tuple(tries))

    async def _seen(self, step: Step, *, draws: bool) -> Step:
        is_drawn_later = draws and step.frame is not None
        if self._ask is None:
            if is_drawn_later:
                await asyncio.sleep(self._patience.draw)
            return step
        wait = "Give it half a minute to draw. " if is_drawn_later else ""
        return replace(step, seen=await self._ask(wait + _QUESTIONS[step.name]))


def said_of(outcome: Outcome) -> str:
    """An outcome in words."""
    match outcome:
        case Shown():
            return "shown"
        case Transferred():
            return "transferred"
        case Later():
            return f"not now ({_words(outcome.reason)})"
        case Failed():
            detail = f": {outcome.detail}" if outcome.detail else ""
            return f"failed ({_words(outcome.reason)}{detail})"


def _words(reason: Reason) -> str:
    return reason.value.replace("_", " ")


def _why_unknown(told: Tried, listened_s: float) -> str:
    if told.label is not None and told.label.problem:
        return told.label.problem
    if told.advert is None:
        return (
            f"it was not heard within {listened_s:g} s: bring it nearer, wake it "
            "(most labels wake when their battery is put in), and end what is connected to it"
        )
    return "it is heard, but speaks like no label that is known here; the report has what it says"


def _panel(heard: InReach, model: str | None) -> Panel:
    models = {one.id: one.panel for one in heard.family.models}
    if heard.panel is not None:
        if model is not None and model != heard.panel.name:
            raise AnaquelError(
                f"--model {model}: the label says that it is {heard.panel.name}; leave out --model"
            )
        return heard.panel
    if model is None or model not in models:
        said = (
            f"no {heard.family.title} model is called {model!r}"
            if model
            else (f"{heard.family.title} labels do not tell their model")
        )
        raise AnaquelError(
            f"{said}; give --model with one of {', '.join(models)}. A label that asks for a key "
            "tells it once it is known: --config FILE, whose [labels] keys_file has it"
        )
    return models[model]
