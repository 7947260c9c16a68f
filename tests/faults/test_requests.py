"""A foreign program holds the file: who asks is told that nothing was kept, and asks again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gateway.store import requests as kept
from tests.support import asking


@pytest.mark.timeout(60)
async def test_what_could_not_be_kept_is_not_said_to_be(tmp_path: Path) -> None:
    async with asking.opened(tmp_path) as place, place.phone() as phone:
        page = (await phone.get("/ask/alba-navy-26?kind=bring")).text
        with closing(sqlite3.connect(tmp_path / "anaquel.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            refused = await phone.post("/requests", data=asking.fields(page))
            other.execute("ROLLBACK")
        assert refused.status_code == 503
        assert "We could not note it down" in refused.text
        assert await place.database.read(kept.for_staff) == ()
        taken = await phone.post("/requests", data=asking.fields(page))
        assert taken.status_code == 303
        assert len(await place.database.read(kept.for_staff)) == 1
