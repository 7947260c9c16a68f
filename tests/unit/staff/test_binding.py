from __future__ import annotations

import re
from datetime import timedelta

import httpx

from gateway.domain.labels import Target
from gateway.store import labels
from gateway.store.labels import Binding
from tests.support import shop, staffed
from tests.support.staffed import Staffed


async def _bound(staff: Staffed, label: str) -> Binding | None:
    return await staff.database.read(lambda connection: labels.binding(connection, label))


async def _target(staff: Staffed, label: str) -> Target | None:
    bound = await _bound(staff, label)
    return bound.target if bound is not None else None


async def _code(staff: Staffed, label: str) -> str:
    found = await staff.database.read(lambda connection: labels.get(connection, label))
    assert found is not None
    return found.code


async def _scan(client: httpx.AsyncClient, label: str, article: str, asked: str = "") -> str:
    data = {"label": label, "article": article, "asked": asked}
    return (await client.post("/bind", data=data)).text


def _question(page: str) -> str:
    """What the page asks before it overwrites; empty when it asks nothing."""
    found = re.search(r'name="asked" value="([^"]+)" form="scan"', page)
    return found[1] if found else ""


async def _scan_twice(client: httpx.AsyncClient, label: str, article: str) -> str:
    """Scan the two, and the article once more when the label has one already."""
    said = await _scan(client, label, article)
    question = _question(said)
    return await _scan(client, label, article, question) if question else said


async def test_a_product_a_group_and_a_group_with_fixed_options(shelf: Staffed) -> None:
    wanted = (
        ({"product": "sock"}, Target(product="sock")),
        ({"group": "chino"}, Target(group="chino")),
        (
            {"group": "jeans-alba", "where.color": "olive"},
            Target(group="jeans-alba", where={"color": "olive"}),
        ),
    )
    async with shelf.signed_in() as client:
        for form, target in wanted:
            answer = await client.post("/labels/L006/bind", data=form)
            assert answer.headers["Location"] == "/labels/L006?did=bound"
            assert await _target(shelf, "L006") == target
            assert "Vínculo guardado" in (await client.get(answer.headers["Location"])).text
        assert "Verde olivo" in (await client.get("/labels/L006")).text
        await client.post("/labels/L006/unbind")
    assert await _target(shelf, "L006") is None


async def test_what_changes_is_shown_before_it_does(shelf: Staffed) -> None:
    async with shelf.signed_in() as client:
        page = (await client.get("/labels/L000/bind?group=jeans-alba&where.color=olive")).text
        same = (await client.get("/labels/L000/bind?product=alba-navy-26")).text
    assert page.index("Azul marino · 26") < page.index("Verde olivo")
    assert "Cambiar el vínculo" in page
    assert "Ya está vinculada a esto" in same
    assert "Cambiar el vínculo" not in same
    assert await _target(shelf, "L000") == Target(product="alba-navy-26")


async def test_articles_are_found_by_words_numbers_and_barcodes(shelf: Staffed) -> None:
    searches = {
        "brisa": ["of=runner-black", "of=runner-white"],
        "lampara": ["product=lamp"],
        shop.barcode(900): ["product=tote"],
        "tote": ["product=tote"],
        "chino": ["of=chino"],
        shop.barcode(904): ["product=twin-a", "product=twin-b"],
        "nothing like it": [],
    }
    async with shelf.signed_in() as client:
        for text, found in searches.items():
            page = (await client.get("/labels/L006/bind", params={"q": text})).text
            for href in found:
                assert f'href="/labels/L006/bind?{href}"' in page, text
            assert ("Ningún artículo coincide" in page) is (not found), text
        parts = (await client.get("/labels/L006/bind?of=jeans-alba")).text
    assert "bind?group=jeans-alba&amp;where.color=olive" in parts
    assert "Solo color: Verde olivo" in parts
    assert "bind?product=alba-olive-30" in parts
    assert parts.index("Solo color: Negro") < parts.index("Solo color: Crudo")


async def test_unknown_labels_and_articles_are_explained(shelf: Staffed) -> None:
    async with shelf.signed_in() as client:
        article = await client.post("/labels/L006/bind", data={"product": "nope"})
        assert article.status_code == 404
        assert "No hay ningún artículo nope" in article.text
        label = await client.post("/labels/NONE/bind", data={"product": "tote"})
        assert "No conocemos esta etiqueta" in label.text
        gone = (await client.get("/labels/L006/bind?product=nope")).text
        assert "nope ya no está en el catálogo" in gone
        assert ">Vincular</button>" not in gone
        assert (await client.get("/labels/NONE/bind?q=x")).status_code == 404


async def test_two_scans_bind_whatever_form_they_have(shelf: Staffed) -> None:
    code = await _code(shelf, "L006")
    scans = (
        (code.lower(), shop.barcode(900), "tote"),
        (f"https://q.example.com/L/{code}", shop.barcode(901)[1:], "lamp"),
        (
            f"HTTPS://Q.EXAMPLE.COM/L/{code}\r",
            f"https://q.example.com/01/{shop.barcode(902)}",
            "mug",
        ),
        ("L006", "sock", "sock"),
        (code, f"]C101{shop.barcode(900)}", "tote"),
    )
    async with shelf.signed_in() as client:
        for label, article, product in scans:
            said = await _scan_twice(client, label, article)
            assert f"{code} es ahora" in said, (label, article)
            assert await _target(shelf, "L006") == Target(product=product)
        said = await _scan_twice(client, code, "chino")
        assert await _target(shelf, "L006") == Target(group="chino")


async def test_the_qr_of_a_label_with_its_own_article_names_the_label(shelf: Staffed) -> None:
    async with shelf.signed_in() as client:
        link = f"https://q.example.com/01/{shop.barcode(900)}"
        said = await _scan_twice(client, link, shop.barcode(903))
        assert await _target(shelf, "L003") == Target(product="sock")
        # Now two labels carry the sock, and its barcode names neither.
        said = await _scan(client, shop.barcode(903), "tote")
        assert "es un artículo, no una etiqueta" in said


async def test_scans_that_cannot_be_are_explained(shelf: Staffed) -> None:
    code = await _code(shelf, "L001")
    other = await _code(shelf, "L002")
    cases = (
        ("", "tote", "Falta la etiqueta"),
        (code, "", "Falta el artículo"),
        ("ZZZZZZ", "tote", "No conocemos la etiqueta ZZZZZZ"),
        (code, "9521234000009", "No hay ningún artículo 9521234000009"),
        (code, other, "es una etiqueta, no un artículo"),
        (code, shop.barcode(904), "Dos artículos tienen el código"),
        ("http://[bad", "tote", "No conocemos la etiqueta http://[bad"),
    )
    before = await _bound(shelf, "L001")
    async with shelf.signed_in() as client:
        for label, article, words in cases:
            said = await _scan(client, label, article)
            assert words in said, (label, article)
            assert "No se vinculó nada" in said
    assert await _bound(shelf, "L001") == before


async def test_a_bound_label_is_not_overwritten_without_asking(shelf: Staffed) -> None:
    code = await _code(shelf, "L000")
    async with shelf.signed_in() as client:
        asked = await _scan(client, code, "tote")
        assert f"{code} ya es Jeans rectos Alba · Azul marino · 26" in asked
        assert "Para que muestre Bolsa de manta" in asked
        assert await _target(shelf, "L000") == Target(product="alba-navy-26")
        same = await _scan(client, code, "alba-navy-26")
        assert "Ya está vinculada a esto" in same


async def test_the_same_article_again_is_the_yes_and_nothing_else_is(shelf: Staffed) -> None:
    code, other = await _code(shelf, "L000"), await _code(shelf, "L001")
    async with shelf.signed_in() as client:
        asked = await _scan(client, code, "tote")
        assert "escanea otra vez ese artículo" in asked
        assert f'value="{code}"' in asked
        question = _question(asked)
        # Another article, or another label, is another question.
        assert _question(await _scan(client, code, "lamp", question)) not in {"", question}
        assert _question(await _scan(client, other, "tote", question)) not in {"", question}
        assert await _target(shelf, "L000") == Target(product="alba-navy-26")
        said = await _scan(client, code, shop.barcode(900), question)
        assert f"{code} es ahora Bolsa de manta" in said
        assert await _target(shelf, "L000") == Target(product="tote")
        # The yes was for the binding that stood then.
        assert _question(await _scan(client, code, "lamp", question)) not in {"", question}


async def test_who_was_asked_and_scans_a_label_goes_on_with_that_one(shelf: Staffed) -> None:
    code, free = await _code(shelf, "L000"), await _code(shelf, "L006")
    async with shelf.signed_in() as client:
        question = _question(await _scan(client, code, "lamp"))
        said = await _scan(client, code, f"https://q.example.com/L/{free}", question)
        assert f"{free} está libre" in said
        assert f'data-label="{free}"' in said
        # L003 alone carries the tote: its QR is a link to that.
        said = await _scan(client, code, f"https://q.example.com/01/{shop.barcode(900)}", question)
        assert "ya es Bolsa de manta" in said
        assert f'data-label="{await _code(shelf, "L003")}"' in said
    assert await _target(shelf, "L000") == Target(product="alba-navy-26")


async def test_a_label_is_known_or_not_before_its_article_comes(shelf: Staffed) -> None:
    async with shelf.signed_in() as client:

        async def check(label: str) -> str:
            return (await client.get("/bind/label", params={"label": label})).text

        unknown = await check("ZZZZZZ")
        assert "No conocemos la etiqueta ZZZZZZ. Revisa los 6 caracteres" in unknown
        assert 'data-go="label"' in unknown
        assert "<html" not in unknown
        code = await _code(shelf, "L000")
        known = await check(f"https://q.example.com/L/{code}")
        assert f"{code} ya es Jeans rectos Alba" in known
        assert 'data-go="article"' in known
        assert "Ahora escanea el artículo" in known
        assert "está libre" in await check(await _code(shelf, "L006"))
        assert "es un artículo, no una etiqueta" in await check(shop.barcode(904))


async def test_undo_brings_back_what_was_there(shelf: Staffed) -> None:
    code, free = await _code(shelf, "L000"), await _code(shelf, "L006")
    async with shelf.signed_in() as client, shelf.signed_in() as other:
        await _scan_twice(client, code, "tote")
        said = await _scan(client, free, "tote")
        assert said.count("Deshacer") == 2
        assert "Deshacer" not in (await other.get("/bind")).text
        said = (await client.post("/bind/undo", data={"label": "L000"})).text
        assert f"{code} vuelve a como estaba" in said
        assert await _target(shelf, "L000") == Target(product="alba-navy-26")
        said = (await client.post("/bind/undo", data={"label": "L006"})).text
        assert "Deshacer" not in said
        assert await _target(shelf, "L006") is None


async def test_undo_does_not_undo_what_somebody_else_did_since(shelf: Staffed) -> None:
    code = await _code(shelf, "L006")
    async with shelf.signed_in() as client:
        await _scan(client, code, "tote")
        later = shop.NOW + timedelta(seconds=3)
        await shelf.database.write(
            lambda connection: staffed.bind(connection, "L006", Target(product="sock"), later)
        )
        said = (await client.post("/bind/undo", data={"label": "L006"})).text
    assert "ya cambió después" in said
    assert await _target(shelf, "L006") == Target(product="sock")


async def test_a_scan_answers_htmx_with_a_part_of_the_page(shelf: Staffed) -> None:
    async with shelf.signed_in() as client:
        data = {"label": await _code(shelf, "L006"), "article": "nope"}
        part = (await client.post("/bind", data=data, headers={"HX-Request": "true"})).text
    assert "<html" not in part
    assert 'data-go="article"' in part


async def test_who_bound_is_kept(shelf: Staffed) -> None:
    await staffed.add_person(shelf.database, "Eva")
    async with shelf.signed_in("Eva") as client:
        await client.post("/labels/L006/bind", data={"product": "tote"})
        page = (await client.get("/labels/L006")).text
    bound = await _bound(shelf, "L006")
    assert bound is not None
    assert bound.bound_by == "Eva"
    assert "tote · Eva" in page


async def test_a_group_of_one_article_is_listed_as_that_article(shelf: Staffed) -> None:
    rows: list[shop.Row] = [
        ("group", "vela", {"name": {"es": "Vela"}}),
        ("product", "V-1", {"group": "vela", "name": {"es": "Vela"}}),
    ]
    await shop.fill(shelf.database, rows, seq=9)
    async with shelf.signed_in() as client:
        for text in ("vela", "V-1", "VELA"):
            page = (await client.get("/labels/L006/bind", params={"q": text})).text
            assert page.count('href="/labels/L006/bind?product=V-1"') == 1, text
            assert "bind?of=vela" not in page


async def test_a_search_that_stops_says_so(shelf: Staffed) -> None:
    rows: list[shop.Row] = [
        ("product", f"many-{number}", {"name": {"es": "Toalla"}}) for number in range(44)
    ]
    await shop.fill(shelf.database, rows, seq=9)
    async with shelf.signed_in() as client:
        page = (await client.get("/labels/L006/bind?q=toalla")).text
        few = (await client.get("/labels/L006/bind?q=lampara")).text
    assert page.count("bind?product=many-") == 20
    assert "20 de 44: escribe más." in page
    assert "escribe más" not in few


async def test_the_article_may_be_scanned_first(shelf: Staffed) -> None:
    code = await _code(shelf, "L006")
    async with shelf.signed_in() as client:
        first = (await client.get("/bind/label", params={"label": shop.barcode(903)})).text
        assert "Calcetín" in first
        assert "Ahora escanea la etiqueta" in first
        assert f'data-article="{shop.barcode(903)}"' in first
        page = await _scan(client, shop.barcode(903), f"https://q.example.com/l/{code}")
    assert f"{code} es ahora Calcetín" in page
    assert await _target(shelf, "L006") == Target(product="sock")


async def test_only_this_page_may_use_the_camera(shelf: Staffed) -> None:
    async with shelf.signed_in() as client:
        for path, may in (("/bind", True), ("/labels", False), ("/", False)):
            headers = (await client.get(path)).headers
            assert ("camera=(self)" in headers["Permissions-Policy"]) is may, path
            assert ("wasm-unsafe-eval" in headers["Content-Security-Policy"]) is may, path
            assert "unsafe-inline" not in headers["Content-Security-Policy"]
