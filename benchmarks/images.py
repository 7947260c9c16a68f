"""Label images: drawn, quantised, packed and fingerprinted, beside odl-renderer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import odl_renderer  # type: ignore[import-untyped] # it ships no types

from benchmarks import rounds
from benchmarks.figures import Figure
from benchmarks.setup import Setup
from device_drivers import pictures
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


async def measure(setup: Setup) -> AsyncIterator[Figure]:
    """``unique_qr``, ``no_qr`` (labels/s on one core) and ``two_workers``."""
    known = templates.load_all(templates.BUNDLED)
    sample = samples.load(templates.BUNDLED / "article" / "sample.toml")["sale"]
    for name, drawn_by, qr, goal in (
        ("unique_qr", known["article"], True, 8.0),
        ("no_qr", known["plain"], False, 2.0),
    ):
        yield await _beside_peer(setup, name, drawn_by, sample, qr=qr, goal=goal)
    yield await _two_workers(setup, known["article"], sample)


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
            waiting = labels(sample, count)
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


async def _draw_all(pool: RenderPool, drawn_by: Template, waiting: Iterator[LabelFacts]) -> None:
    for facts in waiting:
        await pool.render(drawn_by, PANEL, facts, COUNTRY)
