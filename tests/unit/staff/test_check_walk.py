"""A label and what lies behind it: right, wrong and mended, unknown; and the progress made."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx

from gateway.domain.labels import Target
from gateway.store import label_life, labels
from gateway.store.database import Connection
from tests.support import shop, staffed
from tests.support.staffed import Staffed


async def _code(staff: Staffed, label: str) -> str:
    found = await staff.database.read(lambda connection: labels.get(connection, label))
    assert found is not None
    return found.code


async def _bind(staff: Staffed, label: str, target: Target) -> str:
    await staff.database.write(lambda connection: staffed.bind(connection, label, target))
    return await _code(staff, label)


async def _scan(client: httpx.AsyncClient, label: str, article: str) -> str:
    data = {"label": label, "article": article}
    answer = await client.post("/check-walk", data=data, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return answer.text


async def test_an_article_belongs_to_its_own_label_and_to_that_of_its_group(
    shelf: Staffed,
) -> None:
    sock = await _bind(shelf, "L001", Target(product="sock"))
    jeans = await _bind(shelf, "L002", Target(group="jeans-alba", where={"color": "navy"}))
    async with shelf.signed_in() as client:
        assert "está bien" in await _scan(client, sock, shop.barcode(903))
        assert "está bien" in await _scan(client, shop.barcode(903), sock), "in either order"
        assert "está bien" in await _scan(client, jeans, "alba-navy-26")
        page = await _scan(client, jeans, "alba-olive-26")
        assert "no está bien" in page, "another colour of the same style"
        assert "Detrás hay" in page


async def test_what_is_wrong_is_bound_anew_in_one_tap(shelf: Staffed) -> None:
    code = await _bind(shelf, "L001", Target(product="tote"))
    async with shelf.signed_in() as client:
        page = await _scan(client, code, shop.barcode(903))
        assert f"{code} no está bien: es de Bolsa de manta" in page
        assert f"Vincular {code} a Calcetín" in page
        said = dict(re.findall(r'name="(label|article|was)" value="([^"]*)"', page))
        page = (await client.post("/check-walk/mend", data=said)).text
        assert f"{code} es ahora de Calcetín" in page
        bound = await shelf.database.read(lambda one: labels.binding(one, "L001"))
        assert bound is not None
        assert bound.target == Target(product="sock")
        assert "está bien" in await _scan(client, code, shop.barcode(903))


async def test_what_somebody_changed_meanwhile_is_left(shelf: Staffed) -> None:
    code = await _bind(shelf, "L001", Target(product="tote"))
    async with shelf.signed_in() as client:
        page = await _scan(client, code, shop.barcode(903))
        said = dict(re.findall(r'name="(label|article|was)" value="([^"]*)"', page))
        later = shop.NOW + timedelta(minutes=1)

        def change(connection: Connection) -> None:
            staffed.bind(connection, "L001", Target(product="mug"), later)

        await shelf.database.write(change)
        assert "entre tanto" in (await client.post("/check-walk/mend", data=said)).text
    bound = await shelf.database.read(lambda one: labels.binding(one, "L001"))
    assert bound is not None
    assert bound.target == Target(product="mug")


async def test_what_is_not_on_file_is_said(shelf: Staffed) -> None:
    free = await _code(shelf, "L006")
    async with shelf.signed_in() as client:
        for label, article in (("ZZZZZZ", "sock"), (free, "no-such-thing"), ("", "")):
            assert "No está en el sistema" in await _scan(client, label, article)
        page = await _scan(client, free, "sock")
        assert f"{free} no está vinculada" in page
        said = dict(re.findall(r'name="(label|article|was)" value="([^"]*)"', page))
        await client.post("/check-walk/mend", data=said)
    bound = await shelf.database.read(lambda one: labels.binding(one, "L006"))
    assert bound is not None


async def test_progress_is_kept_by_zone_until_somebody_begins_anew(shelf: Staffed) -> None:
    codes = []
    for number, product in enumerate(("sock", "tote", "mug")):
        codes.append(await _bind(shelf, f"L00{number}", Target(product=product)))
        await shelf.database.write(
            lambda c, label=f"L00{number}": label_life.place(c, label, "caja")  # type: ignore[misc]
        )

    def line(page: str) -> tuple[str, str]:
        found = re.search(r"<td>caja</td><td[^>]*>([^<]+)</td><td[^>]*>(\d+)</td>", page)
        assert found is not None, page
        return found[1], found[2]

    async with shelf.signed_in() as client:
        assert line((await client.get("/check-walk")).text) == ("0 de 3 (0 %)", "0")
        await _scan(client, codes[0], "sock")
        assert line(await _scan(client, codes[1], "mug")) == ("2 de 3 (66 %)", "1")
        assert line(await _scan(client, codes[1], "tote")) == ("2 de 3 (66 %)", "0")
        assert (await client.post("/check-walk/begin")).status_code == 303
        assert line((await client.get("/check-walk")).text) == ("0 de 3 (0 %)", "0")
