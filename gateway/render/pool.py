"""Drawing beside the event loop: worker processes that are started once and watched.

The loop only awaits; sending to a worker, waiting for it and replacing it happen in a thread per
worker. When every worker is busy callers wait their turn; who gives up meanwhile is not served.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import pickle
import queue
from concurrent.futures import ThreadPoolExecutor
from datetime import tzinfo
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Self

from device_drivers.api.panels import Panel
from gateway.domain.labels import LabelFacts
from gateway.render import jobs
from gateway.render.jobs import Complaint, Job, Picture, ShrinkJob, Shrunk
from gateway.render.template import Template

_PATIENCE_S = 10.0
"""A drawing takes milliseconds; the first one of a worker also waits for its imports."""

_GOODBYE_S = 2.0


class RenderFailedError(Exception):
    """A picture could not be drawn; the message says why. Trying again draws the same failure."""


class RenderPool:
    """``workers`` processes that draw labels; use it as an async context manager."""

    def __init__(self, workers: int, *, patience_s: float = _PATIENCE_S) -> None:
        if workers < 1:
            raise ValueError("a render pool needs at least one worker")
        self._workers = [_Worker(patience_s) for _ in range(workers)]
        self._idle: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        self._threads = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="render")
        self._pickled: dict[int, tuple[Template, bytes]] = {}

    async def __aenter__(self) -> Self:
        """Start the workers and wait until every process runs."""
        loop = asyncio.get_running_loop()
        for one in self._workers:
            await loop.run_in_executor(self._threads, one.start)
            self._idle.put(one)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the workers; drawings under way are finished first."""
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

    async def _done(self, job: Job | ShrinkJob) -> Picture | Shrunk:
        loop = asyncio.get_running_loop()
        done = await loop.run_in_executor(self._threads, self._do, job)
        if isinstance(done, Complaint):
            raise RenderFailedError(done.problem)
        return done

    def _do(self, job: Job | ShrinkJob) -> Picture | Shrunk | Complaint:
        # As many threads as workers: there always is an idle one. The next job begins without the
        # event loop, which has other things to do.
        one = self._idle.get()
        try:
            return one.do(job)
        finally:
            self._idle.put(one)

    def _pickle(self, template: Template) -> bytes:
        # Templates are few and live long; keeping each beside its id keeps the id its own.
        known = self._pickled.get(id(template))
        if known is None:
            if len(self._pickled) >= 256:
                self._pickled.clear()
            known = self._pickled[id(template)] = (template, pickle.dumps(template))
        return known[1]


class _Worker:
    """One process and our end of its pipe; used by one thread at a time."""

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self._context = multiprocessing.get_context("spawn")
        self._process: multiprocessing.process.BaseProcess | None = None
        self._pipe: Connection | None = None

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
        self._process, self._pipe = process, ours

    def do(self, job: Job | ShrinkJob) -> Picture | Shrunk | Complaint:
        """The result; a lost or stuck process is replaced and gets the job once more."""
        for _ in range(2):
            done = self._attempt(job)
            if done is not None:
                return done
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

    def _attempt(self, job: Job | ShrinkJob) -> Picture | Shrunk | Complaint | None:
        if self._pipe is None:
            return None
        try:
            self._pipe.send(job)
            if not self._pipe.poll(self._patience_s):
                return None
            done: Picture | Shrunk | Complaint = self._pipe.recv()
        except (EOFError, OSError):
            return None
        return done

    def _replace(self) -> None:
        if self._process is not None:
            self._process.kill()
        self.stop()
        self.start()
