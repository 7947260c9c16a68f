"""What a label showed at a time, on the page and as a file."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from zoneinfo import ZoneInfo

from gateway.domain.proof import Entry
from gateway.store import frames, labels, proof
from gateway.store.database import Connection
from tests.support import shop, staffed
from tests.support.staffed import Staffed

NIGHT = shop.NOW - timedelta(days=2)


def _entry(what: str, fingerprint: str, price: str, hours: float) -> Entry:
    return Entry(
        label="L001",
        at=NIGHT + timedelta(hours=hours),
        what=what,
        wish=f"w-{price}",
        fingerprint=fingerprint,
        picture="ab" * 32,
        template="sale@3f0c1b9a",
        prices={"offers": {"tote": 4711}, "price": price, "currency": "MXN", "prior": "299.00"},
    )


async def _record(staff: Staffed) -> str:
    """A frame that is kept, shown for a day, and another that nobody keeps any more."""

    def write(connection: Connection) -> str:
        connection.execute("DELETE FROM proof")
        connection.execute("DELETE FROM proof_chain")
        (fingerprint,) = connection.execute("SELECT fingerprint FROM frame LIMIT 1").fetchone()
        for entry in (
            _entry("wished", fingerprint, "249.00", 0),
            _entry("shown", fingerprint, "249.00", 1),
            Entry(label="L001", at=NIGHT + timedelta(hours=10), what="unreachable"),
            Entry(label="L001", at=NIGHT + timedelta(hours=12), what="reachable"),
            _entry("shown", "cd" * 32, "199.00", 24),
            Entry(label="L001", at=NIGHT + timedelta(hours=25), what="bound", actor="Ana"),
        ):
            proof.append(connection, entry)
        return str(fingerprint)

    return await staff.database.write(write)


def _asked(hours: float, label: str = "L001") -> str:
    local = (NIGHT + timedelta(hours=hours)).astimezone(ZoneInfo("America/Mexico_City"))
    return f"/proof?label={label}&day={local:%Y-%m-%d}&time={local:%H:%M}"


async def test_the_picture_of_then_its_price_and_its_hash(shelf: Staffed) -> None:
    fingerprint = await _record(shelf)
    found = await shelf.database.read(lambda one: labels.get(one, "L001"))
    assert found is not None
    async with shelf.signed_in() as client:
        page = (await client.get(_asked(2))).text
        assert f'src="/frames/{fingerprint}.png"' in page
        assert "$249.00 (antes $299.00)" in page
        assert "da otra vez el mismo resumen" in page
        assert fingerprint in page
        assert "Estaba al alcance" in page
        assert (await client.get(f"/frames/{fingerprint}.png")).status_code == 200
        by_code = (await client.get(_asked(2, found.code))).text
        assert fingerprint in by_code
        away = (await client.get(_asked(11))).text
        assert "No estaba al alcance" in away
        assert "Sin contacto" in away


async def test_what_is_not_known_is_said(shelf: Staffed) -> None:
    await _record(shelf)
    async with shelf.signed_in() as client:
        assert "La imagen ya no se guarda" in (await client.get(_asked(24.5))).text
        assert "Ninguna imagen nuestra confirmada" in (await client.get(_asked(0.5))).text
        unknown = await client.get(_asked(2, "nobody"))
        assert (unknown.status_code, "no hay ningún registro" in unknown.text) == (404, True)
        no_time = await client.get("/proof?label=L001&day=ayer&time=tarde")
        assert (no_time.status_code, "Escribe un día" in no_time.text) == (404, True)
        empty = await client.get("/proof")
        assert empty.status_code == 200
        assert "no hay ningún registro" not in empty.text


async def test_a_picture_that_somebody_changed_is_told(shelf: Staffed) -> None:
    fingerprint = await _record(shelf)

    def spoil(connection: Connection) -> None:
        other = frames.get(connection, fingerprint)
        assert other is not None
        connection.execute(
            "UPDATE frame SET pixels = (SELECT pixels FROM frame WHERE fingerprint <> ?1 "
            "AND width = ?2 LIMIT 1) WHERE fingerprint = ?1",
            (fingerprint, other.width),
        )

    await shelf.database.write(spoil)
    async with shelf.signed_in() as client:
        assert "alguien la cambió" in (await client.get(_asked(2))).text


async def test_the_record_as_a_file_names_nobody_and_is_for_managers(shelf: Staffed) -> None:
    await _record(shelf)
    await staffed.add_person(shelf.database, "Beto")
    async with shelf.signed_in() as manager:
        page = (await manager.get(_asked(2))).text
        (address,) = re.findall(r'href="(/proof/rows\.csv[^"]+)"', page)
        answer = await manager.get(address)
        assert answer.headers["Content-Type"].startswith("text/csv")
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        assert [row["what"] for row in rows] == [
            *("wished", "shown", "unreachable", "reachable", "shown", "bound"),
        ]
        assert rows[1]["price"] == "249.00"
        assert len(rows[1]["hash"]) == 64
        assert "Ana" not in answer.text
    async with shelf.signed_in("Beto") as clerk:
        assert "rows.csv" not in (await clerk.get(_asked(2))).text
        assert (await clerk.get(address)).status_code == 403
