"""Talking to Shopify's shapes over HTTP: tokens, pace, releases, and each way it can fail."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from gateway.clock import SystemClock
from gateway.feed.sources.shopify import client as client_module
from gateway.feed.sources.shopify import queries
from gateway.feed.sources.shopify.client import Client, Reason, SecretError, ShopifyError
from gateway.feed.sources.shopify.queries import Question
from gateway.feed.sources.shopify.reading import Reader
from gateway.settings import Shopify
from tests.support import shopify_answers
from tests.support.shopify_server import OLDER_SECRET, SECRET, ShopifyServer

FACTS = queries.facts()


class Naps:
    """Sleeps for no time and remembers for how long it should have."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)


@pytest.fixture
def server() -> ShopifyServer:
    return ShopifyServer()


@pytest.fixture
def naps() -> Naps:
    return Naps()


def options(server: ShopifyServer, folder: Path, **more: Any) -> Shopify:
    return Shopify.model_validate(server.settings(folder, **more))


@asynccontextmanager
async def talking(
    server: ShopifyServer, folder: Path, naps: Naps, *, secret: str = SECRET, **more: Any
) -> AsyncIterator[Client]:
    chosen = options(server, folder, **more)
    async with server.running(), Client(chosen, secret, SystemClock(), sleep=naps) as client:
        yield client


async def failure(client: Client, question: Question = FACTS) -> ShopifyError:
    with pytest.raises(ShopifyError) as told:
        await client.ask(question)
    return told.value


async def test_one_token_serves_many_questions(
    server: ShopifyServer, naps: Naps, tmp_path: Path
) -> None:
    async with talking(server, tmp_path, naps) as client:
        for _ in range(2):
            await client.ask(FACTS)
        answer = await client.ask(FACTS)
        assert answer.data["shop"]["name"] == "Zapatería Centro"
        assert abs((answer.at - server.shop.now()).total_seconds()) < 30
        assert (server.signed_in, client.served_version) == (1, "2026-07")


async def test_a_token_is_renewed_before_it_ends(
    server: ShopifyServer, naps: Naps, tmp_path: Path
) -> None:
    server.token_life_s = 0
    async with talking(server, tmp_path, naps) as client:
        client._token = None
        with pytest.raises(ShopifyError):
            await client.ask(FACTS)
        server.token_life_s = 86_399
        await client.ask(FACTS)
        token = client._token
        assert token is not None
        left = token.until - SystemClock().monotonic()
        assert left == pytest.approx(86_399 - 600, abs=30)


async def test_a_token_that_was_withdrawn_is_replaced_at_once(
    server: ShopifyServer, naps: Naps, tmp_path: Path
) -> None:
    async with talking(server, tmp_path, naps) as client:
        await client.ask(FACTS)
        server.tokens.clear()
        await client.ask(FACTS)
        assert server.signed_in == 2
        assert naps.taken == []


async def test_a_wrong_secret_is_told_without_it(
    server: ShopifyServer, naps: Naps, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async with talking(server, tmp_path, naps, secret="shpss_wrong") as client:
        error = await failure(client)
        assert error.reason is Reason.REFUSED
        assert "check shop, client_id and client_secret_file under [shopify]" in str(error)
        assert "shpss_wrong" not in str(error)
    assert "shpss" not in "".join(capfd.readouterr())


async def test_an_app_that_may_not_read_enough_is_told_what_it_lacks(
    server: ShopifyServer, naps: Naps, tmp_path: Path
) -> None:
    server.scopes = "write_products,read_locations"
    async with talking(server, tmp_path, naps) as client:
        error = await failure(client)
        assert error.reason is Reason.REFUSED
        assert "give it read_inventory and install it again" in str(error)


async def test_a_throttled_question_waits_and_is_asked_again(
    server: ShopifyServer, naps: Naps, tmp_path: Path
) -> None:
    server.restore_rate = 100.0
    server.empty_bucket()

    async with talking(server, tmp_path, naps) as client:

        async def refilled(seconds: float) -> None:
            await naps(seconds)
            server.empty_bucket(level=server.bucket_size)

        client.sleep = refilled
        await client.ask(FACTS)
        assert server.throttled == 1
        assert naps.taken[0] == 1.0
        missing = shopify_answers.cost(FACTS.text, {}) / server.restore_rate
        assert missing - 2.0 < naps.taken[1] <= missing


async def test_what_is_known_of_the_bucket_is_waited_for_without_asking(
    server: ShopifyServer, naps: Naps, tmp_path: Path
) -> None:
    async with talking(server, tmp_path, naps) as client:
        await client.ask(FACTS)
        client.pace.answered(FACTS.name, empty_bucket(), SystemClock().monotonic())
        await client.ask(FACTS)
        assert naps.taken == [pytest.approx(5.0, abs=0.5)]
        assert server.throttled == 0


def empty_bucket() -> dict[str, Any]:
    status = {"maximumAvailable": 2000, "currentlyAvailable": 0, "restoreRate": 100}
    return {"cost": {"requestedQueryCost": 500, "throttleStatus": status}}


async def test_a_shop_that_is_always_full_is_given_up_for_now(
    server: ShopifyServer, naps: Naps, tmp_path: Path
) -> None:
    server.restore_rate = 0.0
    server.empty_bucket()
    async with talking(server, tmp_path, naps) as client:
        error = await failure(client)
        assert error.reason is Reason.AWAY
        assert "has no room for the question about facts" in str(error)


@pytest.mark.parametrize(
    ("status", "reason", "words"),
    [
        (500, Reason.AWAY, "it answered 500"),
        (502, Reason.AWAY, "it answered 502"),
        (301, Reason.AWAY, "it answered 301"),
        (402, Reason.REFUSED, "the shop is closed or the app was removed"),
        (404, Reason.REFUSED, "the shop is closed or the app was removed"),
    ],
)
async def test_a_status_is_told_for_what_it_means(
    server: ShopifyServer,
    naps: Naps,
    tmp_path: Path,
    status: int,
    reason: Reason,
    words: str,
) -> None:
    server.statuses = [status]
    async with talking(server, tmp_path, naps) as client:
        error = await failure(client)
        assert error.reason is reason
        assert words in str(error)
        await client.ask(FACTS)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html>", "its answer is not JSON"),
        (b"[]", "its answer is not a JSON object"),
        (b"{}", "its answer holds no data"),
        (b'{"data": {"shop": 3}}', "shop: "),
        (b'{"data": null, "errors": [{"message": "Field x"}]}', "does not take the question"),
        (b'{"errors": "odd"}', "does not take the question"),
        (b'{"data": {}, "x": "' + b"y" * 300 + b'"}', "its answer has more than 200 bytes"),
    ],
)
async def test_an_answer_of_another_shape_is_told(
    server: ShopifyServer,
    naps: Naps,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    body: bytes,
    words: str,
) -> None:
    monkeypatch.setattr(client_module, "MAX_ANSWER", 200)
    server.bodies = [body]
    async with talking(server, tmp_path, naps) as client:
        reader = Reader(client, options(server, tmp_path))
        with pytest.raises(ShopifyError) as told:
            await reader.facts()
        assert told.value.reason is Reason.UNREADABLE
        assert words in str(told.value)


async def test_nobody_there_is_told_as_such(naps: Naps, tmp_path: Path) -> None:
    server = ShopifyServer()
    async with Client(options(server, tmp_path), SECRET, SystemClock(), sleep=naps) as client:
        error = await failure(client)
    assert error.reason is Reason.AWAY
    assert "Shopify cannot be reached: ConnectError" in str(error)


async def test_the_channel_is_found_by_name_or_all_is_taken(
    server: ShopifyServer, naps: Naps, tmp_path: Path
) -> None:
    for name, denied, found in (
        ("Point of Sale", False, "gid://shopify/Publication/1"),
        ("Mostrador", False, None),
        ("Point of Sale", True, None),
        ("", False, None),
        ("gid://shopify/Publication/9", True, "gid://shopify/Publication/9"),
    ):
        server.answers.publications_denied = denied
        async with talking(server, tmp_path, naps, publication=name) as client:
            reader = Reader(client, options(server, tmp_path, publication=name))
            assert await reader.publication() == found


async def test_a_file_that_was_cut_is_not_taken(
    server: ShopifyServer, naps: Naps, tmp_path: Path
) -> None:
    server.shop.fill(3)
    server.cut_files = True
    async with talking(server, tmp_path, naps) as client:
        with pytest.raises(ShopifyError, match="its file has") as told:
            await Reader(client, options(server, tmp_path)).whole(tmp_path, None)
        assert told.value.reason is Reason.AWAY


@pytest.mark.parametrize(
    ("states", "words"),
    [
        (["CREATED", "FAILED"], "did not finish the whole reading: FAILED"),
        (["CREATED", "RUNNING", "EXPIRED"], "did not finish the whole reading: EXPIRED"),
    ],
)
async def test_a_whole_reading_that_fails_is_told(
    server: ShopifyServer, naps: Naps, tmp_path: Path, states: list[str], words: str
) -> None:
    server.answers.bulk_states = states
    async with talking(server, tmp_path, naps) as client:
        with pytest.raises(ShopifyError, match=words):
            await Reader(client, options(server, tmp_path)).whole(tmp_path, None)


async def test_a_whole_reading_waits_its_turn(
    server: ShopifyServer, naps: Naps, tmp_path: Path
) -> None:
    server.answers.busy = "A bulk query operation for this app and shop is already in progress"
    async with talking(server, tmp_path, naps) as client:
        with pytest.raises(ShopifyError, match="prepares no whole reading now") as told:
            await Reader(client, options(server, tmp_path)).whole(tmp_path, None)
        assert told.value.reason is Reason.AWAY


async def test_a_short_outage_does_not_end_a_whole_reading(
    server: ShopifyServer, naps: Naps, tmp_path: Path
) -> None:
    server.shop.fill(2)
    server.answers.bulk_states = ["CREATED", *["RUNNING"] * 4, "COMPLETED"]
    async with talking(server, tmp_path, naps) as client:
        await client.ask(FACTS)
        reader = Reader(client, options(server, tmp_path))

        async def interrupted(seconds: float) -> None:
            await naps(seconds)
            if server.asked["BulkState"] == 1 and not server.statuses:
                server.statuses = [503, 503]

        client.sleep = interrupted
        whole = await reader.whole(tmp_path, None)
        assert len(whole.catalogue.articles) == 2


@pytest.mark.parametrize(
    ("style_from", "color"), [("nothing", None), ("metafield", "custom.color")]
)
async def test_no_question_is_dearer_than_shopify_takes_or_asks_for_what_is_not_there(
    server: ShopifyServer, naps: Naps, tmp_path: Path, style_from: str, color: str | None
) -> None:
    chosen = options(server, tmp_path, style_from=style_from, color_metafield=color)
    gid = "gid://shopify/Publication/1"
    questions = [
        queries.facts(),
        queries.publications(),
        queries.changed_articles("2026-11-22T16:00:00+00:00", None),
        queries.articles(["1"] * queries.ARTICLES_AT_ONCE, chosen, gid),
        queries.more_variants("1", "3"),
        queries.changed_levels("11", "2026-11-22T16:00:00+00:00", "3"),
        queries.levels_of(["1"] * queries.ITEMS_AT_ONCE),
        queries.run_bulk(chosen, gid),
    ]
    async with talking(server, tmp_path, naps) as client:
        for question in questions:
            answer = await client.ask(question)
            assert answer.data is not None, question.name
        begun = await client.ask(queries.bulk_state("gid://shopify/BulkOperation/1"))
        assert begun.data["bulkOperation"]["status"] == "RUNNING"


def test_the_secrets_are_the_lines_of_the_file(server: ShopifyServer, tmp_path: Path) -> None:
    assert client_module.read_secrets(options(server, tmp_path)) == (SECRET, OLDER_SECRET)


@pytest.mark.parametrize("content", [None, b"", b" \n\n", b"\xff", b"x" * 5_000])
def test_a_file_without_a_secret_is_told_with_its_name(
    server: ShopifyServer, tmp_path: Path, content: bytes | None
) -> None:
    chosen = options(server, tmp_path)
    file = tmp_path / "shopify.secret"
    file.unlink()
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(SecretError, match=r"\[shopify\] client_secret_file .*shopify\.secret"):
        client_module.read_secrets(chosen)
