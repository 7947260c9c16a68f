from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import argon2
import pytest

from gateway.clock import ShiftedClock
from gateway.staff import passwords
from gateway.staff.attempts import FREE, LONGEST_S
from gateway.store import people, sessions
from gateway.store.database import Connection, Database
from tests.support import shop, staffed
from tests.support.staffed import NAME, PASSWORD, Staffed

WRONG_WORDS = "El nombre o la contraseña no es correcto"
RIGHT = {"name": NAME, "password": PASSWORD}


async def test_right_password_opens_the_page_that_was_asked_for(staff: Staffed) -> None:
    async with staff.client() as client:
        turned_away = await client.get("/labels?q=jeans")
        assert turned_away.status_code == 303
        form = await client.get(turned_away.headers["Location"])
        assert 'value="/labels?q=jeans"' in form.text
        answer = await client.post("/sign-in", data={**RIGHT, "next": "/labels?q=jeans"})
        checked = await client.get(answer.headers["Location"])
        assert checked.headers["Location"] == "/labels?q=jeans"
        assert (await client.get("/labels?q=jeans")).status_code == 200


@pytest.mark.parametrize("name", ["ana", "ANA", "  Ana "])
async def test_a_name_is_known_however_a_phone_writes_it(staff: Staffed, name: str) -> None:
    async with staff.client() as client:
        answer = await client.post("/sign-in", data={"name": name, "password": PASSWORD})
        assert answer.status_code == 303


async def test_wrong_name_and_wrong_password_say_the_same(staff: Staffed) -> None:
    async with staff.client() as client:
        wrong_password = await client.post("/sign-in", data={"name": NAME, "password": "x" * 12})
        wrong_name = await client.post("/sign-in", data={"name": "Eva", "password": PASSWORD})
        assert wrong_password.status_code == wrong_name.status_code == 401
        assert WRONG_WORDS in wrong_password.text
        without_name = wrong_name.text.replace('value="Eva"', "")
        assert without_name == wrong_password.text.replace(f'value="{NAME}"', "")
        assert "set-cookie" not in wrong_name.headers


@pytest.mark.parametrize(
    ("secure", "cookie"), [(True, "__Host-anaquel="), (False, "anaquel=")], ids=["https", "http"]
)
async def test_cookie_flags(
    database: Database, clock: ShiftedClock, tmp_path: Path, *, secure: bool, cookie: str
) -> None:
    await staffed.fill(database)
    staff = staffed.make(database, clock, tmp_path, secure_cookies=secure)
    async with staff.client() as client:
        given = (await client.post("/sign-in", data=RIGHT)).headers["set-cookie"]
    parts = {part.strip().lower() for part in given.split(";")[1:]}
    assert given.startswith(cookie)
    assert {"httponly", "samesite=strict", "path=/"} <= parts
    assert ("secure" in parts) is secure
    assert not any(part.startswith("domain") for part in parts)


async def test_only_the_hash_of_the_token_is_stored(staff: Staffed) -> None:
    async with staff.signed_in() as client:
        token = client.cookies["anaquel"]
    stored = await staff.database.read(
        lambda connection: connection.execute("SELECT token_sha256 FROM session").fetchall()
    )
    assert len(token) >= 43
    assert [len(row[0]) for row in stored] == [64]
    assert token not in stored[0][0]


async def test_a_session_unused_too_long_has_ended(staff: Staffed) -> None:
    async with staff.signed_in() as client:
        staff.clock.advance(timedelta(seconds=1_799))
        assert (await client.get("/labels")).status_code == 200
        staff.clock.advance(timedelta(seconds=1_799))
        assert (await client.get("/labels")).status_code == 200
        staff.clock.advance(timedelta(seconds=1_801))
        assert (await client.get("/labels")).status_code == 303


async def test_a_page_that_asks_by_itself_keeps_no_session_alive(staff: Staffed) -> None:
    async with staff.signed_in() as client:
        asked = []
        for _ in range(4):
            staff.clock.advance(timedelta(seconds=600))
            asked.append(await client.get("/today", headers={"X-Background": "1"}))
        assert [answer.status_code for answer in asked] == [200, 200, 401, 401]


async def test_a_session_in_use_ends_at_the_end_of_the_shift(staff: Staffed) -> None:
    async with staff.signed_in() as client:
        asked = []
        for _ in range(43_200 // 1_500 + 1):
            staff.clock.advance(timedelta(seconds=1_500))
            asked.append((await client.get("/labels")).status_code)
        assert asked == [200] * (len(asked) - 1) + [303]


async def test_signing_in_never_keeps_a_token_from_before(staff: Staffed) -> None:
    async with staff.client() as client:
        client.cookies.set("anaquel", "a" * 43)
        await client.post("/sign-in", data=RIGHT)
        assert client.cookies.get("anaquel", domain="staff.test") != "a" * 43
    async with staff.signed_in() as client:
        first = client.cookies["anaquel"]
        await client.post("/sign-in", data=RIGHT)
        assert client.cookies["anaquel"] != first
        client.cookies.set("anaquel", first, domain="staff.test")
        assert (await client.get("/session")).status_code == 303


async def test_signing_out_ends_the_session_on_the_server(staff: Staffed) -> None:
    async with staff.signed_in() as client:
        token = client.cookies["anaquel"]
        assert (await client.post("/sign-out")).headers["Location"] == "/sign-in"
        assert "anaquel" not in client.cookies
        client.cookies.set("anaquel", token, domain="staff.test")
        assert (await client.get("/labels")).status_code == 303


async def test_somebody_removed_is_out_at_once(staff: Staffed) -> None:
    async with staff.signed_in() as client:
        await staff.database.write(lambda connection: connection.execute("DELETE FROM person"))
        assert (await client.get("/labels")).status_code == 303


async def test_without_anybody_the_page_leads_to_the_first_account(
    database: Database, clock: ShiftedClock, tmp_path: Path
) -> None:
    async with staffed.make(database, clock, tmp_path).client() as client:
        page = (await client.get("/sign-in")).text
    assert 'href="/set-up"' in page
    assert "<form" not in page


async def test_failures_slow_down_the_account_and_the_address_but_lock_nobody_out(
    staff: Staffed,
) -> None:
    async with staff.client("192.0.2.9") as attacker, staff.client("192.0.2.10") as owner:
        for _ in range(FREE + 6):
            await attacker.post("/sign-in", data={"name": NAME, "password": "guess guess"})
        assert staff.pauses == [1.0, 2.0, 4.0, 8.0, LONGEST_S, LONGEST_S]
        # The owner waits a little and is in.
        assert (await owner.post("/sign-in", data=RIGHT)).status_code == 303
        assert staff.pauses[-1] == LONGEST_S
        # The account is fast again; the address that guessed is not.
        await owner.post("/sign-in", data=RIGHT)
        await attacker.post("/sign-in", data={"name": "Eva", "password": "guess guess"})
        assert staff.pauses == [1.0, 2.0, 4.0, 8.0, *[LONGEST_S] * 4][: len(staff.pauses)]
        assert len(staff.pauses) == 8


async def test_signing_in_never_leads_to_another_site(staff: Staffed) -> None:
    async with staff.signed_in() as client:
        for other in ("//evil.example", "https://evil.example", "/\\evil", "x", "/a\nb"):
            answer = await client.get("/signed-in", params={"next": other})
            assert answer.headers["Location"] == "/", other


async def test_a_browser_that_drops_the_cookie_is_told(staff: Staffed) -> None:
    async with staff.client() as client:
        answer = await client.get("/signed-in?next=/labels")
    assert answer.status_code == 401
    assert "secure_cookies" in answer.text


async def test_another_site_cannot_sign_somebody_in(staff: Staffed) -> None:
    async with staff.client() as client:
        for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
            answer = await client.post("/sign-in", data=RIGHT, headers=headers)
            assert answer.status_code == 403
            assert "set-cookie" not in answer.headers


async def test_old_parameters_are_replaced_at_sign_in(staff: Staffed) -> None:
    weak = argon2.PasswordHasher(time_cost=1, memory_cost=8_192, parallelism=1).hash(PASSWORD)

    def weaken(connection: Connection) -> None:
        people.set_password_hash(connection, NAME, weak)

    await staff.database.write(weaken)
    async with staff.signed_in():
        pass
    person = await staff.database.read(lambda connection: people.find(connection, NAME))
    assert person is not None
    assert "m=47104,t=1,p=1" in person.password_hash


def test_passwords_have_a_shortest_and_a_longest() -> None:
    with pytest.raises(passwords.PasswordError, match="at least 8"):
        passwords.hash_("corta")
    with pytest.raises(passwords.PasswordError, match="at most 256"):
        passwords.hash_("x" * 257)


async def test_a_broken_hash_lets_nobody_in() -> None:
    verdict = await passwords.Checker().check("not a hash", PASSWORD)
    assert not verdict.right


async def test_a_person_has_few_sessions_at_a_time(staff: Staffed) -> None:
    def open_many(connection: Connection) -> list[str]:
        return [
            sessions.open_(connection, NAME, shop.NOW + timedelta(seconds=number))
            for number in range(sessions.MAX_SESSIONS + 5)
        ]

    tokens = await staff.database.write(open_many)

    def still(connection: Connection) -> list[bool]:
        now = shop.NOW + timedelta(seconds=60)
        return [sessions.get(connection, token, now, 1e6, 1e6) is not None for token in tokens]

    open_now = await staff.database.read(still)
    assert open_now == [False] * 5 + [True] * sessions.MAX_SESSIONS


@pytest.mark.parametrize(
    ("name", "role", "why"),
    [("", "clerk", "no name"), ("Eva", "boss", "no role"), ("ana", "clerk", "already")],
)
async def test_people_who_cannot_be_added(staff: Staffed, name: str, role: str, why: str) -> None:
    with pytest.raises(people.PersonError, match=why):
        await staff.database.write(lambda connection: people.add(connection, name, role, "x"))


async def test_a_wrong_password_keeps_the_switch_and_the_way_on(staff: Staffed) -> None:
    async with staff.client() as client:
        wrong = {"name": RIGHT["name"], "password": "wrong", "next": "/labels?q=x"}
        page = (await client.post("/sign-in", data=wrong)).text
    assert 'href="/sign-in?next=%2Flabels%3Fq%3Dx&amp;lang=en"' in page


async def test_who_is_signed_in_stands_on_the_page(staff: Staffed) -> None:
    async with staff.signed_in() as client:
        assert f'<a class="who" href="/me">{RIGHT["name"]}</a>' in (await client.get("/")).text
