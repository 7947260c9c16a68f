"""Makes all checks side by side, each with a limit, and keeps what they found for a minute."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Final

import structlog

from gateway.ops.doctor.box import Box
from gateway.settings import Settings
from gateway.web.findings import Advice, Finding, Kept, Looked, Report, State
from gateway.web.phone_tries import PhoneTries
from gateway.web.words import Text

if TYPE_CHECKING:
    from gateway.ops.doctor.checks import Check

KEPT_S: Final = 60.0

SLOW = Advice(
    code="check_slow",
    state=State.UNKNOWN,
    what=Text(
        es="No hubo respuesta en {seconds} s, así que no se sabe cómo está",
        en="There was no answer in {seconds} s, so nobody knows how it is",
    ),
    do=Text(
        es="Prueba otra vez. Si se repite, mira si el disco o la red van muy lentos.",
        en="Try again. If it stays like this, see whether the disk or the network is very slow.",
    ),
)
BUSY = Advice(
    code="check_busy",
    state=State.UNKNOWN,
    what=Text(
        es="La revisión anterior de esto todavía no ha terminado",
        en="The look before this one has not ended yet",
    ),
    do=Text(
        es="Espera unos minutos. Si se repite, reinicia el equipo Anaquel: el disco o la red no "
        "responden.",
        en="Wait some minutes. If it stays like this, restart the box: its disk or network does "
        "not answer.",
    ),
)
NOT_ALLOWED = Advice(
    code="check_not_allowed",
    state=State.UNKNOWN,
    what=Text(
        es="Este usuario no puede mirar ahí, así que no se sabe cómo está",
        en="This user may not look there, so nobody knows how it is",
    ),
    do=Text(
        es="Hazlo con el usuario del servicio o como root: sudo anaquel doctor",
        en="Do it as the user of the service, or as root: sudo anaquel doctor",
    ),
)
BROKEN = Advice(
    code="check_broken",
    state=State.UNKNOWN,
    what=Text(
        es="La revisión misma falló, así que no se sabe cómo está",
        en="The check itself failed, so nobody knows how it is",
    ),
    do=Text(
        es="Envía el detalle a quien hace Anaquel. Lo demás se revisó.",
        en="Send the detail to the makers of Anaquel. The rest was looked at.",
    ),
)

log = structlog.get_logger("doctor")


class Doctor:
    """Looks at one box; those who ask at the same time share one look."""

    def __init__(self, box: Box, checks: Sequence[Check] | None = None) -> None:
        self.tries = PhoneTries(box.clock)
        self._box = box
        self._checks = checks
        self._turn = asyncio.Lock()
        self._made: tuple[Report, float] | None = None
        self._busy: set[str] = set()

    async def report(self) -> Kept:
        """What was found, at most a minute ago."""
        async with self._turn:
            kept = self.kept()
            if kept is None:
                kept = Kept(report=await self.look())
                self._made = kept.report, self._box.clock.monotonic()
            return kept

    def kept(self) -> Kept | None:
        """What was found in the last minute; None where nobody has looked."""
        if self._made is None:
            return None
        report, made = self._made
        age_s = self._box.clock.monotonic() - made
        return Kept(report=report, age_s=age_s) if age_s < KEPT_S else None

    async def look(self) -> Report:
        """Look at everything now."""
        if self._checks is None:
            # A gateway starts without them, and few shops ask.
            self._checks = await asyncio.to_thread(_all_checks)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._looked(check)) for check in self._checks]
        return Report(checks=[task.result() for task in tasks])

    @staticmethod
    async def try_central(wanted: Settings) -> tuple[Finding, ...]:
        """How the broker of central in these settings would take us."""
        from gateway.ops.doctor import brokers

        return await brokers.try_central(wanted)

    async def _looked(self, check: Check) -> Looked:
        findings: Iterable[Finding]
        try:
            async with asyncio.timeout(check.limit_s):
                findings = await self._found(check)
        except TimeoutError:
            findings = [SLOW.at(check.name, seconds=f"{check.limit_s:.0f}")]
        except PermissionError as error:
            findings = [NOT_ALLOWED.at(str(error.filename or check.name), detail=str(error))]
        except Exception as error:  # noqa: BLE001 - the edge of a check: it takes no other along
            # Off the loop: a traceback reads the files that it shows.
            await asyncio.to_thread(log.error, "a check failed", check=check.name, exc_info=error)
            detail = f"{type(error).__name__}: {error}"
            findings = [BROKEN.at(check.name, detail=detail)]
        return Looked(name=check.name, title=check.title, findings=tuple(findings))

    async def _found(self, check: Check) -> Iterable[Finding]:
        if check.waiting is not None:
            return await check.waiting(self._box)
        if check.blocking is None:
            return ()
        if check.name in self._busy:
            return [BUSY.at(check.name)]
        self._busy.add(check.name)
        blocking = check.blocking
        return await in_thread(
            lambda: tuple(blocking(self._box)), ended=lambda: self._busy.discard(check.name)
        )


async def in_thread(
    work: Callable[[], Iterable[Finding]], *, ended: Callable[[], None]
) -> Iterable[Finding]:
    """Run ``work`` in a thread that keeps nobody from ending, however long a disk hangs.

    ``ended`` is called when it is over, also where nobody waits for it any more.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Iterable[Finding]] = loop.create_future()

    def tell(found: Iterable[Finding], error: BaseException | None) -> None:
        ended()
        if answer.done():
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(found)

    def run() -> None:
        found: Iterable[Finding] = ()
        failed: BaseException | None = None
        try:
            found = work()
        except Exception as error:  # noqa: BLE001 - the thread's outermost edge: raised where it waits
            failed = error
        # A loop that is closed has nobody left to tell.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(tell, found, failed)

    threading.Thread(target=run, name="doctor", daemon=True).start()
    return await answer


def _all_checks() -> Sequence[Check]:
    from gateway.ops.doctor import checks

    return checks.CHECKS
