from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.clock import ShiftedClock, SystemClock
from gateway.domain.events import SCAN, Ack, Event, Lane
from gateway.feed import checking, fields, rows
from gateway.feed.sources.file_faults import Fault
from gateway.feed.sources.shopify.troubles import TASK, Trouble
from gateway.feed.sources.taking import Taker
from gateway.staff import refusals, texts_of_files, texts_of_shopify
from gateway.store import backup_copies, labels, outbox, replica, tasks
from gateway.store.database import Connection, Database
from tests.support import settings as make_settings
from tests.support import shop, staffed
from tests.support.staffed import Staffed


async def _code(staff: Staffed, label: str) -> str:
    found = await staff.database.read(lambda connection: labels.get(connection, label))
    assert found is not None
    return found.code


async def test_today_is_quiet_only_when_every_label_is_right(staff: Staffed) -> None:
    async with staff.signed_in() as client:
        assert "Nada pendiente" in (await client.get("/")).text
        await staff.database.write(staffed.shelf)
        page = (await client.get("/")).text
    assert "Nada pendiente" not in page
    for words in ("con fallo: 1", "que no confirman: 1", "con otra imagen: 1"):
        assert f"Etiquetas {words}" in page
    assert 'href="/labels?state=silent"' in page


async def test_a_new_shop_is_told_its_first_steps_until_they_are_put_away(
    database: Database, clock: ShiftedClock, tmp_path: Path
) -> None:
    await staffed.add_person(database, staffed.NAME, "manager")
    staff = staffed.make(database, clock, tmp_path)
    async with staff.signed_in() as manager:
        page = (await manager.get("/")).text
        assert page.count(">hecho<") == 0
        steps = (
            *("/settings", "/import", "/new-labels", "/bind", "/settings#brand_color"),
            *("/prints", "/people", "/backups"),
        )
        listed = page[page.index("Primeros pasos") :]
        places = [listed.index(f'<a href="{step}">') for step in steps]
        assert places == sorted(places)
        await staffed.add_person(database, "Beto")
        await shop.fill(database)
        page = (await manager.get("/")).text
        assert page.count(">hecho<") == 3
        assert "Quitar esta lista" not in page, "the shop has hardly begun"
        async with staff.signed_in("Beto") as clerk:
            assert "Primeros pasos" not in (await clerk.get("/")).text
        await database.write(staffed.shelf)
        page = (await manager.get("/")).text
        assert page.count(">hecho<") == 5
        assert "Quitar esta lista" in page
        assert (await manager.post("/first-steps/put-away")).headers["Location"] == "/"
        assert "Primeros pasos" not in (await manager.get("/")).text


async def test_the_first_steps_go_by_themselves_when_all_is_done_that_can_be_known(
    database: Database, clock: ShiftedClock, tmp_path: Path
) -> None:
    def rest(connection: Connection) -> None:
        staffed.shelf(connection)
        connection.execute(
            "INSERT INTO shop_setting (name, value, locked, change) VALUES ('logo', 'x', 0, 1)"
        )
        backup_copies.arrived(connection, "stick", "one", shop.NOW, shop.NOW)

    await staffed.add_person(database, staffed.NAME, "manager")
    await staffed.add_person(database, "Beto")
    await shop.fill(database)
    staff = staffed.make(database, clock, tmp_path)
    async with staff.signed_in() as manager:
        assert "Primeros pasos" in (await manager.get("/")).text
        await database.write(rest)
        assert "Primeros pasos" not in (await manager.get("/")).text


async def test_today_lists_what_needs_a_person(shelf: Staffed) -> None:
    def trouble(connection: Connection) -> None:
        detail = {"broken": ["no room for the price"], "without_price": True}
        tasks.open_(connection, "label_rules", "L003", detail, shop.NOW)
        tasks.open_(connection, "refused_row", "offers/tote", {"message": "amount: '-1'"}, shop.NOW)
        replica.move(connection, "central", epoch=3, seq=1842, at=shop.NOW - timedelta(minutes=4))

    code = await _code(shelf, "L003")
    async with shelf.signed_in() as client:
        await shelf.database.write(trouble)
        page = (await client.get("/")).text
    assert f"La plantilla de la etiqueta {code} · Bolsa de manta (tote) no se puede usar" in page
    assert 'href="/labels/L003"' in page
    assert "Un dato no se pudo usar: precio de Bolsa de manta (tote)" in page
    assert "Sigue valiendo el último dato bueno" in page
    assert "hace 4 min" in page
    assert "3/1842" in page
    assert "Importantes" in page


async def test_a_template_that_cannot_be_used_is_told_in_both_languages(shelf: Staffed) -> None:
    broken = ["the price per unit is not on the label (the source)"]

    def trouble(connection: Connection) -> None:
        for label, without_price in (("L003", False), ("L001", True)):
            detail = {"broken": broken, "without_price": without_price}
            tasks.open_(connection, "label_rules", label, detail, shop.NOW)

    code = await _code(shelf, "L003")
    async with shelf.signed_in() as client:
        await shelf.database.write(trouble)
        spanish = (await client.get("/")).text
        english = (await client.get("/?lang=en")).text
    assert f"La plantilla de la etiqueta {code} · Bolsa de manta (tote) no se puede usar" in spanish
    assert "se muestra una más sencilla" in spanish
    assert "la etiqueta manda a la caja" in spanish
    assert f"The template of label {code} · " in english
    assert "the price per unit is not on the label (the source)" in english
    assert 'href="/labels/L003"' in english


async def test_texts_and_templates_that_need_somebody_are_told(shelf: Staffed) -> None:
    def trouble(connection: Connection) -> None:
        detail = {"message": "runs from right to left: title"}
        tasks.open_(connection, "text_left_out", "product/tote", detail, shop.NOW)
        why = {"message": "/srv/mine/template.toml:14: element 'name', value: no such fact"}
        tasks.open_(connection, "template_broken", "mine", why, shop.NOW)
        key = {"message": "/srv/staff.key: is not the key of /srv/staff.pem; write both anew"}
        tasks.open_(connection, "certificate_broken", "staff", key, shop.NOW)

    async with shelf.signed_in() as client:
        await shelf.database.write(trouble)
        spanish = (await client.get("/")).text
        english = (await client.get("/?lang=en")).text
    assert "Las etiquetas de Bolsa de manta (tote) no pueden mostrar un texto" in spanish
    assert "Se escribe de derecha a izquierda." in spanish
    assert "La plantilla mine tiene un error" in spanish
    assert "The template mine has a fault" in english
    assert "Un certificado nuevo no se puede usar" in spanish
    assert "A new certificate cannot be used" in english
    assert "/srv/staff.key: is not the key of" in english
    assert "/srv/mine/template.toml:14" in english
    assert "runs from right to left: title" in english


async def test_a_refused_row_says_in_both_languages_what_to_write_and_where(shelf: Staffed) -> None:
    bad = {"currency": "MXN", "offers": [{"kind": "list", "amount": "-5"}]}
    await shop.fill(shelf.database, [("offers", "tote", bad), ("offers", "new-one", bad)], seq=9)
    async with shelf.signed_in() as client:
        spanish = (await client.get("/")).text
        english = (await client.get("/?lang=en")).text
    assert "precio de Bolsa de manta (tote)" in spanish
    assert "El importe es negativo: escribe 0 o más." in spanish
    assert "Campo offers.0.amount, dice «-5»." in spanish
    assert "price of new-one" in english
    assert "The amount is negative: write 0 or more." in english
    assert "Field offers.0.amount, it says “-5”." in english
    # Who writes the feed finds the line of the problems message.
    assert 'lang="en" translate="no">offers.0.amount: &#39;-5&#39; is negative' in spanish


def test_every_code_of_a_refusal_has_words() -> None:
    written = "".join(
        Path(module.__file__ or "").read_text() for module in (fields, rows, checking)
    )
    ours = set(re.findall(r'(?:PydanticCustomError\(|code=)\s*"(\w+)"', written))
    assert len(ours) > 16
    assert ours <= refusals.CODES.keys()


@pytest.mark.parametrize(
    ("kind", "key", "value"),
    [
        ("group", "g", {"name": {}}),
        ("group", "g", {"name": {"spanish": "x"}}),
        ("group", "g", {"name": []}),
        ("group", "g", {"name": {"es": "x"}, "axes": {}}),
        ("group", "g", {"name": {"es": "x"}, "siblings": ["x"] * 101}),
        ("product", "p", {"status": "gone"}),
        ("product", "p", {"ranged": 1}),
        ("product", "p", {"sku": 1}),
        ("product", "p", {"color": "#FFF"}),
        ("stock", "s042/p", {"available": [], "as_of": "2026-11-22T10:00:00Z"}),
        ("stock", "s042/p", {"available": 1}),
        ("binding", "L1", {"label": "L1", "target": {}}),
    ],
)
def test_what_the_models_themselves_refuse_has_words_too(
    kind: str, key: str, value: object
) -> None:
    refusal = rows.check(kind, key, value)
    assert refusal is not None
    assert refusal.code in refusals.CODES


def test_a_code_of_a_later_version_still_gives_a_sentence() -> None:
    assert refusals.in_words({}, "es") == "La fila no cumple una regla."
    assert "«x»" in refusals.in_words({"code": "later", "given": "x"}, "es")


async def test_names_stand_for_ids_whatever_the_row_is_about(shelf: Staffed) -> None:
    def trouble(connection: Connection) -> None:
        for key in ("group/jeans-alba", "stock/s042/sock", "location/s042", "binding/L006"):
            tasks.open_(connection, "refused_row", key, {"code": "missing"}, shop.NOW)

    await shelf.database.write(trouble)
    async with shelf.signed_in() as client:
        page = (await client.get("/")).text
    assert "grupo Jeans rectos Alba (jeans-alba)" in page
    assert "existencias de Calcetín (sock) · " in page
    assert "lugar s042" not in page
    assert f"vínculo {await _code(shelf, 'L006')}" in page


async def test_a_refused_file_is_named_with_what_to_do(shelf: Staffed) -> None:
    detail = {"file": "lista.csv", "message": "2 of 30 lines cannot be used"}
    await shelf.database.write(
        lambda connection: tasks.open_(connection, "refused_file", "drop", detail, shop.NOW)
    )
    async with shelf.signed_in() as client:
        page = (await client.get("/")).text
    assert "El archivo lista.csv no se pudo usar" in page
    assert "Corrige el archivo y vuelve a enviarlo." in page


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"hola,mundo\n1,2\n", "En la primera línea faltan las columnas"),
        (b"PK\x03\x04rest", "Es una hoja de cálculo y no un CSV"),
        (b"id,name,price\n", "No hay ningún artículo en él"),
        (b"id,name,price\na,Uno,x\nb,Dos,y\n", "2 de 2 líneas no se pueden usar"),
    ],
)
async def test_a_refused_file_says_why_in_the_shop_s_language(
    shelf: Staffed, tmp_path: Path, data: bytes, says: str
) -> None:
    settings = make_settings.make(tmp_path, central={"kind": "none"})
    taker = Taker(shelf.database, settings, SystemClock(), "drop")
    verdict = await taker.take(data, "mala.csv")
    async with shelf.signed_in() as client:
        page = (await client.get("/")).text
        english = (await client.get("/?lang=en")).text
    assert not verdict.taken
    assert says in page
    assert says not in english


@pytest.mark.parametrize("fault", Fault)
def test_every_fault_of_a_file_has_words_in_both_languages(fault: Fault) -> None:
    said = texts_of_files.FAULTS[fault]
    assert said.es != said.en
    assert set(re.findall(r"{(\w+)}", said.es)) == set(re.findall(r"{(\w+)}", said.en))
    assert len(texts_of_files.FAULTS) == len(Fault)


async def test_too_many_labels_has_words_of_its_own(shelf: Staffed) -> None:
    detail = {"message": "60000 labels are known"}
    await shelf.database.write(
        lambda connection: tasks.open_(connection, "too_many_labels", "", detail, shop.NOW)
    )
    async with shelf.signed_in() as client:
        page = (await client.get("/")).text
    assert "Se presentan más etiquetas de las que caben" in page
    assert "too_many_labels" not in page


async def test_events_that_central_does_not_acknowledge_are_said_with_their_age(
    staff: Staffed,
) -> None:
    since = shop.NOW - timedelta(minutes=1)
    event = Event(
        id="1",
        source=staffed.ORIGIN.source,
        type=SCAN,
        subject="scanner-1",
        time=since,
        recorded=since,
        data={},
    )
    async with staff.signed_in() as client:
        await staff.database.write(lambda one: outbox.append(one, Lane.SCAN, event, since))
        assert "no confirma" not in (await client.get("/")).text
        staff.clock.advance(timedelta(minutes=13))
        page = (await client.get("/")).text
        assert "La central no confirma los eventos de hace 14 min" in page
        assert "Esperan aquí 1 y no se pierden" in page
        epoch = await staff.database.read(outbox.epoch)
        ack = Ack(epoch=epoch, lane=Lane.SCAN, through_seq=1)
        await staff.database.write(lambda one: outbox.acknowledge(one, ack, shop.NOW))
        assert "no confirma" not in (await client.get("/")).text


async def test_each_trouble_with_shopify_says_what_to_do(staff: Staffed) -> None:
    def arise(connection: Connection) -> None:
        for one in Trouble:
            tasks.open_(connection, TASK, one.value, {"message": f"why {one.value}"}, shop.NOW)

    await staff.database.write(arise)
    async with staff.signed_in() as client:
        page = (await client.get("/")).text
    assert set(texts_of_shopify.TROUBLES) == {one.value for one in Trouble}
    for key, words in texts_of_shopify.TROUBLES.items():
        for text in (words.title, words.why, words.advice):
            assert text.say("es") in page
        assert f"why {key}" in page
