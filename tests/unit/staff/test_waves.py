"""Waves on Today and for programs: how far, when done, and who may stop them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from device_drivers.api.drivers import Reason
from gateway.domain.labels import LabelState
from gateway.domain.ranking import Told
from gateway.staff import explaining, texts_of_health
from gateway.store import deliveries, labels, reach, tasks, waves
from gateway.store.database import Connection
from gateway.store.deliveries import Wish
from gateway.store.reach import Pace
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


async def test_a_manager_pauses_goes_on_and_cancels_on_today(moving: Staffed) -> None:
    wave = await only_wave(moving)
    async with moving.signed_in() as client:
        page = (await client.get("/")).text
        assert "Datos nuevos" in page
        assert "10 de 30 etiquetas" in page
        assert "Termina hacia las" in page
        assert "10 of 30 labels" in (await client.get("/?lang=en")).text
        for word, state, said in (
            ("pause", "paused", "En pausa: no se envía nada más"),
            ("resume", "running", "Termina hacia las"),
            ("cancel", "cancelled", "Cancelado: 20 etiquetas siguen como estaban"),
        ):
            answer = await client.post(f"/waves/{wave.id}/{word}")
            assert answer.status_code == 303
            assert said in (await client.get("/today?lang=es")).text
            assert (await only_wave(moving)).state == state
        held = (await client.get("/labels/W020?lang=es")).text
        assert "El envío se canceló" in held
        program = (await client.get("/api/v1/labels/W020")).json()
        assert program["delivery"]["hold"] == "cancelled"
        again = (await client.post("/api/v1/labels/W020/send-again")).json()
        assert (again["delivery"]["hold"], again["delivery"]["reason"]) == (None, "staff")


async def test_a_clerk_sees_a_wave_without_buttons(moving: Staffed) -> None:
    wave = await only_wave(moving)
    await staffed.add_person(moving.database, "Eva", "clerk")
    async with moving.signed_in("Eva") as client:
        page = (await client.get("/")).text
        assert "10 de 30 etiquetas" in page
        assert "/waves/" not in page
        answer = await client.post(f"/api/v1/waves/{wave.id}/pause")
        assert (answer.status_code, answer.json()["code"]) == (403, "not_yours")
    assert (await only_wave(moving)).state == "running"


async def test_how_long_a_change_takes_is_known_before_it_is_made(moving: Staffed) -> None:
    async with moving.signed_in() as client:
        whole = (await client.get("/api/v1/forecast?window_minutes=30")).json()
        assert (whole["labels"], whole["measured"], whole["fits"]) == (30, True, True)
        assert whole["said"] == "Necesita menos de un minuto por una sola vía, hay 30 min: alcanza."
        (way,) = whole["ways"]
        assert (way["way"], way["labels"], way["seconds"]) == ("mqtt/", 30, 20.0)
        await moving.database.write(
            lambda rows: reach.measured(rows, {"mqtt/": Pace(place_s=9_000, deliveries=10**6)})
        )
        slow = (await client.get("/api/v1/forecast?window_minutes=30&lang=en")).json()
        assert slow["fits"] is False
        assert slow["said"] == "Needs about 3 h over one way, there are 30 min: it does not fit."
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
