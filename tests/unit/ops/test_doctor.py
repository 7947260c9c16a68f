"""The doctor itself: side by side, bounded, kept for a minute, in words of both languages."""

from __future__ import annotations

import asyncio
import errno
import pkgutil
import re
import socket
import ssl
import threading
from collections.abc import Iterable
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest
from typing_extensions import override

from gateway.broker import troubles
from gateway.broker.probing import Probed
from gateway.clock import ShiftedClock
from gateway.domain.trusted_time import LONGEST_OFF
from gateway.ops import doctor
from gateway.ops.doctor import bluetooth, broker_words, brokers, clock, disk, files
from gateway.ops.doctor.box import Box
from gateway.ops.doctor.checks import CHECKS, Check
from gateway.ops.doctor.looking import KEPT_S, Doctor
from gateway.ops.system_time import SystemTime
from gateway.settings import Broker
from gateway.store import time_marks
from gateway.store.database import FILE, Database
from gateway.web.findings import Advice, Finding, Looked, Report, State
from gateway.web.words import Text
from tests.support import settings as make_settings
from tests.support import shop

TITLE = Text(es="Algo", en="Something")
PLACES = re.compile(r"\{(\w+)\}")


class Watch(shop.StillClock):
    """Its seconds pass when a test says so."""

    seconds = 0.0

    @override
    def monotonic(self) -> float:
        return self.seconds


def advice(state: State) -> Advice:
    return Advice(code=state.value, state=state, what=TITLE, do=TITLE)


def check(name: str, look: object, **more: object) -> Check:
    return Check(name=name, title=TITLE, blocking=look, **more)  # type: ignore[arg-type]


def box(folder: Path, watch: shop.StillClock | None = None) -> Box:
    return Box(settings=make_settings.make(folder), clock=watch or shop.StillClock())


def every_advice() -> list[Advice]:
    found = [
        one
        for module in pkgutil.iter_modules(doctor.__path__)
        for one in vars(import_module(f"{doctor.__name__}.{module.name}")).values()
        if isinstance(one, Advice)
    ]
    return list(dict.fromkeys(found))


async def test_checks_run_side_by_side(tmp_path: Path) -> None:
    together = threading.Barrier(3, timeout=30.0)

    def look(_: Box) -> Iterable[Finding]:
        together.wait()
        return []

    report = await Doctor(box(tmp_path), [check(name, look) for name in "abc"]).look()

    assert report.state is State.GOOD, "each waited for the others, so all were there at once"


async def test_a_check_that_hangs_is_told_and_not_begun_again_while_it_does(
    tmp_path: Path,
) -> None:
    go_on = threading.Event()
    begun = []

    def hang(_: Box) -> Iterable[Finding]:
        begun.append(1)
        go_on.wait()
        return []

    one = Doctor(box(tmp_path), [check("disk", hang, limit_s=0.01), check("b", lambda _: [])])
    first, second = await one.look(), await one.look()
    go_on.set()

    assert [found.state for found in first.checks] == [State.UNKNOWN, State.GOOD]
    assert first.checks[0].findings[0].advice.code == "check_slow"
    assert second.checks[0].findings[0].advice.code == "check_busy"
    assert begun == [1]
    assert first.exit_code == 2


async def test_a_check_that_fails_takes_no_other_along(tmp_path: Path) -> None:
    def fail(_: Box) -> Iterable[Finding]:
        raise RuntimeError("a surprise")

    report = await Doctor(box(tmp_path), [check("a", fail), check("b", lambda _: [])]).look()

    assert report.checks[0].findings[0].detail == "RuntimeError: a surprise"
    assert report.checks[1].state is State.GOOD


async def test_where_this_user_may_not_look_it_says_so(tmp_path: Path) -> None:
    def look(_: Box) -> Iterable[Finding]:
        raise PermissionError(errno.EACCES, "Permission denied", "/var/lib/anaquel")

    report = await Doctor(box(tmp_path), [check("database", look)]).look()

    (finding,) = report.checks[0].findings
    assert (finding.advice.code, finding.where) == ("check_not_allowed", "/var/lib/anaquel")
    assert report.exit_code == 2


async def test_who_asks_within_a_minute_gets_the_same_and_who_asks_at_once_shares_it(
    tmp_path: Path,
) -> None:
    looks: list[int] = []
    watch = Watch()

    def look(_: Box) -> Iterable[Finding]:
        looks.append(1)
        return []

    one = Doctor(box(tmp_path, watch), [check("a", look)])

    assert one.kept() is None
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(one.report()) for _ in range(5)]
    assert len({id(task.result().report) for task in asked}) == 1
    watch.seconds = KEPT_S - 1
    assert (await one.report()).age_s == KEPT_S - 1
    assert looks == [1]
    watch.seconds = KEPT_S
    assert (await one.report()).age_s == 0
    assert looks == [1, 1]


@pytest.mark.parametrize(
    ("states", "code"),
    [
        ([], 0),
        ([State.ATTENTION], 0),
        ([State.ATTENTION, State.UNKNOWN], 2),
        ([State.UNKNOWN, State.TROUBLE], 1),
    ],
)
def test_the_exit_code_is_that_of_the_worst(states: list[State], code: int) -> None:
    found = [advice(state).at("here") for state in states]
    report = Report(checks=[Looked(name="a", title=TITLE, findings=found)])

    assert report.exit_code == code


@pytest.mark.parametrize("one", every_advice(), ids=lambda one: one.code)
def test_every_advice_says_what_and_what_to_do_in_both_languages(one: Advice) -> None:
    for text in (one.what, one.do):
        assert text.es != text.en
        assert set(PLACES.findall(text.es)) == set(PLACES.findall(text.en))
        assert text.es[0].isupper() or text.es[0] in "{¿"
        assert text.en[0].isupper() or text.en[0] == "{"
    assert re.fullmatch(r"[a-z0-9_]+", one.code)


def test_no_code_is_used_twice_and_there_are_many() -> None:
    codes = [one.code for one in every_advice()]

    assert len(codes) == len(set(codes))
    assert len(codes) > 40


def test_every_trouble_with_a_broker_has_its_words_in_spanish() -> None:
    known = {troubles.of_code(code, "x").kind for code in range(256)}
    known |= {troubles.BROKE.kind, troubles.SILENT.kind, troubles.CLOSED.kind}
    known.add(troubles.CLOSED_TLS.kind)
    known |= {troubles.of_error(error).kind for error in _errors()}

    assert known <= broker_words.SPANISH.keys()
    assert broker_words.SPANISH.keys() - known == {"other"} - known


def _errors() -> Iterable[OSError]:
    yield ssl.SSLError("x")
    untrusted = ssl.SSLCertVerificationError("x")
    untrusted.verify_message = "x"
    yield untrusted
    yield socket.gaierror(-2, "x")
    yield ConnectionRefusedError()
    yield OSError(errno.ENETUNREACH, "x")
    yield FileNotFoundError(errno.ENOENT, "x", "password.txt")


def test_each_check_has_its_own_name() -> None:
    assert len({one.name for one in CHECKS}) == len(CHECKS)
    assert all((one.blocking is None) != (one.waiting is None) for one in CHECKS)


@pytest.mark.parametrize(
    ("seconds", "codes"), [(0.01, []), (0.3, ["disk_slow"]), (2.0, ["disk_too_slow"])]
)
def test_a_slow_disk_is_told(seconds: float, codes: list[str]) -> None:
    assert [one.advice.code for one in disk.judged("/data", seconds)] == codes


def test_a_disk_is_measured_and_nothing_is_left(tmp_path: Path) -> None:
    assert disk.stored_in_s(tmp_path) >= 0
    assert list(tmp_path.iterdir()) == []


def test_a_hard_switch_is_told_before_a_soft_one(tmp_path: Path) -> None:
    said = {"type": "bluetooth", "name": "hci0", "soft": "1", "hard": "1"}
    (tmp_path / "rfkill3").mkdir()
    for member, value in said.items():
        (tmp_path / "rfkill3" / member).write_text(value)

    assert bluetooth._blocked(tmp_path) == {"hci0": bluetooth.BLOCKED_BY_SWITCH}
    assert bluetooth._blocked(tmp_path / "none") == {}


def judged(found: Probed, *, manifest: bool = False, **values: object) -> list[Finding]:
    broker = Broker.model_validate({"host": "127.0.0.1", **values})
    one = brokers.Wanted(section="shop_broker", broker=broker, topics=(), manifest=manifest)
    return list(brokers.judged(one, found, "s042"))


def test_what_a_broker_does_not_let_us_read_is_named() -> None:
    (found,) = judged(Probed(refused=(("feed/delta", "not authorized"),)), manifest=True)

    assert found.what("en") == "The broker does not let us read anaquel/v1/s042/feed/delta"
    assert found.detail == "not authorized"


def test_old_mqtt_is_told_unless_it_was_asked_for() -> None:
    old = Probed(speaks="3.1.1", sent=True)

    assert [one.advice.code for one in judged(old)] == ["broker_old_mqtt"]
    assert judged(old, protocol="3.1.1") == []


def test_a_password_in_the_clear_is_told_unless_it_stays_on_the_box() -> None:
    def told(host: str, username: str | None = "u", *, tls: bool = False) -> list[str]:
        found = judged(Probed(sent=True), host=host, username=username, tls=tls)
        return [finding.advice.code for finding in found]

    assert told("192.168.1.5") == ["broker_in_the_clear"]
    assert told("192.168.1.5", tls=True) == told("127.0.0.1") == told("[::1]") == []
    assert told("192.168.1.5", username=None) == []


async def test_a_clock_is_held_against_what_was_known(tmp_path: Path) -> None:
    settings = make_settings.make(tmp_path)
    machine = ShiftedClock(shop.StillClock())
    settings.data.folder.mkdir()
    async with Database(settings.data.folder / FILE) as database:
        await database.write(lambda rows: time_marks.believe(rows, shop.NOW))

    def codes(*, synchronised: bool = False, battery: bool = False) -> list[str]:
        system = SystemTime(synchronised=synchronised, battery=battery)
        one = Box(settings=settings, clock=machine, system_time=lambda: system)
        return [finding.advice.code for finding in clock.look(one)]

    assert await asyncio.to_thread(codes) == [], "a gateway that runs has just confirmed it"
    machine.advance(timedelta(hours=1))
    assert await asyncio.to_thread(codes) == ["clock_unchecked"]
    assert await asyncio.to_thread(codes, synchronised=True) == []
    assert await asyncio.to_thread(codes, battery=True) == []
    machine.advance(LONGEST_OFF)
    assert await asyncio.to_thread(codes) == ["clock_far"]
    machine.advance(-2 * LONGEST_OFF)
    assert await asyncio.to_thread(codes) == ["clock_wrong"]


def test_rights_are_those_of_the_gateways_user(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("x")
    own = file.stat()
    user = files.User(name="u", uid=own.st_uid + 1, groups=frozenset({own.st_gid}))
    file.chmod(0o640)
    assert files._granted(file.stat(), user) == 0o4
    other = files.User(name="o", uid=own.st_uid + 2, groups=frozenset())
    assert files._granted(file.stat(), other) == 0
    owner = files.User(name="me", uid=own.st_uid, groups=frozenset())
    assert files._granted(file.stat(), owner) == 0o6
