"""Drawing beside the event loop: worker processes that are started once and watched.

The loop only awaits; sending to a worker, waiting for it and replacing it happen in a thread per
worker. Waking threads and processes costs as much as drawing: a worker gets several jobs at a time,
and its thread takes the next without the event loop, which has other things to do. Every job that
waits has its caller waiting, so no queue can grow here; who gives up meanwhile is not served.
"""

from __future__ import annotations

import asyncio
import itertools
import multiprocessing
import pickle
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import tzinfo
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Self

from device_drivers.api.panels import Panel
from gateway.domain.labels import LabelFacts
from gateway.render import jobs
from gateway.render.jobs import (
    AnyJob,
    Checked,
    CheckJob,
    Complaint,
    Done,
    Flaw,
    Job,
    Picture,
    ShrinkJob,
    Shrunk,
)
from gateway.render.template import Template

_PATIENCE_S = 10.0
"""A drawing takes milliseconds."""
_START_S = 60.0
"""A process imports much before it is ready; on a slow card that takes long."""

_MOST_AT_ONCE = 4
"""Jobs in one message: enough that waking up costs little, few enough that nobody waits long."""

_GOODBYE_S = 2.0

_ENDED = "the gateway ends and draws no more"

_Order = tuple[asyncio.Future[Done], AnyJob]
"""Where a caller waits, and its job."""


class RenderFailedError(Exception):
    """A picture could not be drawn; the message says why. Trying again draws the same failure."""


class RenderPool:
    """``workers`` processes that draw labels; use it as an async context manager."""

    def __init__(self, workers: int, *, patience_s: float = _PATIENCE_S) -> None:
        if workers < 1:
            raise ValueError("a render pool needs at least one worker")
        self._workers = [_Worker(patience_s) for _ in range(workers)]
        self._lock = threading.Lock()  # over the next three
        self._idle: list[_Worker] = []
        self._waiting: dict[asyncio.Future[Done], AnyJob] = {}
        self._ended = False
        self._threads = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="render")
        self._pickled: dict[int, tuple[Template, bytes]] = {}

    async def __aenter__(self) -> Self:
        """Start the workers and wait until every process runs."""
        loop = asyncio.get_running_loop()
        for one in self._workers:
            await loop.run_in_executor(self._threads, one.start)
            self._idle.append(one)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the workers; drawings under way are finished first."""
        with self._lock:
            self._ended = True
            waiting = list(self._waiting)
            self._waiting.clear()
        for answer in waiting:
            _give(answer, RenderFailedError(_ENDED))
        await asyncio.to_thread(self._threads.shutdown)
        for one in self._workers:
            await asyncio.to_thread(one.stop)

    @property
    def worker_ids(self) -> tuple[int, ...]:
        """The process ids of the workers that run now."""
        return tuple(one.process_id for one in self._workers if one.process_id is not None)

    async def render(
        self,
        template: Template,
        panel: Panel,
        facts: LabelFacts,
        country: str,
        zone: tzinfo | None = None,
        pack: str | None = None,
    ) -> Picture:
        """``rendering.draw`` in a worker, held against a rule pack. Raises ``RenderFailedError``.

        A worker that crashes or does not answer in time is replaced and the job tried once more.
        """
        job = Job(
            template=self._pickle(template),
            panel=panel,
            facts=facts,
            country=country,
            zone=zone,
            pack=pack,
        )
        drawn = await self._done(job)
        assert isinstance(drawn, Picture)  # noqa: S101 - what this job gives
        return drawn

    async def shrink(self, data: bytes) -> Shrunk:
        """``shrinking.shrink`` in a worker, as ``render``. Raises ``RenderFailedError``."""
        shrunk = await self._done(ShrinkJob(data=data))
        assert isinstance(shrunk, Shrunk)  # noqa: S101 - what this job gives
        return shrunk

    async def check(
        self,
        template: Template,
        panel: Panel,
        samples: Mapping[str, LabelFacts],
        country: str,
        zone: tzinfo | None = None,
        pack: str | None = None,
    ) -> tuple[Flaw, ...]:
        """``checking.flaws`` in a worker, as ``render``. Raises ``RenderFailedError``."""
        job = CheckJob(
            template=self._pickle(template),
            panel=panel,
            samples=samples,
            country=country,
            zone=zone,
            pack=pack,
        )
        checked = await self._done(job)
        assert isinstance(checked, Checked)  # noqa: S101 - what this job gives
        return checked.flaws

    async def _done(self, job: AnyJob) -> Picture | Shrunk | Checked:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Done] = loop.create_future()
        with self._lock:
            if self._ended:
                raise RenderFailedError(_ENDED)
            self._waiting[answer] = job
        # Not at once: others who ask in this turn of the loop go with it.
        loop.call_soon(self._rouse, loop)
        try:
            done = await answer
        except asyncio.CancelledError:
            with self._lock:
                self._waiting.pop(answer, None)
            raise
        if isinstance(done, Complaint):
            raise RenderFailedError(done.problem)
        return done

    def _rouse(self, loop: asyncio.AbstractEventLoop) -> None:
        """Set idle workers to what waits."""
        while True:
            with self._lock:
                if not self._idle or not self._waiting:
                    return
                one = self._idle.pop()
                orders = self._next_orders()
            self._threads.submit(self._work, one, orders, loop)

    def _work(
        self, one: _Worker, orders: Sequence[_Order], loop: asyncio.AbstractEventLoop
    ) -> None:
        while orders:
            made: Sequence[Done | Exception]
            try:
                made = one.do([job for _, job in orders])
            except Exception as error:  # noqa: BLE001 - the thread's outermost edge: callers hear it
                made = [error] * len(orders)
            loop.call_soon_threadsafe(_give_all, orders, made)
            with self._lock:
                orders = self._next_orders()
                if not orders:
                    self._idle.append(one)

    def _next_orders(self) -> list[_Order]:
        """One worker's share of what waits, idle ones beside it: a few labels, or one other job.

        A photograph and a check take far longer, so nothing else waits for them.
        """
        share = min(_MOST_AT_ONCE, -(-len(self._waiting) // (len(self._idle) + 1)))
        first = list(itertools.islice(self._waiting.items(), share))
        labels = list(itertools.takewhile(lambda order: isinstance(order[1], Job), first))
        orders = labels or first[:1]
        for answer, _ in orders:
            del self._waiting[answer]
        return orders

    def _pickle(self, template: Template) -> bytes:
        # Templates are few and live long; keeping each beside its id keeps the id its own.
        known = self._pickled.get(id(template))
        if known is None:
            if len(self._pickled) >= 256:
                self._pickled.clear()
            known = self._pickled[id(template)] = (template, pickle.dumps(template))
        return known[1]


def _give_all(orders: Sequence[_Order], made: Sequence[Done | Exception]) -> None:
    for (answer, _), done in zip(orders, made, strict=True):
        _give(answer, done)


def _give(answer: asyncio.Future[Done], done: Done | Exception) -> None:
    if answer.done():
        return  # its caller gave up
    if isinstance(done, Exception):
        answer.set_exception(done)
    else:
        answer.set_result(done)


class _Worker:
    """One process and our end of its pipe; used by one thread at a time."""

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self._context = multiprocessing.get_context("spawn")
        self._process: multiprocessing.process.BaseProcess | None = None
        self._pipe: Connection | None = None
        self._is_ready = False

    @property
    def process_id(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=jobs.begin, args=(theirs,), name="anaquel-render", daemon=True
        )
        process.start()
        theirs.close()
        self._process, self._pipe, self._is_ready = process, ours, False

    def do(self, several: Sequence[AnyJob]) -> list[Done]:
        """A result for each job, in order.

        A lost or stuck process is replaced. Each job then gets one more try by itself, so that a
        bad one spoils no other.
        """
        done = self._attempt(several)
        if done is not None:
            return done
        self._replace()
        return [self._once_more(job) for job in several]

    def _once_more(self, job: AnyJob) -> Done:
        done = self._attempt([job])
        if done is not None:
            return done[0]
        self._replace()
        return Complaint(problem="two workers in a row crashed or hung on this picture")

    def stop(self) -> None:
        """Close the pipe, which ends the process; kill it if that does not."""
        if self._process is None or self._pipe is None:
            return
        self._pipe.close()
        self._process.join(_GOODBYE_S)
        if self._process.exitcode is None:
            self._process.kill()
            self._process.join()
        self._process.close()
        self._process = self._pipe = None

    def _attempt(self, several: Sequence[AnyJob]) -> list[Done] | None:
        if self._pipe is None:
            return None
        try:
            if not self._is_ready:
                if not self._pipe.poll(_START_S):
                    return None
                self._is_ready = self._pipe.recv() == jobs.READY
            self._pipe.send(several)
            if not self._pipe.poll(self._patience_s):
                return None
            done: list[Done] = self._pipe.recv()
        except (EOFError, OSError):
            return None
        return done

    def _replace(self) -> None:
        if self._process is not None:
            self._process.kill()
        self.stop()
        self.start()
