"""Waves on Today and for programs: how far, when done, and who may stop them."""

from __future__ import annotations

import html
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from device_drivers.api.drivers import Reason
from gateway.domain.labels import LabelState
from gateway.domain.money import Money
from gateway.domain.ranking import Told
from gateway.staff import explaining, texts_of_health
from gateway.store import deliveries, labels, reach, stopped, tasks, waves
from gateway.store.database import Connection
from gateway.store.deliveries import Wish
from gateway.store.reach import Pace
from gateway.wording import times
from tests.support import shop, staffed
from tests.support.staffed import Staffed

LABELS = 30


def wave(connection: Connection) -> None:
    """Thirty labels get a new price; ten show it already."""
    for number in range(LABELS):
        name = f"W{number:03}"
        staffed.announce(connection, name, panel=staffed.PANELS[0])
        wish = Wish(
            label=name,
            id=f"w{number}",
            fingerprint="f" * 64,
            template="price",
            cause="regular",
            made_at=shop.NOW,
            told=Told(state=LabelState.REGULAR),
        )
        deliveries.want(connection, wish, why="feed")
        if number < 10:
            deliveries.shown(connection, name, wish.id, shop.NOW + timedelta(seconds=60))
    pace = {"mqtt/": Pace(place_s=20.0, deliveries=40)}
    reach.measured(connection, pace)


def reprice(connection: Connection) -> None:
    """Of the labels of the wave that wait, three get a higher price and two a lower one."""
    for number, amount in ((20, "12"), (21, "12"), (22, "12"), (23, "8"), (24, "8")):
        name = f"W{number:03}"
        for each, why in (("10", "staff"), (amount, "feed")):
            price = Money(amount=Decimal(each), currency="MXN")
            wish = Wish(
                label=name,
                id=f"{name}-{each}",
                fingerprint="e" * 64,
                template="price",
                cause="regular",
                made_at=shop.NOW - timedelta(hours=1) if why == "staff" else shop.NOW,
                told=Told(state=LabelState.REGULAR, price=price),
            )
            deliveries.want(connection, wish, why=why)
            if why == "staff":
                deliveries.shown(connection, name, wish.id, wish.made_at)


@pytest.fixture
async def moving(staff: Staffed) -> Staffed:
    await staff.database.write(wave)
    return staff


async def only_wave(staff: Staffed) -> waves.Wave:
    (found,) = await staff.database.read(lambda rows: waves.latest(rows, 9))
    return found


async def test_how_far_a_wave_is_and_when_it_will_be_done(moving: Staffed) -> None:
    async with moving.signed_in() as client:
        (told,) = (await client.get("/api/v1/waves")).json()["waves"]
        assert (told["cause"], told["state"]) == ("feed", "running")
        assert (told["labels"], told["shown"], told["left"]) == (30, 10, 20)
        left = datetime.fromisoformat(told["ends_at"]) - moving.clock.now()
        assert timedelta(seconds=19) <= left <= timedelta(seconds=20)
        assert (await client.get(f"/api/v1/waves/{told['id']}")).json() == told
        unknown = await client.get("/api/v1/waves/999")
        assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_wave")


async def test_a_manager_pauses_and_goes_on_on_today(moving: Staffed) -> None:
    wave = await only_wave(moving)
    async with moving.signed_in() as client:
        page = (await client.get("/")).text
        assert "Datos nuevos" in page
        assert "10 de 30 etiquetas" in page
        assert "Termina hacia las" in page
        assert 'href="/waves"' in page
        assert "10 of 30 labels" in (await client.get("/?lang=en")).text
        for word, state, said in (
            ("pause", "paused", "En pausa por Ana, "),
            ("resume", "running", "Termina hacia las"),
        ):
            answer = await client.post(f"/waves/{wave.id}/{word}")
            assert answer.status_code == 303
            assert said in (await client.get("/today?lang=es")).text
            assert (await only_wave(moving)).state == state


async def test_cancelling_says_what_it_means_and_asks_once(moving: Staffed) -> None:
    wave = await only_wave(moving)
    await moving.database.write(reprice)
    async with moving.signed_in() as client:
        assert f'href="/waves/{wave.id}/cancel"' in (await client.get("/")).text
        outlook = (await client.get(f"/api/v1/waves/{wave.id}/cancel")).json()
        assert outlook == {"kept": 18, "old_price": 3, "sent": 2, "coming": 0}
        asked = (await client.get(f"/waves/{wave.id}/cancel?lang=es")).text
        for count, words in (
            (3, "con el precio anterior, hasta que las envíes o llegue otro precio"),
            (15, "con la imagen anterior y el precio correcto"),
            (2, "se envían igual: precios que bajan"),
        ):
            said = asked.partition(words)[0].rpartition('<b class="number">')[2]
            assert said.startswith(f"{count}<")
        assert "puede exigir el precio de la etiqueta" in asked
        assert (await only_wave(moving)).state == "running", "nothing was done yet"
        assert (await client.post(f"/waves/{wave.id}/cancel")).status_code == 303
        assert (await only_wave(moving)).state == "cancelled"
        again = (await client.get(f"/waves/{wave.id}/cancel?lang=en")).text
        assert "It is cancelled already" in again
        assert f'action="/waves/{wave.id}/cancel"' not in again


async def test_cancelled_labels_are_one_task_and_sent_after_all_with_one_tap(
    moving: Staffed,
) -> None:
    wave = await only_wave(moving)
    await moving.database.write(reprice)
    async with moving.signed_in() as client:
        await client.post(f"/waves/{wave.id}/cancel")
        page = (await client.get("/today?lang=es")).text
        assert page.count("Etiquetas con el precio anterior: 3") == 1
        assert "Ana canceló el envío «Datos nuevos»" in page
        assert "Otras con la imagen anterior y el precio correcto: 15." in page
        assert "Enviarlas ahora" in page
        assert "10 de 30 etiquetas" not in page, "it is not under way"
        held = (await client.get("/labels/W020?lang=es")).text
        assert "Difiere: cancelada por Ana, " in held
        told = (await client.get("/api/v1/labels?state=differs")).json()
        assert told["total"] == 18
        assert {one["standing"] for one in told["labels"]} == {"differs"}
        on_the_way = (await client.get("/api/v1/labels?state=under_way")).json()["labels"]
        assert [one["id"] for one in on_the_way if one["delivery"]["hold"]] == []
        again = (await client.post("/api/v1/labels/W020/send-again")).json()
        assert (again["delivery"]["hold"], again["delivery"]["reason"]) == (None, "staff")
        await client.post(f"/waves/{wave.id}/resume")
        assert (await client.get("/api/v1/labels?state=differs")).json()["total"] == 0
        assert "Etiquetas con el precio anterior" not in (await client.get("/today?lang=es")).text


async def test_who_paused_is_said_where_labels_are_listed(moving: Staffed) -> None:
    wave = await only_wave(moving)
    async with moving.signed_in() as client:
        await client.post(f"/waves/{wave.id}/pause")
        at = times.clock_time(moving.clock.now(), moving.settings.shop.zone, "es_MX")
        rows = (await client.get("/labels?state=paused&lang=es")).text
        assert rows.count(f"Pausada por Ana, {at}</span>") == 20
        told = (await client.get("/api/v1/labels?state=paused")).json()
        assert (told["total"], told["labels"][0]["standing"]) == (20, "paused")
        under_way = (await client.get("/api/v1/labels?state=under_way")).json()["labels"]
        assert [one["id"] for one in under_way if one["delivery"]["hold"]] == []


async def test_a_forgotten_pause_is_a_task_with_both_ways_out(moving: Staffed) -> None:
    wave = await only_wave(moving)

    def forgotten(connection: Connection) -> None:
        stopped.pause(connection, wave.id, "Eva", moving.clock.now() - stopped.FORGOTTEN_AFTER)
        stopped.look_after(connection, moving.clock.now())

    await moving.database.write(forgotten)
    async with moving.signed_in() as client:
        page = (await client.get("/today?lang=en")).text
    task = page.partition("Labels on pause: 20")[2].partition("</li>")[0]
    assert 'Eva paused the wave "New data"' in html.unescape(task)
    assert f'action="/waves/{wave.id}/resume"' in task
    assert f'href="/waves/{wave.id}/cancel"' in task


async def test_all_waves_have_a_page(moving: Staffed) -> None:
    wave = await only_wave(moving)
    async with moving.signed_in() as client:
        page = (await client.get("/waves?lang=en")).text
        assert "Under way" in page
        assert "10 of 30 labels" in page
        await client.post(f"/waves/{wave.id}/cancel")
        page = (await client.get("/waves-list?lang=en")).text
        assert "Cancelled by Ana, " in page
        assert "Send them now" in page
        await client.post(f"/waves/{wave.id}/resume")

        def show(connection: Connection) -> None:
            for number in range(10, LABELS):
                deliveries.shown(connection, f"W{number:03}", f"w{number}", moving.clock.now())

        await moving.database.write(show)
        page = (await client.get("/waves-list?lang=en")).text
        assert "30 of 30 labels" in page
        assert "Done: " in page
        assert f"/waves/{wave.id}/" not in page, "nothing is left to decide"
        assert (await client.get("/waves/999/cancel")).status_code == 404


async def test_a_clerk_sees_a_wave_without_buttons(moving: Staffed) -> None:
    wave = await only_wave(moving)
    await staffed.add_person(moving.database, "Eva", "clerk")
    await moving.database.write(reprice)
    async with moving.signed_in("Eva") as client:
        page = (await client.get("/")).text
        assert "10 de 30 etiquetas" in page
        assert f"/waves/{wave.id}/" not in page
        answer = await client.post(f"/api/v1/waves/{wave.id}/pause")
        assert (answer.status_code, answer.json()["code"]) == (403, "not_yours")
        assert (await client.get(f"/waves/{wave.id}/cancel")).status_code == 403
        assert (await only_wave(moving)).state == "running"
        await moving.database.write(
            lambda rows: stopped.cancel(rows, wave.id, "Ana", moving.clock.now())
        )
        page = (await client.get("/today?lang=en")).text
        assert "Labels with the old price: 3" in page
        assert "Tell a manager." in page
        assert f"/waves/{wave.id}/" not in page


async def test_how_long_a_change_takes_is_known_before_it_is_made(moving: Staffed) -> None:
    async with moving.signed_in() as client:
        whole = (await client.get("/api/v1/forecast?window_minutes=30")).json()
        assert (whole["labels"], whole["measured"], whole["fits"]) == (30, True, True)
        assert whole["said"] == (
            "Cambiar 30 etiquetas lleva menos de un minuto por una sola vía, hay 30 min: alcanza."
        )
        (way,) = whole["ways"]
        assert (way["way"], way["labels"], way["seconds"]) == ("mqtt/", 30, 20.0)
        await moving.database.write(
            lambda rows: reach.measured(rows, {"mqtt/": Pace(place_s=9_000, deliveries=10**6)})
        )
        slow = (await client.get("/api/v1/forecast?window_minutes=30&lang=en")).json()
        assert slow["fits"] is False
        assert slow["said"] == (
            "Changing 30 labels takes about 3 h over one way, there are 30 min: it does not fit."
        )
        none = (await client.get("/api/v1/forecast?product=tote&lang=es")).json()
        assert (none["labels"], none["said"]) == (0, "No cambia ninguna etiqueta.")
        design = (await client.get("/api/v1/forecast?template=price")).json()
        assert design["labels"] == 30
        assert (await client.get("/api/v1/forecast?product=no%20id")).status_code == 422


async def test_scheduled_prices_are_told_with_their_labels(moving: Staffed) -> None:
    at = moving.clock.now() + timedelta(hours=8)

    def schedule(connection: Connection) -> None:
        for number in range(12):
            labels.planned(connection, f"W{number:03}", looked_at=0, next_change=at)

    await moving.database.write(schedule)
    async with moving.signed_in() as client:
        (coming,) = (await client.get("/api/v1/forecast/scheduled?window_minutes=1")).json()[
            "coming"
        ]
    assert coming["forecast"]["labels"] == 12
    assert coming["forecast"]["fits"] is True


async def test_what_is_wrong_with_labels_is_said_in_both_languages(shelf: Staffed) -> None:
    cases = [
        *((kind, "L000") for kind in texts_of_health.COMPLAINTS if kind != "way_silent"),
        ("way_silent", "radio/north"),
        ("label_battery", ""),
    ]

    def open_all(connection: Connection) -> None:
        for kind, key in cases:
            tasks.open_(connection, kind, key, {"count": 12, "labels": []}, shop.NOW)

    await shelf.database.write(open_all)
    async with shelf.signed_in() as client:
        page, english = [(await client.get(f"/?lang={one}")).text for one in ("es", "en")]
    assert "Un punto de acceso no responde: north" in page
    assert "12 labels are not heard through it." in english
    assert "12 etiquetas con la pila baja" in page
    for kind, key in cases:
        said = texts_of_health.COMPLAINTS[kind]
        assert (said.one if key else said.many).es.partition("{")[0] in page


@pytest.mark.parametrize("reason", [*(reason.value for reason in Reason), "foreign", "staff"])
def test_every_reason_has_plain_words(reason: str) -> None:
    said = explaining.REASONS[reason]
    assert said.es.endswith(".")
    assert said.en.endswith(".")
    assert said.es != said.en
