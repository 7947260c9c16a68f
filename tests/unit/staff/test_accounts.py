"""People, shared devices and tokens on their pages: who may change what, and what it is worth."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import argon2
import httpx
import pytest
from starlette.requests import Request

from gateway.staff import browsers, passwords
from gateway.staff.gate import Gate
from gateway.staff.passwords import Verdict
from gateway.store import devices, failed_sign_ins, people, sessions, shared_devices
from gateway.store.database import Connection
from gateway.store.failed_sign_ins import Key
from gateway.store.people import Role
from gateway.store.sessions import Session
from tests.support import shop, staffed
from tests.support.staffed import NAME, PASSWORD, Staffed

PIN = "2580"
PIN_HASH = passwords.hash_pin(PIN)
_WEAK = argon2.PasswordHasher(time_cost=1, memory_cost=8_192, parallelism=1).hash(PASSWORD)
PHONE = "Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36"


@pytest.fixture
async def crew(staff: Staffed) -> Staffed:
    """Ana manages, Beto is a clerk with a short code, Cris administrates."""
    await staffed.add_person(staff.database, "Beto")
    await staffed.add_person(staff.database, "Cris", "administrator")
    await staff.database.write(lambda rows: people.set_pin_hash(rows, "Beto", PIN_HASH))
    return staff


async def person(staff: Staffed, name: str) -> people.Person:
    found = await staff.database.read(lambda rows: people.find(rows, name))
    assert found is not None
    return found


async def code_of(client: httpx.AsyncClient, name: str = "Tablet") -> str:
    page = (await client.post("/shared-devices/add", data={"name": name})).text
    found = re.search(r'class="code big">([^<]+)<', page)
    assert found is not None
    return found[1]


@asynccontextmanager
async def shared(staff: Staffed) -> AsyncIterator[httpx.AsyncClient]:
    """The browser of a phone that a manager enrolled."""
    async with staff.signed_in() as manager:
        code = await code_of(manager)
    async with staff.client("192.0.2.9") as phone:
        assert (await phone.post("/enrol", data={"code": code})).headers["Location"] == "/sign-in"
        yield phone


async def with_csrf(client: httpx.AsyncClient) -> None:
    client.headers["X-CSRF-Token"] = (await client.get("/api/v1/session")).json()["csrf"]


async def test_a_manager_adds_somebody_who_may_sign_in(crew: Staffed) -> None:
    new = {"name": "Dani", "role": "clerk", "password": "otra clave larga"}
    async with crew.signed_in() as manager:
        answer = await manager.post("/people/add", data=new)
        assert answer.headers["Location"] == "/people?did=added"
        page = (await manager.get("/people?did=added")).text
        assert "Dani" in page
        assert "Añadida." in page
        for wrong, why in (
            ({**new, "name": "Dani"}, "Ese nombre ya está"),
            ({**new, "name": ""}, "Ese nombre ya está, o no sirve"),
            ({**new, "name": "Eva", "password": "corta"}, "de 8 a 256 caracteres"),
            ({**new, "name": "Eva", "role": "administrator"}, "Eso lo cambia quien administra"),
            ({**new, "name": "Eva", "role": "king"}, "Eso lo cambia quien administra"),
        ):
            refused = await manager.post("/people/add", data=wrong)
            assert refused.status_code == 422
            assert why in refused.text
    async with crew.signed_in("Dani", new["password"]) as clerk:
        assert (await clerk.get("/people")).status_code == 403
        assert (await clerk.get("/me")).status_code == 200
    assert not await crew.database.read(lambda rows: people.find(rows, "Eva"))


@pytest.mark.parametrize("deed", ["role", "password", "pin", "badge", "end", "remove"])
async def test_a_manager_changes_no_administrator(crew: Staffed, deed: str) -> None:
    before = await person(crew, "Cris")
    form = {"name": "Cris", "role": "clerk", "password": "otra clave larga", "pin": PIN}
    async with crew.signed_in() as manager:
        answer = await manager.post(f"/people/{deed}", data={**form, "sure": "yes"})
        assert answer.status_code == 403
        assert "Eso lo cambia quien administra" in answer.text
    assert await person(crew, "Cris") == before


@pytest.mark.parametrize(
    "meanwhile",
    [
        lambda rows: people.change_role(rows, "Beto", Role.ADMINISTRATOR),
        lambda rows: people.change_role(rows, NAME, Role.CLERK),
        lambda rows: people.remove(rows, NAME),
    ],
    ids=["the clerk rises", "the manager falls", "the manager goes"],
)
async def test_who_may_change_somebody_is_asked_again_when_it_is_done(
    crew: Staffed, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[Connection], None]
) -> None:
    hash_in_turn = passwords.Checker.in_turn

    async def in_turn(one: passwords.Checker, hasher: Callable[[str], str], secret: str) -> str:
        await crew.database.write(meanwhile)
        return await hash_in_turn(one, hasher, secret)

    async with crew.signed_in() as manager:
        monkeypatch.setattr(passwords.Checker, "in_turn", in_turn)
        form = {"name": "Beto", "password": "otra clave larga"}
        assert (await manager.post("/people/password", data=form)).status_code == 403
    assert (await person(crew, "Beto")).password_hash == staffed.HASH


@pytest.mark.parametrize("deed", ["role", "password", "remove"])
async def test_nobody_changes_their_own_role_or_removes_themselves(
    crew: Staffed, deed: str
) -> None:
    form = {"name": "Cris", "role": "clerk", "password": "otra clave larga", "sure": "yes"}
    async with crew.signed_in("Cris") as own:
        answer = await own.post(f"/people/{deed}", data=form)
        assert answer.status_code == 403
        assert "otra persona por ti" in answer.text
    assert (await person(crew, "Cris")).role is Role.ADMINISTRATOR


async def test_a_role_a_password_and_an_account_change_and_sessions_end(crew: Staffed) -> None:
    async with crew.signed_in() as manager, crew.signed_in("Beto") as clerk:
        await manager.post("/people/role", data={"name": "Beto", "role": "manager"})
        assert (await clerk.get("/people")).status_code == 200, "at once, in an open session"
        await manager.post(
            "/people/password", data={"name": "Beto", "password": "otra clave larga"}
        )
        assert (await clerk.get("/labels")).status_code == 303
        unsure = await manager.post("/people/remove", data={"name": "Beto"})
        assert unsure.headers["Location"] == "/people"
        assert (await person(crew, "Beto")).role is Role.MANAGER
        await manager.post("/people/remove", data={"name": "Beto", "sure": "yes"})
        gone = await manager.post("/people/pin", data={"name": "Beto", "pin": PIN})
        assert (gone.status_code, "Esa persona ya no está" in gone.text) == (404, True)


async def test_a_person_changes_the_own_password_and_ends_the_own_sessions(crew: Staffed) -> None:
    async with crew.signed_in("Beto") as one, crew.signed_in("Beto") as other:
        wrong = await one.post("/me/password", data={"now": "x" * 9, "password": "y" * 9})
        assert "La contraseña o clave de ahora no es correcta" in wrong.text
        short = await one.post("/me/password", data={"now": PASSWORD, "password": "y"})
        assert "de 8 a 256 caracteres" in short.text
        assert (await other.get("/me")).status_code == 200
        done = await one.post("/me/password", data={"now": PASSWORD, "password": "nueva y larga"})
        assert done.headers["Location"] == "/me?did=changed"
        assert (await one.get("/me")).status_code == 200
        assert (await other.get("/me")).status_code == 303, "it ended with the old password"
    async with crew.signed_in("Beto", "nueva y larga") as one:
        everybody = await crew.database.read(
            lambda rows: sessions.every(rows, crew.clock.now(), 1e6, 1e6)
        )
        foreign = await crew.database.write(
            lambda rows: sessions.open_(rows, NAME, crew.clock.now())
        )
        await one.post("/me/end", data={"session": sessions.hash_(foreign)})
        still = await crew.database.read(
            lambda rows: sessions.get(rows, foreign, crew.clock.now(), 1e6, 1e6)
        )
        assert still is not None, "nobody ends another's from there"
        for mine in everybody:
            await one.post("/me/end", data={"session": mine.key})
        assert (await one.get("/me")).status_code == 303


@pytest.mark.parametrize("pin", ["1234", "0000", "987654", "123", "1234567", "12a4", "²³⁴⁵", ""])
async def test_a_short_code_that_cannot_be_is_refused(crew: Staffed, pin: str) -> None:
    before = (await person(crew, "Beto")).pin_hash
    async with crew.signed_in("Beto") as own:
        answer = await own.post("/me/pin", data={"now": PASSWORD, "pin": pin})
        assert answer.status_code == 422
        assert "4 a 6 cifras" in answer.text
    assert (await person(crew, "Beto")).pin_hash == before


async def test_who_found_an_open_session_sets_no_short_code(crew: Staffed) -> None:
    await crew.database.write(lambda rows: people.set_pin_hash(rows, "Beto", PIN_HASH))
    async with crew.signed_in("Beto") as own:
        for now in ("", "0000", "not the password"):
            answer = await own.post("/me/pin", data={"now": now, "pin": "7412"})
            assert answer.status_code == 422
            assert "no es correcta" in answer.text
        assert (await person(crew, "Beto")).pin_hash == PIN_HASH
        assert (await own.post("/me/pin", data={"now": PIN, "pin": "7412"})).status_code == 303
        assert (await person(crew, "Beto")).pin_hash != PIN_HASH
        assert (await own.post("/me/pin", data={"now": PASSWORD, "pin": "8523"})).status_code == 303


async def test_a_clerk_picks_a_name_and_types_the_short_code_on_a_shared_device(
    crew: Staffed,
) -> None:
    async with shared(crew) as phone:
        phone.headers["User-Agent"] = PHONE
        page = (await phone.get("/sign-in")).text
        assert "¿Quién eres?" in page
        assert 'value="Beto"' in page
        assert 'value="Ana"' not in page, "she has no short code"
        wrong = await phone.post("/sign-in", data={"name": "Beto", "short": "9999"})
        assert (wrong.status_code, "no es correcta" in wrong.text) == (401, True)
        right = await phone.post("/sign-in", data={"name": "Beto", "short": PIN})
        assert right.headers["Location"].startswith("/signed-in")
        assert "Bloquear" in (await phone.get("/")).text
    async with crew.signed_in() as manager:
        assert "Tablet" in (await manager.get("/people")).text, "where he is signed in"


async def test_a_short_code_is_worth_nothing_elsewhere(crew: Staffed) -> None:
    async with crew.signed_in() as manager:
        await manager.post("/people/badge", data={"name": "Beto"})
    badge = await crew.database.write(lambda rows: people.give_badge(rows, "Beto"))
    async with crew.client() as client:
        for given in (PIN, badge):
            answer = await client.post("/sign-in", data={"name": "Beto", "short": given})
            assert answer.status_code == 401
        assert "¿Quién eres?" not in (await client.get("/sign-in")).text
        client.cookies.set("anaquel-device", "x" * 43, domain="staff.test")
        assert (
            await client.post("/sign-in", data={"name": "Beto", "short": PIN})
        ).status_code == 401


async def test_a_badge_signs_in_and_only_the_newest_one(crew: Staffed) -> None:
    old = await crew.database.write(lambda rows: people.give_badge(rows, "Beto"))
    new = await crew.database.write(lambda rows: people.give_badge(rows, "Beto"))
    async with shared(crew) as phone:
        assert (await phone.post("/sign-in", data={"short": old})).status_code == 401
        assert (
            await phone.post("/sign-in", data={"short": f" {new.lower()}\r"})
        ).status_code == 303
        assert "Beto" in (await phone.get("/me")).text


async def test_idle_locks_a_shared_device_and_the_code_goes_on_where_it_was(crew: Staffed) -> None:
    async with shared(crew) as phone:
        await phone.post("/sign-in", data={"name": "Beto", "short": PIN})
        await with_csrf(phone)
        crew.clock.advance(timedelta(seconds=179))
        assert (await phone.get("/labels")).status_code == 200
        crew.clock.advance(timedelta(seconds=180))
        locked = await phone.get("/labels?q=jeans")
        assert locked.headers["Location"] == "/unlock?next=%2Flabels%3Fq%3Djeans"
        part = await phone.get("/labels", headers={"HX-Request": "true"})
        assert (part.status_code, part.headers["X-Locked"]) == (401, "1")
        assert (await phone.post("/bind", data={"label": "x"})).status_code == 401
        assert "Bloqueado: Beto" in (await phone.get(locked.headers["Location"])).text
        for wrong in ("9999", ""):
            assert (await phone.post("/unlock", data={"secret": wrong})).status_code == 401
        assert (await phone.get("/labels")).status_code == 303
        back = await phone.post("/unlock", data={"secret": PIN, "next": "/labels?q=jeans"})
        assert back.headers["Location"] == "/labels?q=jeans"
        assert (await phone.get("/labels")).status_code == 200
        assert (await phone.post("/lock")).headers["Location"] == "/unlock"
        assert (await phone.get("/labels")).status_code == 303
        by_itself = {"X-Background": "1"}
        gone_on = await phone.post("/unlock", data={"secret": PIN}, headers=by_itself)
        assert gone_on.status_code == 204
        assert (await phone.get("/labels")).status_code == 200


async def test_a_request_on_its_way_does_not_open_what_was_locked_meanwhile(
    crew: Staffed, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with shared(crew) as phone:
        await phone.post("/sign-in", data={"name": "Beto", "short": PIN})
        await with_csrf(phone)
        crew.clock.advance(timedelta(seconds=60))
        check = Gate._check_token

        async def locked_meanwhile(gate: Gate, request: Request, session: Session) -> None:
            await check(gate, request, session)
            visit = await gate.visit(request)
            assert visit is not None
            await gate.lock(visit)

        monkeypatch.setattr(Gate, "_check_token", locked_meanwhile)
        assert (await phone.post("/me/pin", data={"now": PIN, "pin": "7412"})).status_code == 303
        monkeypatch.undo()
        assert (await phone.get("/labels")).headers["Location"].startswith("/unlock")


@pytest.fixture
def reset_meanwhile(crew: Staffed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody gives Beto another password while a right one is compared."""
    check = passwords.Checker.check

    async def checked(one: passwords.Checker, hashed: str | None, secret: str) -> Verdict:
        verdict = await check(one, hashed, secret)
        await crew.database.write(lambda rows: people.change_password(rows, "Beto", "another"))
        return verdict

    monkeypatch.setattr(passwords.Checker, "check", checked)


@pytest.mark.usefixtures("reset_meanwhile")
@pytest.mark.parametrize("hashed", [staffed.HASH, _WEAK], ids=["of today", "to be renewed"])
async def test_a_password_that_was_changed_while_it_was_compared_opens_nothing(
    crew: Staffed, hashed: str
) -> None:
    await crew.database.write(lambda rows: people.change_password(rows, "Beto", hashed))
    async with crew.client() as client:
        answer = await client.post("/sign-in", data={"name": "Beto", "password": PASSWORD})
        assert answer.status_code == 401
        assert "set-cookie" not in answer.headers
    assert (await person(crew, "Beto")).password_hash == "another"


async def test_who_is_removed_while_the_password_is_compared_stays_out(
    crew: Staffed, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = passwords.Checker.check

    async def checked(one: passwords.Checker, hashed: str | None, secret: str) -> Verdict:
        verdict = await check(one, hashed, secret)
        await crew.database.write(lambda rows: people.remove(rows, "Beto"))
        return verdict

    monkeypatch.setattr(passwords.Checker, "check", checked)
    async with crew.client() as client:
        answer = await client.post("/sign-in", data={"name": "Beto", "password": PASSWORD})
    assert answer.status_code == 401


async def test_the_own_password_is_guessed_in_an_open_session_no_faster_than_outside(
    crew: Staffed,
) -> None:
    async with crew.signed_in("Beto") as own:
        for _ in range(5):
            await own.post("/me/password", data={"now": "x" * 9, "password": "y" * 9})
        assert crew.pauses == [1.0, 2.0]
        await own.post("/me/password", data={"now": PASSWORD, "password": "nueva y larga"})
        await own.post("/me/password", data={"now": "x" * 9, "password": "y" * 9})
        assert crew.pauses == [1.0, 2.0, 4.0], "whoever knows it waits no more"


async def test_changing_the_own_password_does_not_undo_what_somebody_reset_meanwhile(
    crew: Staffed, request: pytest.FixtureRequest
) -> None:
    async with crew.signed_in("Beto") as own:
        request.getfixturevalue("reset_meanwhile")
        form = {"now": PASSWORD, "password": "nueva y larga"}
        assert (await own.post("/me/password", data=form)).status_code == 422
    assert (await person(crew, "Beto")).password_hash == "another"


@pytest.mark.parametrize("name", ["Beto", "beto", "  Beto ", " " * 70 + "Beto"])
async def test_failures_count_for_one_account_however_its_name_is_written(
    crew: Staffed, name: str
) -> None:
    for number in range(4):
        async with crew.client(f"192.0.2.{number}") as client:
            await client.post("/sign-in", data={"name": name, "password": "x" * 9})
    assert crew.pauses == [1.0]
    async with crew.client("192.0.2.99") as client:
        await client.post("/sign-in", data={"name": "Beto", "password": "x" * 9})
    assert crew.pauses == [1.0, 2.0]


async def test_a_short_code_opens_what_clerks_do_and_the_password_the_rest(
    crew: Staffed,
) -> None:
    await crew.database.write(lambda rows: people.set_pin_hash(rows, NAME, PIN_HASH))
    async with shared(crew) as phone:
        await phone.post("/sign-in", data={"name": NAME, "short": PIN})
        assert (await phone.get("/labels")).status_code == 200
        assert (await phone.get("/people")).status_code == 403
        await phone.post("/sign-in", data={"name": NAME, "password": PASSWORD})
        assert (await phone.get("/people")).status_code == 200
        await with_csrf(phone)
        await phone.post("/lock")
        assert (await phone.post("/unlock", data={"secret": PIN})).status_code == 401
        assert 'type="password"' in (await phone.get("/unlock")).text
        assert (await phone.post("/unlock", data={"secret": PASSWORD})).status_code == 303
        assert (await phone.get("/people")).status_code == 200


async def test_another_s_badge_does_not_unlock(crew: Staffed) -> None:
    await staffed.add_person(crew.database, "Dani")
    badge = await crew.database.write(lambda rows: people.give_badge(rows, "Dani"))
    async with shared(crew) as phone:
        await phone.post("/sign-in", data={"name": "Beto", "short": PIN})
        await with_csrf(phone)
        await phone.post("/lock")
        assert (await phone.post("/unlock", data={"secret": badge})).status_code == 401
        assert (await phone.post("/sign-in", data={"short": badge})).status_code == 303
        assert "Dani" in (await phone.get("/me")).text


async def test_an_own_browser_never_locks(crew: Staffed) -> None:
    async with crew.signed_in() as manager:
        crew.clock.advance(timedelta(seconds=1_000))
        assert (await manager.get("/labels")).status_code == 200
        assert (await manager.get("/unlock?next=/labels")).headers["Location"] == "/labels"
        assert (await manager.post("/lock")).headers["Location"] == "/sign-in"


async def test_a_code_enrols_once_and_for_a_quarter_of_an_hour(crew: Staffed) -> None:
    async with crew.signed_in() as manager, crew.client() as phone:
        code = await code_of(manager)
        assert "Ese código no vale" in (await phone.post("/enrol", data={"code": "X"})).text
        assert (await phone.post("/enrol", data={"code": code.lower()})).status_code == 303
        assert (await phone.post("/enrol", data={"code": code})).status_code == 401
        late = await code_of(manager)
        crew.clock.advance(timedelta(minutes=15))
        assert (await phone.post("/enrol", data={"code": late})).status_code == 401
        assert (
            "Ese nombre no sirve"
            in (await manager.post("/shared-devices/add", data={"name": "x" * 41})).text
        )


async def test_a_removed_device_is_shared_no_more(crew: Staffed) -> None:
    async with shared(crew) as phone, crew.signed_in() as manager:
        await phone.post("/sign-in", data={"name": "Beto", "short": PIN})
        (device,) = await crew.database.read(shared_devices.every)
        assert "Tablet" in (await manager.get("/shared-devices")).text
        for wrong in ("", "x", "9" * 30):
            await manager.post("/shared-devices/remove", data={"device": wrong})
        await manager.post("/shared-devices/remove", data={"device": str(device.id)})
        assert (await phone.get("/labels")).status_code == 303
        assert (
            await phone.post("/sign-in", data={"name": "Beto", "short": PIN})
        ).status_code == 401


async def test_tokens_are_for_administrators_and_seen_once(crew: Staffed) -> None:
    async with crew.signed_in() as manager:
        assert (await manager.get("/tokens")).status_code == 403
        assert "Pídeselo a quien administra" in (await manager.get("/tokens")).text
    async with crew.signed_in("Cris") as admin:
        given = await admin.post("/tokens/add", data={"name": "scanner-1", "scope": "events"})
        found = re.search(r"<code>([^<]+)</code>", given.text)
        assert found is not None
        holder = await crew.database.read(lambda rows: devices.by_token(rows, found[1]))
        assert holder is not None
        assert holder.name == "scanner-1"
        page = (await admin.get("/tokens")).text
        assert "scanner-1" in page
        assert found[1] not in page
        twice = await admin.post("/tokens/add", data={"name": "scanner-1", "scope": "events"})
        assert (twice.status_code, "Ese nombre ya está" in twice.text) == (422, True)
        await admin.post("/tokens/end", data={"name": "scanner-1", "scope": "events"})
        assert await crew.database.read(devices.every) == []


async def test_failures_are_remembered_over_a_restart_and_bounded(crew: Staffed) -> None:
    async with crew.client() as client:
        for _ in range(4):
            await client.post("/sign-in", data={"name": "Beto", "password": "x" * 9})
    assert crew.pauses == [1.0]
    again = staffed.make(crew.database, crew.clock, crew.settings.data.folder)
    async with again.client("192.0.2.99") as client:
        await client.post("/sign-in", data={"name": "Beto", "password": PASSWORD})
        assert again.pauses == [2.0], "the account is known, from another address"
        await client.post("/sign-in", data={"name": "Beto", "password": PASSWORD})
    assert again.pauses == [2.0], "whoever knows the password waits no more"
    many = [Key("account", f"n{number}") for number in range(2_100)]
    await crew.database.write(lambda rows: failed_sign_ins.add(rows, many, shop.NOW))
    kept = await crew.database.read(
        lambda rows: rows.execute("SELECT count(*) FROM failed_sign_in").fetchone()[0]
    )
    assert kept == failed_sign_ins.MAX_KEPT


@pytest.mark.parametrize(
    ("said", "named"),
    [
        (PHONE, "Chrome, Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140", "Edge, Windows"),
        ("curl/8.0", ""),
        ("", ""),
    ],
)
def test_browsers_are_named(said: str, named: str) -> None:
    assert browsers.named(said) == named
