from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import pytest

from device_drivers.api.panels import Ink, Panel
from gateway.domain.labels import LabelFacts
from gateway.render import pool, rendering, samples, template, templates, worker
from gateway.render.jobs import Picture
from gateway.render.pool import RenderFailedError, RenderPool

PANEL = Panel(name="2.13", width=250, height=122, inks=(Ink.WHITE, Ink.BLACK), dpi=130)
FOLDER = templates.BUNDLED


@pytest.fixture(scope="module")
def style() -> template.Template:
    return template.load(FOLDER / "style" / "template.toml")


@pytest.fixture(scope="module")
def facts() -> LabelFacts:
    return samples.load(FOLDER / "style" / "sample.toml")["sale"]


@pytest.fixture
async def one_worker() -> AsyncIterator[RenderPool]:
    async with RenderPool(1) as running:
        yield running


@pytest.fixture(scope="module")
def expected(style: template.Template, facts: LabelFacts) -> Picture:
    return Picture(frame=rendering.render(style, PANEL, facts, "MX"))


async def outcome(running: RenderPool, by: template.Template, facts: LabelFacts) -> Picture | str:
    """The picture, or why there is none."""
    try:
        return await running.render(by, PANEL, facts, "MX")
    except RenderFailedError as error:
        return str(error)


async def test_a_worker_draws_the_same_pixels(
    one_worker: RenderPool, style: template.Template, facts: LabelFacts, expected: Picture
) -> None:
    picture = await one_worker.render(style, PANEL, facts, "MX")
    assert picture == expected
    assert picture.frame.fingerprint == expected.frame.fingerprint


async def test_a_killed_worker_is_replaced_and_its_job_drawn(
    one_worker: RenderPool, style: template.Template, facts: LabelFacts, expected: Picture
) -> None:
    (before,) = one_worker.worker_ids
    os.kill(before, signal.SIGKILL)
    assert await one_worker.render(style, PANEL, facts, "MX") == expected
    assert one_worker.worker_ids != (before,)


async def test_a_stuck_worker_is_replaced_and_its_job_drawn(
    style: template.Template, facts: LabelFacts, expected: Picture
) -> None:
    # Long enough for a drawing on a busy machine; what a new process imports is not in it.
    async with RenderPool(1, patience_s=5) as running:
        await running.render(style, PANEL, facts, "MX")
        (before,) = running.worker_ids
        os.kill(before, signal.SIGSTOP)
        assert await running.render(style, PANEL, facts, "MX") == expected
        assert running.worker_ids != (before,)


async def test_what_a_lost_worker_had_in_hand_is_drawn_by_the_next(
    one_worker: RenderPool, style: template.Template, facts: LabelFacts, expected: Picture
) -> None:
    os.kill(one_worker.worker_ids[0], signal.SIGKILL)
    async with asyncio.TaskGroup() as group:
        drawings = [
            group.create_task(one_worker.render(style, PANEL, facts, "MX")) for _ in range(6)
        ]
    assert [drawing.result() for drawing in drawings] == [expected] * 6


async def test_a_bad_job_spoils_none_of_those_beside_it(
    one_worker: RenderPool, style: template.Template, facts: LabelFacts, expected: Picture
) -> None:
    broken = style.model_copy(update={"views": ()})
    async with asyncio.TaskGroup() as group:
        drawings = [
            group.create_task(outcome(one_worker, one, facts)) for one in (style, broken, style)
        ]
    first, bad, last = (drawing.result() for drawing in drawings)
    assert first == last == expected
    assert isinstance(bad, str)
    assert "StopIteration" in bad


async def test_a_pool_that_ends_leaves_nobody_waiting(
    style: template.Template, facts: LabelFacts, expected: Picture
) -> None:
    async with asyncio.TaskGroup() as group, RenderPool(1) as running:
        (worker_id,) = running.worker_ids
        os.kill(worker_id, signal.SIGSTOP)
        drawings = [group.create_task(outcome(running, style, facts)) for _ in range(200)]
        done, _ = await asyncio.wait(drawings, timeout=0.1)
        assert not done
        os.kill(worker_id, signal.SIGCONT)
    assert drawings[0].result() == expected
    assert drawings[-1].result() == await outcome(running, style, facts)
    assert drawings[-1].result() == "the gateway ends and draws no more"


async def test_a_job_that_ends_every_worker_is_tried_twice_and_then_refused(
    style: template.Template, facts: LabelFacts
) -> None:
    async with RenderPool(1, patience_s=0.000_001) as running:
        with pytest.raises(RenderFailedError, match="two workers in a row"):
            await running.render(style, PANEL, facts, "MX")
        assert len(running.worker_ids) == 1


async def test_ctrl_c_and_sigterm_leave_workers_alone(
    one_worker: RenderPool, style: template.Template, facts: LabelFacts, expected: Picture
) -> None:
    await one_worker.render(style, PANEL, facts, "MX")
    before = one_worker.worker_ids
    os.kill(before[0], signal.SIGINT)
    os.kill(before[0], signal.SIGTERM)
    assert await one_worker.render(style, PANEL, facts, "MX") == expected
    assert one_worker.worker_ids == before


async def test_a_job_that_cannot_be_drawn_is_told_and_the_worker_lives(
    one_worker: RenderPool, style: template.Template, facts: LabelFacts, expected: Picture
) -> None:
    broken = style.model_copy(update={"views": ()})
    before = one_worker.worker_ids
    with pytest.raises(RenderFailedError, match="StopIteration"):
        await one_worker.render(broken, PANEL, facts, "MX")
    assert one_worker.worker_ids == before
    assert await one_worker.render(style, PANEL, facts, "MX") == expected


async def test_a_caller_that_gives_up_does_not_upset_the_next(
    one_worker: RenderPool, style: template.Template, facts: LabelFacts, expected: Picture
) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await one_worker.render(style, PANEL, facts, "MX")
    assert await one_worker.render(style, PANEL, facts, "MX") == expected


async def test_more_jobs_than_workers_wait_their_turn(
    style: template.Template, facts: LabelFacts, expected: Picture
) -> None:
    async with RenderPool(2) as running, asyncio.TaskGroup() as group:
        drawings = [group.create_task(running.render(style, PANEL, facts, "MX")) for _ in range(12)]
    assert {drawing.result().frame.fingerprint for drawing in drawings} == {
        expected.frame.fingerprint
    }


async def test_workers_end_with_the_pool(style: template.Template, facts: LabelFacts) -> None:
    async with RenderPool(2) as running:
        await running.render(style, PANEL, facts, "MX")
        ids = running.worker_ids
    assert running.worker_ids == ()
    for process in ids:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


def test_a_pool_without_workers_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one worker"):
        pool.RenderPool(0)


def test_a_worker_ends_when_the_gateway_is_gone() -> None:
    import multiprocessing

    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=worker.serve, args=(theirs,))
    process.start()
    theirs.close()
    ours.close()
    process.join(20)
    assert process.exitcode == 0
    process.close()
