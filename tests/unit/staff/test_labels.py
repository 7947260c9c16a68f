from __future__ import annotations

import asyncio
import io
import re
import time
from datetime import timedelta

import httpx
from PIL import Image

from gateway.domain.proof import Entry
from gateway.store import deliveries, overview, pictures, proof, tasks
from gateway.store.database import Connection
from gateway.store.overview import Asked, Facet
from gateway.store.picture_files import PictureFiles
from gateway.store.pictures import Kept
from tests.support import shop
from tests.support.staffed import Staffed

LATE = shop.NOW - timedelta(seconds=120)
STANDINGS = {
    "L000": ["Se muestra"],
    "L001": ["En cola"],
    "L002": ["Recibido por la etiqueta"],
    "L003": ["No confirma desde las 14:10"],
    "L004": ["Falló", "Sin conexión"],
    "L005": ["Sin imagen todavía"],
    "L006": ["Muestra una imagen que no es nuestra"],
}


def _row(page: str, label: str) -> str:
    match = re.search(rf'<li class="label-row" id="label-{label}".*?</li>', page, re.DOTALL)
    assert match is not None, label
    return match[0]


async def test_every_state_is_an_icon_and_a_word(shelf: Staffed) -> None:
    async with shelf.signed_in() as client:
        page = (await client.get("/labels")).text
    for label, words in STANDINGS.items():
        badges = re.findall(
            r'<span class="badge \w+"><svg [^>]*><use href="#i-(\w+)"/></svg>(.*?)</span>',
            _row(page, label),
        )
        assert [word for _, word in badges] == words
        assert all(f'id="i-{icon}"' in page for icon, _ in badges)


async def test_wished_and_shown_stand_side_by_side(shelf: Staffed) -> None:
    wish = await shelf.database.read(lambda connection: deliveries.wish(connection, "L003"))
    assert wish is not None
    async with shelf.signed_in() as client:
        page = (await client.get("/labels")).text
        pictures = re.findall(
            r'/frames/(\w{64})\.png" alt="(.*?)" width="(\d+)" height="(\d+)"', _row(page, "L003")
        )
        assert pictures[0][0] == wish.fingerprint
        assert pictures[0][0] != pictures[1][0]
        assert [one[1:] for one in pictures] == [
            ("Debe mostrar: Bolsa de manta", "148", "64"),
            ("Muestra: Bolsa de manta", "148", "64"),
        ]
        assert "No es nuestra" in _row(page, "L006")
        answer = await client.get(f"/frames/{wish.fingerprint}.png")
    image = Image.open(io.BytesIO(answer.content))
    assert image.size == (296, 128)
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Cache-Control"].startswith("private")


async def test_an_article_stands_with_its_picture_or_initials(shelf: Staffed) -> None:
    url, sha256 = "https://cdn.example.com/alba.jpg", "ab" * 32
    (group,) = (value for kind, key, value in shop.rows() if (kind, key) == ("group", "jeans-alba"))
    assert group is not None
    files = PictureFiles(shelf.settings.data.folder / "pictures", 1_000_000)
    await asyncio.to_thread(files.open)
    await asyncio.to_thread(files.put, sha256, b"large", b"small")
    pages = ("/labels/L000", "/labels/L005/bind?q=alba", "/labels/L000/bind?product=alba-navy-27")
    async with shelf.signed_in() as client:
        for page in pages:
            assert ">JR</text>" in (await client.get(page)).text, page
        await shop.fill(
            shelf.database, [("group", "jeans-alba", group | {"image": {"url": url}})], seq=9
        )

        def arrive(connection: Connection) -> None:
            pictures.use(
                connection, pictures.changed_uses(connection, None, lambda _: True), shop.NOW
            )
            pictures.put(connection, url, Kept(sha256=sha256, width=480, height=480))

        await shelf.database.write(arrive)
        for page in pages:
            assert f'src="/pictures/{sha256}-96.webp"' in (await client.get(page)).text, page
        answer = await client.get(f"/pictures/{sha256}-96.webp")
        assert (answer.content, answer.headers["content-type"]) == (b"small", "image/webp")
        assert (await client.get("/pictures/x.webp")).status_code == 404
    async with shelf.client() as stranger:
        assert (await stranger.get(f"/pictures/{sha256}-96.webp")).status_code == 303


async def test_no_other_picture_is_handed_out(shelf: Staffed) -> None:
    names = ["x.png", "..%2f..%2fetc%2fpasswd", "AB" * 32 + ".png", "ab" * 32, "cd" * 32 + ".png"]
    async with shelf.signed_in() as client:
        for name in names:
            assert (await client.get(f"/frames/{name}")).status_code == 404, name


async def test_search(shelf: Staffed) -> None:
    searches = [
        ("L004", ["L004"]),
        ("lámp", []),
        ("jeans", ["L000", "L001"]),
        ("JEANS marino", ["L000", "L001"]),
        ("alba-navy-26", ["L000"]),
        ("runner-white", ["L002"]),
        ("tenis zancada", ["L002"]),
        ("calcetin", ["L005"]),
        ("Canvas", ["L003"]),
        (shop.barcode(900), ["L003"]),
        (shop.barcode(900)[1:], ["L003"]),
        ("100%", []),
        ("' OR 1=1 --", []),
        ("zzz", []),
    ]
    async with shelf.signed_in() as client:
        for asked, found in searches:
            page = (await client.get("/labels", params={"q": asked})).text
            answer = (await client.get("/api/v1/labels", params={"q": asked})).json()
            assert re.findall(r'data-label="(\w+)"', page) == found, asked
            assert [label["id"] for label in answer["labels"]] == found, asked
            assert ("Ninguna etiqueta coincide" in page) is (not found), asked


async def test_search_by_code_as_people_write_it(shelf: Staffed) -> None:
    codes = await shelf.database.read(
        lambda connection: dict(connection.execute("SELECT id, code FROM label").fetchall())
    )
    async with shelf.signed_in() as client:
        page = (await client.get("/labels", params={"q": codes["L002"].lower()})).text
    assert re.findall(r'data-label="(\w+)"', page) == ["L002"]


async def test_filters_find_what_they_count(shelf: Staffed) -> None:
    facets = [
        ("shown", ["L000"]),
        ("under_way", ["L001", "L002"]),
        ("silent", ["L003"]),
        ("failed", ["L004"]),
        ("offline", ["L004"]),
        ("other", ["L006"]),
        ("unbound", ["L006"]),
        ("nonsense", [f"L{number:03d}" for number in range(7)]),
    ]
    total, counts = await shelf.database.read(lambda one: overview.counts(one, LATE))
    assert total == 7
    async with shelf.signed_in() as client:
        for facet, found in facets:
            page = (await client.get("/labels", params={"state": facet})).text
            assert re.findall(r'data-label="(\w+)"', page) == found, facet
            if facet != "nonsense":
                assert counts[Facet(facet)] == len(found), facet


async def test_an_empty_shop_says_what_to_do(staff: Staffed) -> None:
    async with staff.signed_in() as client:
        assert "Acerca una etiqueta al equipo Anaquel" in (await client.get("/labels")).text


async def test_twenty_thousand_labels_are_listed_searched_and_counted(staff: Staffed) -> None:
    def many(connection: Connection) -> None:
        connection.execute(
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 19999) "
            "INSERT INTO label (id, family, code, width, height, inks, dpi, model, formats, "
            "firmware, first_heard, last_heard, stale) SELECT printf('T%05d', i), 'mqtt', "
            "printf('%06d', i), 296, 128, 'white,black', 112, 'E29', 'png', '1', 0, 0, 0 FROM n"
        )
        connection.execute(
            "INSERT INTO binding (label, product, bound_at, bound_by) SELECT id, "
            "CASE substr(id, 6) WHEN '7' THEN 'tote' ELSE 'alba-navy-26' END, 0, 'x' FROM label "
            "WHERE id < 'T15000'"
        )
        connection.execute(
            "INSERT INTO wish (label, id, fingerprint, template, cause, made_at) "
            "SELECT id, 'w' || id, printf('%064d', 1), '', '', 0 FROM label"
        )
        connection.execute(
            "INSERT INTO delivery (label, wish, state, queued_at, rank, way) "
            "SELECT id, 'w' || id, CASE WHEN id < 'T10000' THEN 'shown' ELSE 'queued' END, 0, 6, "
            "'mqtt/' FROM label"
        )
        connection.execute("INSERT INTO picture VALUES ('s', printf('%064d', 1))")
        connection.execute("UPDATE label SET sight_sha256 = 's' WHERE id < 'T10000'")

    await staff.database.write(many)

    async def page(**asked: object) -> overview.LabelPage:
        wanted = Asked(late_before=LATE, **asked)  # type: ignore[arg-type] # members of Asked
        return await staff.database.read(lambda connection: overview.page(connection, wanted))

    last = await page(offset=19_900)
    assert (last.total, len(last.views), last.views[-1].label.id) == (20_000, 100, "T19999")
    manta = await page(text="manta")
    assert (manta.total, manta.views[1].label.id) == (1_500, "T00017")
    shown = await page(facet=Facet.SHOWN, text="bolsa", offset=900)
    assert (shown.total, len(shown.views)) == (1_000, 100)
    assert (await page(facet=Facet.UNBOUND)).total == 5_000
    total, counts = await staff.database.read(lambda one: overview.counts(one, LATE))
    assert (total, counts[Facet.SHOWN], counts[Facet.UNDER_WAY]) == (20_000, 10_000, 10_000)

    async with staff.signed_in() as client:
        began = time.perf_counter()
        answer = await client.get("/labels?page=150&q=jeans")
        took = time.perf_counter() - began
    assert "13,401 a 13,500 de 13,500" not in answer.text
    assert answer.status_code == 200
    assert took < 3
    async with staff.signed_in() as client:
        page_two = (await client.get("/labels?page=2&q=manta")).text
    assert "101 a 200 de 1,500" in page_two
    assert re.findall(r'href="/labels\?q=manta[^"]*" rel="(\w+)"', page_two) == ["prev", "next"]


async def test_a_label_alone_says_what_is_wrong_and_what_to_do(shelf: Staffed) -> None:
    async with shelf.signed_in() as client:
        failed = (await client.get("/labels/L004")).text
        silent = (await client.get("/labels/L003")).text
        fine = (await client.get("/labels/L000")).text
    assert "La etiqueta no recibió la imagen completa. Se envía otra vez." in failed
    assert "No está al alcance; se la oyó por última vez ahora mismo." in failed
    assert "Pila baja" in failed
    assert "Acércate a ella" in silent
    assert "Muestra exactamente lo que debe" in fine
    assert "Vínculo cambiado" in fine
    assert 'title="22 nov 2026, 14:32:00"' in fine


async def test_one_more_line_of_history_is_one(shelf: Staffed) -> None:
    async def history(client: httpx.AsyncClient) -> str:
        page = (await client.get("/labels/L005/history?lang=es")).text
        found = re.search(r"<summary>(.*?)</summary>", page)
        return found[1] if found is not None else ""

    async with shelf.signed_in() as client:
        await shelf.database.write(lambda rows: _lines(rows, 6))
        assert await history(client) == "1 anterior"
        await shelf.database.write(lambda rows: _lines(rows, 1))
        assert await history(client) == "2 anteriores"


def _lines(connection: Connection, count: int) -> None:
    for _ in range(count):
        proof.append(connection, Entry(label="L005", at=shop.NOW, what="reachable"))


async def test_what_it_is_stands_in_the_language_of_the_reader(shelf: Staffed) -> None:
    async with shelf.signed_in() as client:
        spanish = (await client.get("/labels/L000")).text
        english = (await client.get("/labels/L000?lang=en")).text
    assert "Etiqueta MQTT · Sin probar" in spanish
    assert "MQTT label · Never tried" in english
    assert '<dd class="number">22 nov 2026, 14:32:00</dd>' in spanish
    assert '<dd class="number">Nov 22, 2026, 14:32:00</dd>' in english


async def test_send_again_puts_the_picture_back_into_the_queue(shelf: Staffed) -> None:
    async with shelf.signed_in() as client:
        answer = await client.post("/labels/L000/send-again")
        page = (await client.get(answer.headers["Location"])).text
        assert "Se enviará de nuevo" in page
        assert "En cola" in page
        assert (await client.post("/labels/NONE/send-again")).status_code == 404
    due = await shelf.database.read(lambda connection: deliveries.get(connection, "L000"))
    assert due is not None
    assert (due.state, due.reason) == ("queued", "staff")
    async with shelf.signed_in() as client:
        history = (await client.get("/labels/L000/history")).text
    assert "Pedida otra vez" in history


async def test_an_unknown_label_is_explained(shelf: Staffed) -> None:
    async with shelf.signed_in() as client:
        answer = await client.get("/labels/NONE")
    assert answer.status_code == 404
    assert "Acércala al equipo Anaquel" in answer.text
    assert 'href="/bind"' in answer.text
    assert 'action="/sign-out"' in answer.text


async def test_names_from_the_feed_are_text_everywhere(shelf: Staffed) -> None:
    evil = "<script>alert(1)</script>\"'><img src=x>"
    rows: list[shop.Row] = [
        ("product", "tote", {"name": {"es": evil, "en": evil}, "gtins": [shop.barcode(900)]}),
        ("group", "runner-white", {"name": {"es": evil}, "brand": evil}),
    ]
    await shop.fill(shelf.database, rows, seq=9)

    def trouble(connection: Connection) -> None:
        tasks.open_(connection, "refused_row", f"offers/{evil}", {"message": evil}, shop.NOW)
        tasks.open_(connection, evil, evil, {"message": evil}, shop.NOW)

    await shelf.database.write(trouble)
    paths = ("/", "/labels", "/labels/L003", "/labels/L003/bind?q=script", "/labels?q=<script>")
    async with shelf.signed_in() as client:
        for path in (*paths, "/labels/L003/bind?group=runner-white", f"/labels/L003?did={evil}"):
            page = (await client.get(path)).text
            assert "<script>alert" not in page
            assert "<img src=x" not in page
        assert "&lt;script&gt;alert(1)" in (await client.get("/labels")).text
        said = await client.post("/bind", data={"label": "L003", "article": evil})
        assert "<script>alert" not in said.text


async def test_a_label_whose_article_is_gone_says_so(shelf: Staffed) -> None:
    await shop.fill(shelf.database, [("product", "tote", None)], seq=9)
    async with shelf.signed_in() as client:
        page = (await client.get("/labels")).text
    assert "tote ya no está en el catálogo" in _row(page, "L003")


async def test_odd_addresses_are_harmless(shelf: Staffed) -> None:
    queries = ["page=0", "page=-1", "page=x", "page=99999999", "page=²", "q=%00"]
    async with shelf.signed_in() as client:
        for query in queries:
            assert (await client.get(f"/labels?{query}")).status_code == 200, query


async def test_rows_asked_for_again_are_those_rows(shelf: Staffed) -> None:
    async with shelf.signed_in() as client:
        rows = (await client.get("/labels-rows?id=L002&id=NONE&id=L000")).text
        chips = (await client.get("/labels-filters?state=failed")).text
    assert re.findall(r'data-label="(\w+)"', rows) == ["L002", "L000"]
    assert re.search(r'aria-current="true">.*?Con fallo <b class="number">1</b>', chips)
