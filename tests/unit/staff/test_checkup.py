"""The check-up for managers: the page at once, the result when it is there, and for programs."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.clock import ShiftedClock, SystemClock
from gateway.settings import Settings
from gateway.store.database import Database
from gateway.web.findings import Advice, Finding, Kept, Looked, Report, State
from gateway.web.phone_tries import PhoneTries
from gateway.web.words import Text
from tests.support import staffed
from tests.support.staffed import Staffed

FULL = Advice(
    code="disk_full",
    what=Text(es="Quedan {free} MB", en="{free} MB are left"),
    do=Text(es="Libera espacio", en="Free space"),
)
SOON = Advice(
    code="soon",
    state=State.ATTENTION,
    what=Text(es="Caduca pronto", en="Expires soon"),
    do=Text(es="Renuévalo", en="Renew it"),
)


class Looked42:
    """Somebody who looked 42 seconds ago, once asked."""

    def __init__(self, *found: Finding) -> None:
        checks = [
            Looked(name="clock", title=Text(es="Hora", en="Clock")),
            Looked(name="disk", title=Text(es="Disco", en="Disk"), findings=found),
        ]
        self._kept = Kept(report=Report(checks=checks), age_s=42.0)
        self.asked = False
        self.tries = PhoneTries(SystemClock())

    def kept(self) -> Kept | None:
        return self._kept if self.asked else None

    async def report(self) -> Kept:
        self.asked = True
        return self._kept

    async def try_central(self, wanted: Settings) -> tuple[Finding, ...]:
        raise AssertionError(wanted)


@pytest.fixture
def looking() -> Looked42:
    return Looked42(SOON.at("host:8883"), FULL.at("/data", free="3", detail="<ENOSPC>"))


@pytest.fixture
async def staff(
    database: Database, clock: ShiftedClock, tmp_path: Path, looking: Looked42
) -> Staffed:
    await staffed.fill(database)
    return staffed.make(database, clock, tmp_path, looking=looking)


async def test_the_page_comes_at_once_and_asks_for_the_result(
    staff: Staffed, looking: Looked42
) -> None:
    async with staff.signed_in() as client:
        page = (await client.get("/doctor")).text
        assert "Revisando…" in page
        assert 'hx-get="/doctor/now"' in page
        assert not looking.asked
        result = (await client.get("/doctor/now")).text
        again = (await client.get("/doctor")).text

    assert result.index("Quedan 3 MB") < result.index("Caduca pronto"), "the worst first"
    assert "Libera espacio" in result
    assert "&lt;ENOSPC&gt;" in result
    assert "Quedan 3 MB" in again
    assert "hx-get" not in again.split('class="checkup"')[1]


async def test_without_scripts_the_page_waits_for_the_result(staff: Staffed) -> None:
    async with staff.signed_in() as client:
        assert "Quedan 3 MB" in (await client.get("/doctor?wait=1")).text


async def test_programs_get_the_same_in_the_language_they_ask_for(staff: Staffed) -> None:
    async with staff.signed_in() as client:
        said = (await client.get("/api/v1/doctor?lang=en")).json()

    assert said["state"] == "trouble"
    assert said["age_s"] == 42.0
    assert [check["state"] for check in said["checks"]] == ["good", "trouble"]
    assert said["checks"][1]["findings"][1] == {
        "code": "disk_full",
        "state": "trouble",
        "what": "3 MB are left",
        "where": "/data",
        "do": "Free space",
        "detail": "<ENOSPC>",
    }


@pytest.mark.parametrize("path", ["/doctor", "/doctor/now", "/api/v1/doctor"])
async def test_it_is_for_managers_and_administrators(
    staff: Staffed, looking: Looked42, path: str
) -> None:
    await staffed.add_person(staff.database, "Beto")
    await staffed.add_person(staff.database, "Carla", "administrator")
    async with staff.signed_in("Beto") as client:
        assert (await client.get(path)).status_code == 403
        assert "/doctor" not in (await client.get("/")).text
    assert not looking.asked
    async with staff.signed_in("Carla") as client:
        assert (await client.get(path)).status_code == 200
        assert 'href="/doctor"' in (await client.get("/")).text


async def test_where_all_is_well_it_says_so(
    database: Database, clock: ShiftedClock, tmp_path: Path
) -> None:
    await staffed.fill(database)
    staff = staffed.make(database, clock, tmp_path, looking=Looked42())
    async with staff.signed_in() as client:
        page = (await client.get("/doctor/now")).text

    assert "Todo está bien" in page
    assert "Qué hacer" not in page


async def test_a_phone_that_opens_the_address_is_seen_where_somebody_waits(
    staff: Staffed, looking: Looked42
) -> None:
    async with staff.signed_in() as client:
        assert "/doctor/phone" in (await client.get("/doctor?wait=1")).text
        begun = await client.get("/doctor/phone", follow_redirects=False)
        page = begun.headers["location"]
        token = page.rpartition("/")[2]
        waiting = (await client.get(page)).text
        assert f'hx-get="{page}/now"' in waiting
        assert f"https://q.example.com/try/{token}" in waiting
        assert "Esperando al teléfono" in waiting
        for peer in ("192.168.1.20", "88.8.8.8", "127.0.0.1"):
            assert looking.tries.see(token, peer)
        now = (await client.get(f"{page}/now")).text
        over = await client.get("/doctor/phone/0123456789abcdef")

    told = ("Llegó por el túnel", "Llegó desde internet", "Llegó desde la red de la tienda")
    places = [now.index(words) for words in told]
    assert places == sorted(places), "the latest first"
    assert "Esperando" not in now
    assert over.status_code == 404
