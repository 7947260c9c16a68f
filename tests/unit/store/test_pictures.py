"""Which pictures rows name, and what of that is news."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gateway.store import pictures
from gateway.store.database import Connection, Database
from gateway.store.pictures import Kept, Use
from tests.support import shop

A, B = "https://cdn.example.com/a.jpg", "https://cdn.example.com/b.jpg"


def named(key: str, url: str | None, sha256: str | None = None) -> shop.Row:
    image: dict[str, Any] = {} if url is None else {"image": {"url": url, "sha256": sha256}}
    return "product", key, {"name": {"es": key}} | image


async def news(
    database: Database, keys: list[str] | None = None, *, allowed: str = "cdn"
) -> list[Use]:
    """What is news, taken over."""

    def take(connection: Connection) -> list[Use]:
        found = pictures.changed_uses(connection, keys, lambda url: allowed in url)
        pictures.use(connection, found, shop.NOW)
        return found

    return await database.write(take)


async def test_only_what_changed_is_news(tmp_path: Path) -> None:
    async with Database(tmp_path / "anaquel.db") as database:
        await shop.fill(database, [named("p", A), named("q", A), named("r", None)])
        first = await news(database)
        assert {(one.key, one.url) for one in first} == {("p", A), ("q", A)}
        assert await news(database) == []
        await shop.fill(database, [named("p", B), named("q", A, "AB" * 32), named("r", A)], seq=2)
        changed = await news(database, ["p", "q"])
        assert {(one.key, one.url, one.sha256) for one in changed} == {
            ("p", B, ""),
            ("q", A, "ab" * 32),
        }
        due = await database.read(lambda c: pictures.due(c, shop.NOW, 10))
        assert {(one.url, one.sha256) for one in due} == {(A, "ab" * 32), (B, "")}


async def test_pictures_of_gone_rows_and_of_hosts_no_longer_allowed_are_let_go(
    tmp_path: Path,
) -> None:
    async with Database(tmp_path / "anaquel.db") as database:
        await shop.fill(database, [named("p", A), named("q", B)])
        await news(database)
        await shop.fill(database, [("product", "p", None)], seq=2)
        assert [(one.key, one.url) for one in await news(database, ["p"])] == [("p", None)]
        assert [(one.key, one.url) for one in await news(database, allowed="other")] == [
            ("q", None)
        ]
        await database.write(pictures.forget_unused)
        assert await database.read(lambda c: pictures.due(c, shop.NOW, 10)) == []


async def test_the_pages_of_a_picture_hear_of_it(tmp_path: Path) -> None:
    async with Database(tmp_path / "anaquel.db") as database:
        rows = [named("p", A), ("product", "s", {"group": "g", "image": {"url": A}})]
        await shop.fill(database, rows)
        await news(database)
        heard = database.changes.subscribe("image")
        picture = Kept(sha256="ab" * 32, width=480, height=320)
        await database.write(lambda c: pictures.put(c, A, picture))
        changes = await heard.next()
        assert changes is not None
        assert {change.key for change in changes} == {"p", "s", "g"}
        assert await database.read(lambda c: pictures.kept(c, A)) == picture
