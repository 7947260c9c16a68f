from __future__ import annotations

import io
import re
from pathlib import Path

import httpx
import pytest
from PIL import Image
from typing_extensions import override

from device_drivers.api.drivers import (
    Announced,
    Described,
    Failed,
    Flash,
    Outcome,
    Reason,
    Shown,
    Telemetry,
    Unidentified,
)
from device_drivers.api.known_panels import PANELS
from gateway.clock import ShiftedClock
from gateway.domain.label_life import Life
from gateway.domain.labels import Target
from gateway.labels import living
from gateway.staff import refused_deeds
from gateway.store import discovered, label_life, labels
from gateway.store.database import Connection, Database
from tests.support import shop, staffed
from tests.support.staffed import Staffed
from tests.unit.labels.aisles import RadioDriver
from tests.unit.labels.drawers import FAMILY, PANEL

MUTE, TALKS, FAR = "66AA10200001", "66AA10200002", "66AA10200003"
MODEL = PANEL.name


class Blinker(RadioDriver):
    """Blinks when it is told; one label is too far away."""

    @override
    async def flash(self, label: Described, flash: Flash) -> Outcome:
        assert flash.seconds == 10
        self.asked.append(label)
        return Failed(reason=Reason.OUT_OF_REACH) if label.label == FAR else Shown()


def _heard(connection: Connection) -> None:
    for label, rssi in ((FAR, -91), (MUTE, -48)):
        heard = Unidentified(label=label, firmware="7", telemetry=Telemetry(rssi_dbm=rssi))
        discovered.put(connection, "radio", heard, shop.NOW)
    told = Announced(
        label=TALKS, panel=PANELS["4.2-400x300-bwry"], formats=(), firmware="9", showing=None
    )
    discovered.put(connection, "radio", told, shop.NOW)


@pytest.fixture
async def air(database: Database, clock: ShiftedClock, tmp_path: Path) -> Staffed:
    await staffed.fill(database)
    await database.write(_heard)
    await staffed.add_person(database, "Luis")
    return staffed.make(database, clock, tmp_path, drivers={"radio": Blinker(family=FAMILY)})


async def _life(air: Staffed, label: str) -> Life | None:
    return await air.database.read(lambda rows: label_life.life(rows, label))


async def _adopt(client: httpx.AsyncClient, label: str, **wanted: object) -> httpx.Response:
    return await client.post(f"/api/v1/new-labels/{label}/adopt", json=wanted)


async def test_the_nearest_stands_first_with_what_is_known_of_it(air: Staffed) -> None:
    async with air.signed_in() as client:
        page = (await client.get("/new-labels")).text
        told = (await client.get("/api/v1/new-labels")).json()
        today = (await client.get("/")).text
        bound = (await client.post("/bind", data={"label": MUTE, "article": "sock"})).text
    assert re.findall(r'id="new-(\w+)"', page) == [MUTE, FAR, TALKS]
    assert "Muy cerca" in page
    assert "Sin probar en equipos reales" in page
    assert told["total"] == 3
    first = told["labels"][0]
    assert (first["model"], first["models"], first["hardware"]) == (None, [MODEL], "none")
    assert "Etiquetas nuevas: 3" in today
    assert "Adóptala primero" in bound


async def test_one_is_adopted_with_its_model_and_looked_at(air: Staffed) -> None:
    async with air.signed_in("Luis") as client:
        page = (await client.get(f"/new-labels/{MUTE}")).text
        assert f'value="{MODEL}"' in page
        without = await client.post(f"/new-labels/{MUTE}/adopt", data={"model": ""})
        assert without.status_code == 409
        assert "Elige el modelo" in without.text
        form = {"model": MODEL, "alias": " 0001-A ", "card": "1"}
        answer = await client.post(f"/new-labels/{MUTE}/adopt", data=form)
        assert answer.headers["Location"] == f"/labels/{MUTE}/card"
        page = (await client.get(f"/labels/{MUTE}/card")).text
        ways = re.findall(r'name="way" value="(\w+)"', page)
        assert len(ways) == 8
        sizes = {}
        for way in (*ways, "right"):
            png = await client.get(f"/labels/{MUTE}/card/{way}.png")
            sizes[way] = Image.open(io.BytesIO(png.content)).size
        assert (sizes["0n"], sizes["1m"], sizes["right"]) == ((250, 122), (122, 250), (250, 122))
        assert (await client.get(f"/labels/{MUTE}/card/4n.png")).status_code == 404
        seen = {"way": "2n", "ink0": "white", "ink1": "black", "ink2": "yellow"}
        answer = await client.post(f"/labels/{MUTE}/card/seen", data=seen)
        assert answer.headers["Location"] == f"/labels/{MUTE}/card"
        page = (await client.get(f"/labels/{MUTE}/card")).text
        assert "¿Se ve así ahora?" in page
        answer = await client.post(f"/labels/{MUTE}/card/done")
        assert answer.headers["Location"] == f"/labels/{MUTE}?did=right"
        told = (await client.get(f"/api/v1/labels/{MUTE}")).json()
        assert (told["alias"], told["life"], told["family"]) == ("0001-A", "adopted", "radio")
        assert told["panel"]["inks"] == ["white", "black", "yellow"]
        found = (await client.get("/api/v1/labels", params={"q": "0001-a"})).json()
        assert [one["id"] for one in found["labels"]] == [MUTE]
        said = (await client.post("/bind", data={"label": "0001-A", "article": "sock"})).text
        assert "Se vinculó" in said or told["code"] in said
        assert await _life(air, MUTE) is Life.BOUND
        # The next of the batch is offered what put this one right.
        await _adopt(client, FAR, model=MODEL, card=True)
        page = (await client.get(f"/labels/{FAR}/card")).text
        assert re.search(r'value="2n" checked', page)
        assert "Así se vio la anterior" in page
        again = await _adopt(client, FAR)
        assert (again.status_code, again.json()["code"]) == (404, "waits_no_more")


@pytest.mark.parametrize(
    "wrong",
    [
        {"turns": 4, "inks": ["white", "black", "red"]},
        {"inks": ["white", "black", "pink"]},
        {"inks": ["white"]},
        {"inks": ["white", "black", "red"], "other": 1},
    ],
)
async def test_what_nobody_can_see_is_refused(air: Staffed, wrong: dict[str, object]) -> None:
    async with air.signed_in() as client:
        await _adopt(client, MUTE, model=MODEL, card=True)
        answer = await client.post(f"/api/v1/labels/{MUTE}/card/seen", json=wrong)
        assert answer.status_code in {400, 422}
        dark = {"inks": ["black", "black", "red"]}
        answer = await client.post(f"/api/v1/labels/{MUTE}/card/seen", json=dark)
        assert (answer.status_code, answer.json()["code"]) == (409, "cannot_be_put_right")


async def test_many_codes_each_with_an_answer(air: Staffed) -> None:
    async with air.signed_in("Luis") as client:
        form = {"codes": "66:AA:10:20:00:01\n0003, 0002\n999999\n1020", "model": MODEL}
        page = (await client.post("/new-labels/codes", data=form)).text
        answers = re.findall(
            r'<li><span class="code">(.*?)</span> <span class="badge (\w+)">', page
        )
        assert answers == [
            ("66:AA:10:20:00:01", "good"),
            ("0003", "good"),
            ("0002", "good"),
            ("999999", "attention"),
            ("1020", "attention"),
        ]
        assert "No hay etiquetas nuevas" in page
        told = await client.post("/api/v1/new-labels/adopt", json={"codes": ["0003", "x"]})
        assert told.json() == {
            "answers": [
                {"code": "0003", "outcome": "known", "label": FAR},
                {"code": "x", "outcome": "not_heard", "label": None},
            ]
        }
        assert (await client.post("/api/v1/new-labels/adopt", json={"codes": []})).status_code in {
            *(400, 422)
        }


def test_every_refusal_has_words() -> None:
    folder = Path(living.__file__).parent
    source = "".join(path.read_text() for path in sorted(folder.glob("*.py")))
    codes = set(re.findall(r'LabelError\(\s*"(\w+)"', source))
    assert {"needs_model", "another_system", "bound_already"} <= codes
    assert codes <= refused_deeds.WHY.keys() | {"unknown_label"}


async def test_a_code_with_a_control_character_stops_no_other(air: Staffed) -> None:
    async with air.signed_in() as client:
        wanted = {"codes": ["66AA\u00071020 0001", "66AA10200003"], "model": MODEL}
        told = (await client.post("/api/v1/new-labels/adopt", json=wanted)).json()
    assert [one["outcome"] for one in told["answers"]] == ["not_heard", "adopted"]


async def test_a_label_blinks_or_says_why_not(air: Staffed) -> None:
    async with air.signed_in() as client:
        page = (await client.post(f"/new-labels/{MUTE}/flash")).text
        assert f"La etiqueta {MUTE} parpadea." in page
        page = (await client.post(f"/new-labels/{FAR}/flash")).text
        assert "no parpadeó" in page
        told = (await client.post(f"/api/v1/new-labels/{FAR}/flash")).json()
        assert told == {"outcome": "failed", "reason": "out_of_reach"}
        await _adopt(client, MUTE, model=MODEL)
        assert (await client.post(f"/api/v1/labels/{MUTE}/flash")).json()["outcome"] == "shown"
        assert "parpadea" in (await client.post(f"/labels/{MUTE}/flash")).text
        assert (await client.post("/labels/nobody/flash")).status_code == 404


async def test_a_label_is_put_away_taken_out_and_named(air: Staffed) -> None:
    async with air.signed_in("Luis") as client:
        await _adopt(client, MUTE, model=MODEL)
        one = f"/labels/{MUTE}"
        answer = await client.post(f"{one}/park", data={"shows": "code"})
        assert answer.headers["Location"] == f"{one}?did=parked"
        page = (await client.get(one)).text
        assert "Sacar del cajón" in page
        assert "Guardada" in page
        await client.post(f"{one}/unpark")
        again = await client.post(f"/api/v1{one}/unpark")
        assert (again.status_code, again.json()["code"]) == (409, "not_now")
        await client.post(f"{one}/alias", data={"alias": "77"})
        assert (await client.get(f"/api/v1{one}")).json()["alias"] == "77"
        await _adopt(client, FAR, model=MODEL)
        taken = await client.put(f"/api/v1/labels/{FAR}/alias", json={"alias": "77"})
        assert (taken.status_code, taken.json()["code"]) == (409, "alias_taken")
        page = (await client.get(one)).text
        for word in ("Adoptada", "Número en la carcasa", "Cajón"):
            assert word in page


async def test_a_broken_label_is_replaced_by_one_that_waits(air: Staffed) -> None:
    async with air.signed_in("Luis") as client:
        await _adopt(client, MUTE, model=MODEL)
        await client.put(f"/api/v1/labels/{MUTE}/binding", json={"product": "sock"})
        assert "Escanea la etiqueta nueva" in (await client.get(f"/labels/{MUTE}/replace")).text
        unknown = await client.post(f"/labels/{MUTE}/replace", data={"by": "999"})
        assert unknown.status_code == 409
        assert "No conocemos esa etiqueta" in unknown.text
        answer = await client.post(f"/labels/{MUTE}/replace", data={"by": "66:AA:10:20:00:03"})
        assert answer.headers["Location"] == f"/labels/{FAR}?did=replaced"
    bound = await air.database.read(lambda rows: labels.binding(rows, FAR))
    assert bound is not None
    assert bound.target == Target(product="sock")
    assert await _life(air, MUTE) is Life.RETIRED


async def test_only_managers_retire(air: Staffed) -> None:
    async with air.signed_in("Luis") as client:
        await _adopt(client, MUTE, model=MODEL)
        page = (await client.get(f"/labels/{MUTE}")).text
        assert "Solo puede retirarla quien dirige" in page
        refused = await client.post(f"/api/v1/labels/{MUTE}/retire")
        assert (refused.status_code, refused.json()["code"]) == (403, "not_yours")
        assert (await client.post(f"/labels/{MUTE}/retire")).status_code == 403
    async with air.signed_in() as client:
        answer = await client.post(f"/labels/{MUTE}/retire")
        assert answer.headers["Location"] == f"/labels/{MUTE}?did=retired"
        assert "quedó retirada" in (await client.get(f"/labels/{MUTE}?did=retired")).text
        assert (await client.get(f"/api/v1/labels/{MUTE}")).status_code == 404
    assert await _life(air, MUTE) is Life.RETIRED
