"""What runs in a render process: jobs in by pipe, frames out, until the pipe closes."""

from __future__ import annotations

import contextlib
import pickle
from functools import lru_cache
from multiprocessing.connection import Connection

from gateway.render import checking, rendering, shrinking
from gateway.render.jobs import (
    READY,
    AnyJob,
    Checked,
    CheckJob,
    Complaint,
    Done,
    Picture,
    ShrinkJob,
)
from gateway.render.rules import judging
from gateway.render.rules.packs import PACKS
from gateway.render.template import Template


def serve(pipe: Connection) -> None:
    """Say that this process is ready, and draw until the other end closes."""
    # Gone is the gateway then, perhaps killed while we drew.
    with pipe, contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        pipe.send(READY)
        while True:
            several: list[AnyJob] = pipe.recv()
            pipe.send([_done(job) for job in several])


def _done(job: AnyJob) -> Done:
    try:
        if isinstance(job, ShrinkJob):
            return shrinking.shrink(job.data)
        drawn_by = _template(job.template)
        pack = PACKS[job.pack] if job.pack is not None else None
        if isinstance(job, CheckJob):
            found = checking.flaws(drawn_by, job.panel, job.samples, pack, job.country, job.zone)
            return Checked(flaws=found)
        drawing = rendering.draw(drawn_by, job.panel, job.facts, job.country, job.zone)
        breaches = judging.judge(drawing, job.facts, job.panel, pack) if pack is not None else ()
        # Counted here, it goes along with the frame, and the gateway need not.
        _ = drawing.frame.fingerprint
        return Picture(frame=drawing.frame, breaches=breaches)
    except shrinking.NoPictureError as error:
        return Complaint(problem=str(error))
    except Exception as error:  # noqa: BLE001 - the outermost edge: one bad job must not end the worker
        return Complaint(problem=f"{type(error).__name__}: {error}")


@lru_cache(maxsize=64)
def _template(pickled: bytes) -> Template:
    template: Template = pickle.loads(pickled)  # noqa: S301 - made by our own pool
    return template
