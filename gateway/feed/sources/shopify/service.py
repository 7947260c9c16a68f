"""Keeps our copy of Shopify's catalogue as it is there: polls what changed, compares all at night.

Two loops share one connection: ``_polls`` asks every half minute for what changed, ``_readings``
reads everything at first, each night, and whenever the rules changed. What was polled while all was
being read is newer and stays. Trouble never ends the service: the shop goes on with what it has.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import NoReturn

import structlog

from gateway.clock import Clock
from gateway.domain.retrying import Backoff
from gateway.feed.local import NotOwnerError, TakenOverError
from gateway.feed.sources.shopify import applying, mapping, queries, timetable
from gateway.feed.sources.shopify.applying import Later, Way, Wrote
from gateway.feed.sources.shopify.client import Client, Reason, ShopifyError, Sleep
from gateway.feed.sources.shopify.mapping import PlacesError
from gateway.feed.sources.shopify.reading import Fetched, Reader
from gateway.feed.sources.shopify.records import Facts
from gateway.feed.sources.shopify.troubles import Trouble, Troubles
from gateway.feed.sources.shopify.webhooks import Hints
from gateway.settings import Settings
from gateway.store import shopify
from gateway.store.database import Connection, Database, StorageBusyError
from gateway.store.guarding import Ruling
from gateway.store.shopify import State

OVERLAP = timedelta(seconds=120)
"""How far back each question reaches: Shopify's search knows of a change a little late."""

VERSION_NOTICE = timedelta(days=60)
_FACTS_S = 3_600.0
_LEVELS_AT_ONCE = 200
_PROBLEMS_TOLD = 5
_TRIES_BEFORE_A_TASK = 3

_BURST_S = 1.0

log = structlog.get_logger("shopify")


class EmptyError(Exception):
    """Shopify suddenly has nothing for sale; the message says what to check."""


_PASSING = (
    ShopifyError,
    PlacesError,
    EmptyError,
    StorageBusyError,
    TakenOverError,
    NotOwnerError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What holds until the facts are asked for again, and the fingerprint of all of it."""

    facts: Facts
    way: Way
    publication: str | None
    rules: str
    asked: float


class ShopifyService:
    """One per gateway that takes kinds from Shopify; building it reads files."""

    name = "shopify"

    def __init__(
        self,
        database: Database,
        clock: Clock,
        settings: Settings,
        secret: str,
        hints: Hints,
        *,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings
        self._hints = hints
        self._client = Client(settings.shopify, secret, clock, sleep=sleep)
        self._reader = Reader(self._client, settings.shopify)
        self._troubles = Troubles(database, clock)
        self._turn = asyncio.Lock()
        self._all_wanted = asyncio.Event()
        self._known: _Known | None = None
        self._state: State | None = None
        self._later: Later | None = None
        self._number = 0
        # The jitter of attempts needs no secret randomness.
        self._rng = random.Random()  # noqa: S311

    async def run(self) -> NoReturn:
        """Follow Shopify for ever."""
        self._state = await self._database.read(shopify.state)
        self._number = self._state.number if self._state is not None else 0
        async with self._client, asyncio.TaskGroup() as group:
            group.create_task(self._for_ever(self._read_when_due), name="shopify-readings")
            group.create_task(self._for_ever(self._poll), name="shopify-polls")
        raise AssertionError("a task of the Shopify source ended")

    async def _for_ever(self, step: Callable[[], Awaitable[float]]) -> None:
        """Do ``step`` again after the seconds it returns; after a failure, later and later."""
        options = self._settings.shopify
        backoff = Backoff(first_s=options.retry_s, max_s=options.retry_max_s)
        failures = 0
        while True:
            try:
                wait = await step()
                failures = 0
            except _PASSING as error:
                failures += 1
                await self._tell(error, failures)
                wait = backoff.wait(failures, self._rng).total_seconds()
                await self._client.sleep(wait)
                continue
            wake = self._all_wanted if step == self._read_when_due else self._hints.news
            try:
                async with asyncio.timeout(wait):
                    await wake.wait()
            except TimeoutError:
                continue
            # Messages come in bursts: one look for all of them.
            await self._client.sleep(min(_BURST_S, wait))

    async def _tell(self, error: Exception, failures: int) -> None:
        match error:
            case ShopifyError(reason=Reason.REFUSED):
                await self._troubles.arose(Trouble.ACCESS, str(error))
            case EmptyError() | NotOwnerError():
                await self._troubles.arose(Trouble.EMPTY, str(error))
            case PlacesError():
                await self._troubles.arose(Trouble.PLACES, str(error))
            case _:
                lasting = failures >= _TRIES_BEFORE_A_TASK
                await self._troubles.arose(Trouble.CONNECTION, str(error), task=lasting)

    async def _poll(self) -> float:
        """Take in what changed since last time; returns seconds until the next look."""
        hinted = self._hints.take()
        try:
            known = await self._facts()
            state = self._state
            if state is None or state.rules != known.rules:
                self._hints.give_back(hinted)
                self._all_wanted.set()
                return self._settings.shopify.poll_s
            since = datetime.fromisoformat(state.since) - OVERLAP
            changed = await self._reader.changed(since)
            if changed.more:
                log.info("so much changed that everything is read")
                self._all_wanted.set()
                return self._settings.shopify.poll_s
            await self._take_articles(list(dict.fromkeys((*hinted, *changed.articles))), known)
            await self._take_levels(known, since)
        except _PASSING:
            self._hints.give_back(hinted)
            raise
        async with self._turn:
            latest = self._state or state
            since_now = max(datetime.fromisoformat(latest.since), changed.at)
            await self._remember(self._told(replace(latest, since=since_now.isoformat())))
        await self._troubles.over(Trouble.CONNECTION, Trouble.ACCESS, Trouble.PLACES)
        return self._settings.shopify.poll_s

    async def _take_articles(self, ids: list[str], known: _Known) -> None:
        portions = []
        for begin in range(0, len(ids), queries.ARTICLES_AT_ONCE):
            some = ids[begin : begin + queries.ARTICLES_AT_ONCE]
            portions.append(await self._reader.articles(some, known.publication))
        ruling = None
        if len(portions) > 1:
            every = [one for portion in portions for one in portion]
            survey = partial(applying.survey, fetched=every, way=known.way, at=self._clock.now())
            ruling = await self._database.read(survey)
        for portion in portions:
            await self._take_portion(portion, known, ruling)
        if ids:
            await self._tell_problems()

    async def _take_portion(
        self, fetched: list[Fetched], known: _Known, ruling: Ruling | None
    ) -> None:
        async with self._turn:
            wrote = await self._write(
                partial(
                    applying.write_articles,
                    fetched=fetched,
                    way=known.way,
                    number=self._number,
                    at=self._clock.now(),
                    ruling=ruling,
                )
            )
            if self._later is not None:
                self._later.articles.update(one.id for one in fetched)
        if wrote.items:
            levels = await self._reader.levels_of(wrote.items)
            async with self._turn:
                await self._write(
                    partial(
                        applying.write_levels,
                        levels=levels,
                        way=known.way,
                        at=self._clock.now(),
                    )
                )

    async def _take_levels(self, known: _Known, since: datetime) -> None:
        levels = await self._reader.changed_levels(known.way.rules.places, since)
        at, ruling = self._clock.now(), None
        if len(levels) > _LEVELS_AT_ONCE:
            survey = partial(applying.survey_levels, levels=levels, way=known.way, at=at)
            ruling = await self._database.read(survey)
        write = partial(applying.write_levels, way=known.way, at=at, ruling=ruling)
        for begin in range(0, len(levels), _LEVELS_AT_ONCE):
            some = levels[begin : begin + _LEVELS_AT_ONCE]
            async with self._turn:
                await self._write(partial(write, levels=some))

    async def _write(self, step: Callable[[Connection], Wrote]) -> Wrote:
        wrote = await self._database.write_patiently(step)
        if self._later is not None:
            self._later.rows |= wrote.changes
        return wrote

    async def _read_when_due(self) -> float:
        """Read everything if it is time; returns seconds until it may be."""
        state, options = self._state, self._settings.shopify
        if state is not None and not self._all_wanted.is_set():
            last = datetime.fromisoformat(state.read_at)
            due = timetable.next_reading(last, options.compare_at, self._settings.shop.zone)
            if self._clock.now() < due:
                return options.poll_s
        try:
            await self._read_all()
        except BaseException:
            self._all_wanted.set()
            raise
        finally:
            self._later = None
        # Who wanted it meanwhile finds out again whether it is still needed.
        self._all_wanted.clear()
        return options.poll_s

    async def _read_all(self) -> None:
        known = await self._facts(fresh=True)
        self._later = Later()
        self._number += 1
        whole = await self._reader.whole(self._database.path.parent, known.publication)
        on_sale = sum(one.on_sale for one in whole.catalogue.articles.values())
        before = await self._database.read(shopify.count)
        if before and not on_sale:
            raise EmptyError(
                f"Shopify says that none of {before} articles is on sale; all were kept. Check "
                "whether the app still sees them, and [shopify] publication"
            )
        async with self._turn:
            replaced = await applying.replace_all(
                self._database,
                whole.catalogue,
                known.facts,
                known.way,
                self._later,
                number=self._number,
                at=self._clock.now(),
            )
            read_at = self._clock.now().isoformat()
            polled = datetime.fromisoformat(self._state.since) if self._state is not None else None
            since = max(filter(None, (polled, whole.at))).isoformat()
            new = State(rules=known.rules, number=self._number, read_at=read_at, since=since)
            await self._remember(self._told(new))
        # What changed while it was prepared is asked for at once.
        self._hints.add(None)
        log.info("everything read", articles=on_sale, rows=replaced.rows)
        await self._troubles.over(Trouble.CONNECTION, Trouble.ACCESS, Trouble.PLACES, Trouble.EMPTY)
        await self._tell_problems()

    async def _facts(self, *, fresh: bool = False) -> _Known:
        now = self._clock.monotonic()
        if self._known is not None and not fresh and now - self._known.asked < _FACTS_S:
            return self._known
        facts = await self._reader.facts()
        await self._tell_version(facts)
        way = Way(settings=self._settings, rules=mapping.rules(self._settings, facts))
        publication = await self._reader.publication()
        if publication is None and self._settings.shopify.publication and self._known is None:
            log.warning(
                "all active articles are taken", no_channel=self._settings.shopify.publication
            )
        rules = _fingerprint(self._settings, facts, way, publication)
        self._known = _Known(facts=facts, way=way, publication=publication, rules=rules, asked=now)
        if way.rules.tax is None:
            await self._troubles.arose(
                Trouble.TAX,
                "Shopify keeps prices without tax, so none is shown: write tax_percent under "
                "[shopify]",
            )
        else:
            await self._troubles.over(Trouble.TAX)
        return self._known

    async def _tell_version(self, facts: Facts) -> None:
        ours, served = self._settings.shopify.api_version, self._client.served_version
        ends = timetable.version_ends(ours)
        if served not in {"", ours} or ours not in facts.versions:
            why = f"Shopify no longer serves {ours} and answers with {served or 'another'}"
        elif self._clock.now() > ends - VERSION_NOTICE:
            why = f"Shopify may stop serving {ours} on {ends.date()}"
        else:
            await self._troubles.over(Trouble.VERSION)
            return
        others = ", ".join(sorted(facts.versions)[-4:])
        await self._troubles.arose(
            Trouble.VERSION,
            f"{why}: update Anaquel, or write one of {others} as [shopify] api_version",
        )

    async def _tell_problems(self) -> None:
        total, first = await self._database.read(partial(shopify.problems, limit=_PROBLEMS_TOLD))
        if not total:
            await self._troubles.over(Trouble.ARTICLES)
            return
        told = "; ".join(f"{problem} (variant {variant})" for variant, problem in first)
        await self._troubles.arose(Trouble.ARTICLES, f"{total}: {told}")

    def _told(self, state: State) -> State:
        """The state with what Shopify last said of its limits."""
        bucket = self._client.pace.bucket
        version = self._client.served_version
        if self._client.deprecated:
            version += f" (deprecated: {self._client.deprecated})"
        return replace(
            state,
            asked_at=self._clock.now().isoformat(),
            points=0 if bucket is None else int(bucket.level),
            points_most=0 if bucket is None else int(bucket.size),
            version=version,
        )

    async def _remember(self, state: State) -> None:
        await self._database.write_patiently(partial(shopify.set_state, new=state))
        self._state = state


def _fingerprint(settings: Settings, facts: Facts, way: Way, publication: str | None) -> str:
    """Of everything that decides which rows come of the same answers."""
    options = settings.shopify
    said = [
        mapping.VERSION,
        options.base,
        settings.shop.store,
        settings.shop.language,
        [options.style_from, options.style_metafield, options.style_pattern],
        [options.color_metafield, list(options.warehouses)],
        [settings.source_of(kind) for kind in ("location", "group", "product", "offers", "stock")],
        [facts.currency, str(way.rules.tax), dict(way.rules.places), publication],
        [asdict(place) for place in facts.places],
    ]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
