"""Label images: drawn, quantised, packed and fingerprinted, beside odl-renderer."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import odl_renderer  # type: ignore[import-untyped] # it ships no types

from benchmarks import process, rounds
from benchmarks.figures import Figure
from benchmarks.setup import Setup
from device_drivers import pictures
from device_drivers.api.known_panels import PANELS
from device_drivers.api.panels import Ink, Panel
from gateway.domain.labels import LabelFacts
from gateway.domain.money import Money
from gateway.render import rendering, samples, templates
from gateway.render.pool import RenderPool
from gateway.render.template import Template

PANEL = Panel(name="2.9", width=296, height=128, inks=(Ink.WHITE, Ink.BLACK, Ink.RED), dpi=112)
COUNTRY = "MX"
_PEER = "odl-renderer"
_AT_ONCE = 8
_ZONE = ZoneInfo("America/Mexico_City")
_PANELS = ("2.13-250x122-bwr", "2.66-296x152-bwry", "2.9-296x128-bwr", "4.2-400x300-bwr")
_THINGS = ("Tenis", "Bota", "Sandalia", "Chamarra", "Pantalón", "Camisa", "Mochila", "Calceta")
_KINDS = ("para correr", "de montaña", "casual", "infantil", "impermeable", "de piel", "ligera")
_NAMES = ("Sierra", "Aurora", "Brisa", "Cumbre", "Laguna", "Norte", "Pacífico", "Río", "Valle")


async def measure(setup: Setup) -> AsyncIterator[Figure]:
    """Rates beside the peer, ``two_workers``, and a whole store with its workers' memory."""
    known = templates.load_all(templates.BUNDLED)
    sample = samples.load(templates.BUNDLED / "article" / "sample.toml")["sale"]
    for name, drawn_by, qr, goal in (
        ("unique_qr", known["article"], True, 8.0),
        ("no_qr", known["plain"], False, 2.0),
    ):
        yield await _beside_peer(setup, name, drawn_by, sample, qr=qr, goal=goal)
    yield await _two_workers(setup, known["article"], sample)
    async for figure in _store(setup, known):
        yield figure


def labels(sample: LabelFacts, count: int, first: int = 0) -> Iterator[LabelFacts]:
    """Labels of which no two are alike: each has its own link, article and price."""
    tag = sample.tag
    assert tag is not None  # noqa: S101 - the sample has a price
    for number in range(first, first + count):
        price = Money(amount=tag.price.amount + number % 500, currency=tag.price.currency)
        yield replace(
            sample,
            link=f"HTTPS://Q.EXAMPLE.COM/01/{9521234000000 + number:014d}",
            title=f"Tenis Sierra {number}",
            tag=replace(tag, price=price),
        )


def ours(drawn_by: Template, facts: LabelFacts) -> tuple[bytes, str]:
    """What a label needs: the packed planes and the fingerprint."""
    frame = rendering.render(drawn_by, PANEL, facts, COUNTRY)
    return pictures.encode(frame, "planes"), frame.fingerprint


def peers(facts: LabelFacts, *, qr: bool) -> list[dict[str, Any]]:
    """The same content in the peer's drawing instructions, at about the same places."""
    assert facts.tag is not None  # noqa: S101 - the sample has a price
    text = {"type": "text", "font": "ppb.ttf", "color": "black"}
    elements: list[dict[str, Any]] = [
        {**text, "x": 8, "y": 6, "size": 12, "value": facts.brand},
        {**text, "x": 8, "y": 22, "size": 18, "value": facts.title},
        {**text, "x": 8, "y": 44, "size": 13, "value": facts.variant},
        {
            **text,
            "x": 8,
            "y": 66,
            "size": 38,
            "color": "red",
            "value": f"${facts.tag.price.amount}",
        },
    ]
    if qr:
        regular = facts.tag.regular.amount if facts.tag.regular is not None else ""
        elements += [
            {**text, "x": 8, "y": 108, "size": 13, "value": f"${regular}"},
            {**text, "x": 100, "y": 108, "size": 13, "value": facts.reference},
            {"type": "qrcode", "x": 206, "y": 14, "data": facts.link, "boxsize": 3, "border": 0},
        ]
    return elements


async def _beside_peer(
    setup: Setup, name: str, drawn_by: Template, sample: LabelFacts, *, qr: bool, goal: float
) -> Figure:
    count = setup.size(1_000, 50)
    first = 0

    def fresh(share: int = 1) -> list[LabelFacts]:
        nonlocal first
        first += count
        return list(labels(sample, count // share, first))

    async def drawn_by_us() -> float:
        waiting = fresh()
        began = time.perf_counter()
        for facts in waiting:
            ours(drawn_by, facts)
        return len(waiting) / (time.perf_counter() - began)

    async def drawn_by_the_peer() -> float:
        waiting = [peers(facts, qr=qr) for facts in fresh(4)]
        began = time.perf_counter()
        for elements in waiting:
            await odl_renderer.generate_image(PANEL.width, PANEL.height, elements)
        return len(waiting) / (time.perf_counter() - began)

    for warm in labels(sample, 3):
        ours(drawn_by, warm)
        await odl_renderer.generate_image(PANEL.width, PANEL.height, peers(warm, qr=qr))
    rate, peer = await rounds.medians(drawn_by_us, drawn_by_the_peer)
    return Figure(name=name, unit="labels/s", ours=rate, peer=peer, peer_name=_PEER, goal=goal)


async def _two_workers(setup: Setup, drawn_by: Template, sample: LabelFacts) -> Figure:
    count = setup.size(1_000, 50)
    async with AsyncExitStack() as stack:
        two = await stack.enter_async_context(RenderPool(2))
        one = await stack.enter_async_context(RenderPool(1))

        async def rate(pool: RenderPool) -> float:
            waiting = iter(list(labels(sample, count)))
            began = time.perf_counter()
            async with asyncio.TaskGroup() as group:
                for _ in range(_AT_ONCE):
                    group.create_task(_draw_all(pool, drawn_by, waiting))
            return count / (time.perf_counter() - began)

        for pool in (one, two):
            await rate(pool)
        both, single = await rounds.medians(lambda: rate(two), lambda: rate(one))
    return Figure(
        name="two_workers",
        unit="labels/s",
        ours=both,
        peer=single,
        peer_name="one worker",
        goal=1.7,
    )


async def _store(setup: Setup, known: Mapping[str, Template]) -> AsyncIterator[Figure]:
    """A whole store as the planner draws it: within the rules, by two workers that began before."""
    count = setup.size(20_000, 1_000)
    jobs = list(_shelves(known, count))
    async with RenderPool(2) as pool:
        for warm in jobs[:2]:
            await pool.render(*warm, COUNTRY, _ZONE, COUNTRY)
        waiting = iter(jobs)

        async def draw() -> None:
            for job in waiting:
                await pool.render(*job, COUNTRY, _ZONE, COUNTRY)

        began = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for _ in range(_AT_ONCE):
                group.create_task(draw())
        took = time.perf_counter() - began
        memory = [await asyncio.to_thread(process.resident_mb, one) for one in pool.worker_ids]
    goal = None if setup.quick else 20.0
    yield Figure(name="store_20k", unit="s", ours=took, goal=goal, better="lower")
    goal = None if setup.quick else 80.0
    yield Figure(name="worker_mb", unit="MB", ours=max(memory), goal=goal, better="lower")


def _shelves(
    known: Mapping[str, Template], count: int
) -> Iterator[tuple[Template, Panel, LabelFacts]]:
    """Different labels in no order: three templates with all their samples on four panels."""
    samples_of = [
        (known[name], [facts for facts in samples.load(_sample(name)).values() if facts.tag])
        for name in ("article", "style", "plain")
    ]
    chance = random.Random(4)
    for number in range(count):
        drawn_by, shown = chance.choice(samples_of)
        facts = chance.choice(shown)
        assert facts.tag is not None  # noqa: S101 - those without were left out
        amount = Decimal(chance.randrange(100, 300_000)) / 100
        price = Money(amount=amount, currency=facts.tag.price.currency)
        title = f"{chance.choice(_THINGS)} {chance.choice(_KINDS)} {chance.choice(_NAMES)}"
        own = replace(
            facts,
            link=f"HTTPS://Q.EXAMPLE.COM/01/{9521234000000 + number:014d}",
            title=f"{title} {chance.randrange(10, 1000)}",
            tag=replace(facts.tag, price=price),
        )
        yield drawn_by, PANELS[chance.choice(_PANELS)], own


def _sample(name: str) -> Path:
    return templates.BUNDLED / name / "sample.toml"


async def _draw_all(pool: RenderPool, drawn_by: Template, waiting: Iterator[LabelFacts]) -> None:
    for facts in waiting:
        await pool.render(drawn_by, PANEL, facts, COUNTRY)
