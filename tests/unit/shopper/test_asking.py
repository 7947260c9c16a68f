from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from gateway.domain import request_links, requests
from gateway.staff import request_lines
from gateway.store import labels
from gateway.store import requests as kept
from gateway.store.database import Connection
from tests.support import asking, shop
from tests.support.asking import AWAY, PROXY, AskingShop, ask, fields

HERE, LAST, NONE = "alba-navy-26", "alba-navy-27", "alba-navy-28"
UNKNOWN = "alba-navy-29"


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[AskingShop]:
    async with asking.opened(tmp_path) as one:
        yield one


def events(connection: Connection) -> list[dict[str, object]]:
    rows = connection.execute("SELECT event FROM outbox ORDER BY seq")
    told = [json.loads(event) for (event,) in rows if event]
    return [one["data"] for one in told if one["type"] == "io.anaquel.request.changed.v1"]


async def _ref(place: AskingShop) -> str:
    return (await place.database.read(kept.for_staff))[-1].ref


async def _do(place: AskingShop, *deeds: str) -> None:
    ref = await _ref(place)
    async with place.staff.signed_in() as clerk:
        for deed in deeds:
            answer = await clerk.post(f"/api/v1/requests/{ref}/{deed}")
            assert answer.status_code == 200, answer.text


async def test_a_size_is_brought_and_the_shopper_sees_every_step(place: AskingShop) -> None:
    async with place.phone() as phone, place.staff.signed_in() as clerk:
        article = (await phone.get(f"/p/{HERE}")).text
        assert f'href="/ask/{HERE}?kind=bring"' in article
        assert "Bring me this size" in article
        at = await ask(phone, HERE)
        assert "Our staff have it on their screen" in (await phone.get(at)).text
        today = (await clerk.get("/")).text
        assert "Llevar: Jeans rectos Alba" in today
        assert "probadores" in today
        ref = await _ref(place)
        for deed, said in (
            ("accept", "Somebody has seen it"),
            ("on_my_way", "On its way"),
            ("found", "We are bringing it: Fitting rooms."),
            ("handed_over", "We hope you like it."),
        ):
            form = fields((await clerk.get("/")).text[today.index("<main") :])
            data = {"back": "/", "seen": await _seen(place, ref), "csrf": form["csrf"]}
            answer = await clerk.post(f"/requests/{ref}/{deed}", data=data)
            assert answer.headers["location"] == "/"
            assert said in (await phone.get(f"{at}/now")).text
        assert "Llevar:" not in (await clerk.get("/")).text
    told = await place.database.read(events)
    assert [one["state"] for one in told] == ["asked", "seen", "coming", "found", "handed_over"]
    assert "by" not in told[0]
    by = {one["by"] for one in told[1:]}
    assert len(by) == 1
    assert all(str(one).startswith("staff-") for one in by)


async def _seen(place: AskingShop, ref: str) -> str:
    one = await place.database.read(lambda rows: kept.by_ref(rows, ref))
    assert one is not None
    return request_lines.mark(one)


async def test_it_is_offered_only_while_somebody_would_see_it(place: AskingShop) -> None:
    async with place.phone() as phone:
        place.attended.now = False
        await place.pass_(seconds=29)
        assert "Bring me this size" in (await phone.get(f"/p/{HERE}")).text
        await place.pass_(seconds=2)
        assert "Bring me this size" not in (await phone.get(f"/p/{HERE}")).text
        page = (await phone.get(f"/ask/{HERE}?kind=bring")).text
        assert "None of our staff would see it right now" in page
        assert "<form" not in page
        # A form that was open since before is told the same.
        place.attended.now = True
        await place.look()
        given_ = fields((await phone.get(f"/ask/{HERE}?kind=bring")).text)
        place.attended.now = False
        await place.pass_(seconds=31)
        answer = await phone.post("/requests", data=given_)
        assert answer.status_code == 409
        assert "None of our staff" in answer.text


async def test_it_is_offered_only_in_opening_hours(place: AskingShop) -> None:
    hours = [{"days": ["sun"], "open": "09:00", "close": "15:00"}]
    row = {"name": "Guadalajara Centro", "kind": "shop", "hours": hours}
    await shop.fill(place.database, [("location", shop.SHOP, row)], seq=2)
    await place.look()
    async with place.phone() as phone:
        assert "Bring me this size" in (await phone.get(f"/p/{HERE}")).text
        await place.pass_(minutes=30)
        page = (await phone.get(f"/p/{HERE}")).text
        assert "Bring me this size" not in page
        assert "Hold it for me" in page
        closed = (await phone.get(f"/ask/{HERE}?kind=bring")).text
        assert "The shop is closed." in closed
        hold = (await phone.get(f"/ask/{HERE}?kind=hold")).text
        assert "We are closed now; the time counts from when we open, Nov 29, 09:00." in hold


async def test_the_staff_can_pause(place: AskingShop) -> None:
    async with place.phone() as phone, place.staff.signed_in() as clerk:
        await clerk.post("/requests/pause")
        await place.look()
        page = (await phone.get(f"/p/{HERE}")).text
        assert "Bring me this size" not in page
        assert "Hold it for me" not in page
        assert "hands full" in (await phone.get(f"/ask/{HERE}?kind=hold")).text
        assert "Pausados por Ana" in (await clerk.get("/")).text
        assert (await clerk.get("/api/v1/requests")).json()["paused_by"] == "Ana"
        await clerk.post("/requests/resume")
        await place.look()
        assert "Bring me this size" in (await phone.get(f"/p/{HERE}")).text


async def test_what_is_not_here_is_neither_brought_nor_held(place: AskingShop) -> None:
    async with place.phone() as phone:
        page = (await phone.get(f"/p/{NONE}")).text
        assert "/ask/" not in page
        for kind in ("bring", "hold"):
            assert "We do not have it" in (await phone.get(f"/ask/{NONE}?kind={kind}")).text
        assert "/ask/" not in (await phone.get("/p/lamp")).text
        assert (await phone.get("/ask/nothing?kind=bring")).status_code == 404
        assert "Bring me this size" in (await phone.get(f"/p/{UNKNOWN}")).text


@pytest.mark.parametrize("address", [AWAY, PROXY])
async def test_a_phone_elsewhere_types_todays_code(place: AskingShop, address: str) -> None:
    async with place.phone(address) as phone, place.staff.signed_in() as clerk:
        page = (await phone.get(f"/ask/{HERE}?kind=bring")).text
        assert "Today&#39;s code" in page
        wrong = await phone.post("/requests", data=fields(page) | {"code": "0000"})
        assert wrong.status_code == 400
        assert "This is not today&#39;s code" in wrong.text
        assert await place.database.read(kept.for_staff) == ()
        code = (await clerk.get("/api/v1/requests")).json()["code_today"]
        assert code in (await clerk.get("/requests")).text
        right = await phone.post("/requests", data=fields(wrong.text) | {"code": code.lower()})
        assert right.status_code == 303


async def test_the_label_at_the_entrance_leads_to_its_code(place: AskingShop) -> None:
    async with place.phone(AWAY) as phone, place.staff.signed_in() as clerk:
        code = (await clerk.get("/api/v1/requests")).json()["code_today"]
        scanned = await phone.get(f"/E/{code}")
        assert f"Today&#39;s code: {code}" in scanned.text
        assert scanned.headers["cache-control"] == "no-store"
        place.clock.advance(timedelta(days=1))
        assert (await phone.get(f"/E/{code}")).status_code == 404
        found = [(await phone.get(f"/e/ZZZ{number}")).status_code for number in range(9)]
        assert set(found) == {404}
        today = shop.NOW.date() + timedelta(days=1)
        secret = await place.database.read(kept.known_secret)
        assert secret is not None
        good = request_links.todays_code(secret, today)
        assert (await phone.get(f"/e/{good}")).status_code == 404, "who guessed too often waits"


async def test_a_proxy_in_the_shops_network_makes_nobody_a_shopper_there(
    place: AskingShop,
) -> None:
    async with place.phone() as phone:
        phone.headers["X-Forwarded-For"] = "203.0.113.7"
        assert 'name="code"' in (await phone.get(f"/ask/{HERE}?kind=bring")).text


async def test_codes_are_not_guessed(place: AskingShop) -> None:
    async with place.phone(AWAY) as phone:
        given_ = fields((await phone.get(f"/ask/{HERE}?kind=bring")).text)
        found = [
            (await phone.post("/requests", data=given_ | {"code": f"ZZZ{number}"})).status_code
            for number in range(8)
        ]
    assert found == [400] * 6 + [429] * 2


async def test_a_form_makes_one_request_however_often_it_is_sent(place: AskingShop) -> None:
    async with place.phone() as phone:
        given_ = fields((await phone.get(f"/ask/{HERE}?kind=bring")).text)
        answers = [await phone.post("/requests", data=given_) for _ in range(3)]
        # The same label again, as a phone that lost its page would do.
        again = await ask(phone, HERE)
    assert {answer.headers["location"] for answer in answers} == {again}
    assert len(await place.database.read(kept.for_staff)) == 1


async def test_forms_at_the_same_moment_make_one_request(place: AskingShop) -> None:
    async with place.phone() as phone:
        given_ = fields((await phone.get(f"/ask/{HERE}?kind=bring")).text)
        async with asyncio.TaskGroup() as group:
            for _ in range(8):
                group.create_task(phone.post("/requests", data=given_))
    assert len(await place.database.read(kept.for_staff)) == 1


async def test_a_form_of_another_article_or_of_nobody_is_refused(place: AskingShop) -> None:
    async with place.phone() as phone:
        given_ = fields((await phone.get(f"/ask/{HERE}?kind=bring")).text)
        for wrong in ({"product": LAST}, {"form": "x"}, {"form": ""}):
            answer = await phone.post("/requests", data=given_ | wrong)
            assert answer.status_code == 400
        place.clock.advance(requests.BRING_LASTS * 2)
        assert (await phone.post("/requests", data=given_)).status_code == 400
        assert (await phone.get("/r/" + "0" * 32 + "-" + "0" * 24)).status_code == 404


async def test_too_much_at_one_article_waits_a_minute(place: AskingShop) -> None:
    for number in range(requests.PER_ARTICLE):
        async with place.phone(agent=f"phone {number}") as phone:
            await ask(phone, HERE)
    async with place.phone(agent="one more") as phone:
        page = await phone.get(f"/ask/{HERE}?kind=bring")
        refused = await phone.post("/requests", data=fields(page.text))
        assert refused.status_code == 429
        assert "Several people" in refused.text
        await ask(phone, LAST)
        await place.pass_(seconds=61)
        await ask(phone, HERE)


async def test_one_phone_does_not_ask_for_the_whole_shop(place: AskingShop) -> None:
    found = []
    products = [f"alba-{color}-{size}" for color in ("navy", "black") for size in range(24, 34)]
    async with place.phone() as phone:
        for product in products:
            page = await phone.get(f"/ask/{product}?kind=bring")
            if 'name="form"' in page.text:
                found.append((await phone.post("/requests", data=fields(page.text))).status_code)
    assert found.count(303) == 10
    assert set(found[10:]) == {429}


async def test_a_hold_is_accepted_collected_and_counts_for_others(place: AskingShop) -> None:
    async with place.phone(AWAY) as phone, place.staff.signed_in() as clerk:
        at = await ask(phone, LAST, "hold")
        page = (await phone.get(at)).text
        assert "We are asking whether we can hold it" in page
        assert "Your code" not in page
        assert "1 left" in (await phone.get(f"/p/{LAST}")).text
        assert "Todavía sin confirmar" in (await clerk.get("/")).text
        await _do(place, "accept")
        page = (await phone.get(at)).text
        code = re.search(r'<strong class="number" translate="no">(\w{4})<', page)
        assert code is not None
        assert "Held until 16:32" in page
        async with place.phone(AWAY, "another phone") as other:
            other_page = (await other.get(f"/p/{LAST}")).text
            assert "Size 27 in this shop: no" in other_page
            assert "What is left is being held for somebody." in other_page
            available = (await other.get(f"/api/availability/{LAST}")).json()
            assert next(one["here"] for one in available["variants"] if one["product"] == LAST) == (
                "none"
            )
        assert code[1] in (await clerk.get("/")).text
        await _do(place, "found", "handed_over")
        assert "Collected" in (await phone.get(at)).text
        # The till tells the stock from now on.
        assert "1 left" in (await phone.get(f"/p/{LAST}")).text


async def test_a_hold_that_is_not_collected_goes_back(place: AskingShop) -> None:
    place.set(hold="stock", hold_minutes="30")
    async with place.phone(AWAY) as phone:
        at = await ask(phone, LAST, "hold")
        assert "Held until 15:02" in (await phone.get(at)).text
        await _do(place, "found")
        await place.pass_(minutes=31)
        assert "The time is over" in (await phone.get(at)).text
        async with place.staff.signed_in() as clerk:
            assert "Devolver a su lugar" in (await clerk.get("/")).text
        assert "Size 27 in this shop: no" in (await phone.get(f"/p/{LAST}")).text
        await _do(place, "put_back")
        assert "Size 27 in this shop: 1 left" in (await phone.get(f"/p/{LAST}")).text
    states = [(one["state"], one["aside"]) for one in await place.database.read(events)]
    assert states == [
        ("asked", False),
        ("found", True),
        ("expired", True),
        ("expired", False),
    ]


async def test_one_phone_holds_an_article_once(place: AskingShop) -> None:
    async with place.phone(AWAY) as phone:
        await ask(phone, HERE, "hold")
        page = (await phone.get(f"/ask/{HERE}?kind=hold")).text
        again = await phone.post("/requests", data=fields(page))
    assert again.status_code == 409
    assert "already has this article held" in again.text


async def test_what_was_not_found_is_said_to_the_next_shopper(place: AskingShop) -> None:
    async with place.phone() as phone:
        at = await ask(phone, HERE)
        await _do(place, "accept", "on_my_way", "not_found")
        page = (await phone.get(at)).text
        assert "We did not find it" in page
        assert "Instead" in page
        assert 'href="/p/alba-navy-27"' in page
        article = (await phone.get(f"/p/{HERE}")).text
        assert "Size 26 in this shop: no" in article
        assert "We looked for it at 14:32 and did not find it." in article
        assert "/ask/" not in article
        # The same number again is no news; another one is.
        await shop.fill(place.database, [shop.stock(HERE, 3)], seq=2)
        assert "Size 26 in this shop: no" in (await phone.get(f"/p/{HERE}")).text
        await shop.fill(place.database, [shop.stock(HERE, 4)], seq=3)
        assert "Size 26 in this shop: yes" in (await phone.get(f"/p/{HERE}")).text


async def test_not_found_counts_for_a_day(place: AskingShop) -> None:
    async with place.phone() as phone:
        await ask(phone, HERE)
        await _do(place, "not_found")
        await place.pass_(hours=23)
        assert "Size 26 in this shop: no" in (await phone.get(f"/p/{HERE}")).text
        await place.pass_(hours=2)
        assert "Size 26 in this shop: yes" in (await phone.get(f"/p/{HERE}")).text


async def test_unseen_requests_grow_louder(place: AskingShop) -> None:
    def kinds(connection: Connection) -> list[str]:
        return [kind for (kind,) in connection.execute("SELECT kind FROM task")]

    async with place.phone() as phone, place.staff.signed_in() as clerk:
        at = await ask(phone, HERE)
        assert "data-late" not in (await clerk.get("/")).text
        await place.pass_(minutes=2)
        assert await place.database.read(kinds) == ["request_late"]
        assert 'data-late="1"' in (await clerk.get("/")).text
        assert "on their screen" in (await phone.get(at)).text
        await place.pass_(minutes=2)
        assert "al cliente se le dijo que pregunte en el mostrador" in (await clerk.get("/")).text
        page = (await phone.get(at)).text
        assert "please ask at the counter" in page
        bell = (await clerk.get("/requests-bell")).text
        assert "Un cliente espera" in bell
        await place.pass_(minutes=17)
        assert "The time is over" in (await phone.get(at)).text
        assert await place.database.read(kinds) == []
    late = [one["late"] for one in await place.database.read(events)]
    assert late == [0, 1, 2, 2]


async def test_what_changed_meanwhile_is_not_done_blindly(place: AskingShop) -> None:
    async with place.phone() as phone, place.staff.signed_in() as clerk:
        at = await ask(phone, HERE)
        ref = await _ref(place)
        seen = await _seen(place, ref)
        await phone.post(f"{at}/cancel")
        assert "Cancelled" in (await phone.get(at)).text
        answer = await clerk.post(f"/requests/{ref}/accept", data={"seen": seen, "back": "/"})
        assert answer.headers["location"] == "/?did=request_changed"
        assert (await clerk.post(f"/api/v1/requests/{ref}/accept")).status_code == 409
        assert (await clerk.post(f"/api/v1/requests/{'0' * 12}/accept")).status_code == 404
        assert (await clerk.post(f"/api/v1/requests/{ref}/confirm")).status_code == 422
        assert "Cambió mientras tanto" in (await clerk.get("/?did=request_changed")).text


async def test_links_lead_to_the_web_shop_and_to_a_chat(place: AskingShop) -> None:
    place.set(
        buy_link="https://web.example/{variant}?g={gtin}&s={shop}&l={label}",
        chat_link="https://wa.me/52133?text={article}%20{size}%20{shop}",
    )
    code = await place.database.read(lambda rows: labels.get(rows, "L000"))
    assert code is not None
    async with place.phone() as phone:
        page = (await phone.get(f"/l/{code.code}")).text
        gtin = re.search(r"g=(\d{14})", page)
        assert gtin is not None
        link = f"https://web.example/{HERE}?g={gtin[1]}&amp;s=s042&amp;l={code.code}"
        assert f'href="{link}"' in page
        chat = "text=Alba%20straight%20jeans%20%C2%B7%20Navy%20%C2%B7%20Size%2026%2026%20"
        assert f"{chat}Guadalajara%20Centro" in page
        assert f'href="/ask/{HERE}?kind=bring&amp;label={code.code}"' in page
        ask_page = (await phone.get(f"/ask/{HERE}?kind=bring&label={code.code}")).text
        assert "Here, at the label" in ask_page
        await phone.post("/requests", data=fields(ask_page) | {"place": "here"})
    async with place.staff.signed_in() as clerk:
        today = (await clerk.get("/")).text
        assert f"junto a la etiqueta {code.code}" in today
        assert 'href="/labels/L000"' in today


async def test_a_shop_that_offers_nothing_shows_nothing(place: AskingShop) -> None:
    place.set(bring="off", hold="off")
    async with place.phone() as phone:
        assert 'class="acts"' not in (await phone.get(f"/p/{HERE}")).text
        assert "Ask our staff" in (await phone.get(f"/ask/{HERE}?kind=hold")).text


async def test_pages_of_requests_are_kept_nowhere_and_set_no_cookie(place: AskingShop) -> None:
    async with place.phone() as phone:
        at = await ask(phone, HERE)
        for address in (f"/ask/{HERE}?kind=bring", at, f"{at}/now"):
            answer = await phone.get(address)
            assert answer.headers["cache-control"] == "no-store"
            assert "set-cookie" not in answer.headers
    kept_ = await place.database.read(lambda rows: rows.execute("SELECT * FROM request").fetchone())
    assert "192.168.1.20" not in str(kept_)


@given(data=st.data())
@effort(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
async def test_nothing_that_is_sent_breaks_anything(place: AskingShop, data: st.DataObject) -> None:
    names = ("product", "kind", "label", "form", "place", "code")
    sent = data.draw(st.dictionaries(st.sampled_from(names), st.text(max_size=40)))
    async with place.phone() as phone:
        answer = await phone.post("/requests", data=sent)
        assert answer.status_code in {400, 404}
        raw = data.draw(st.binary(max_size=200))
        kind = data.draw(
            st.sampled_from(
                ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/x"]
            )
        )
        answer = await phone.post("/requests", content=raw, headers={"content-type": kind})
        assert answer.status_code < 500
