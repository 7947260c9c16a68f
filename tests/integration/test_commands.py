"""Central's commands over a real broker: what is held is accepted, and only once."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.broker import signing, topics
from gateway.broker.signing import Signer
from gateway.clock import CheckedClock, ShiftedClock, SystemClock
from gateway.domain import requests
from gateway.domain.events import Origin
from gateway.feed import commanding
from gateway.store import commands, holds
from gateway.store import requests as kept_requests
from tests.support import feeding
from tests.support import settings as make_settings
from tests.support.feeding import Central, Shop, price
from tests.support.mosquitto import Mosquitto
from tests.support.running import Listening, running

KEYS = [f"a{number}" for number in range(40)]
ROWS = [feeding.SHOP, *(price(key, "100.00") for key in KEYS)]
TOPIC = topics.command("gw-1")
PAIR = signing.new_key_pair()


def command(name: str, at: datetime | None = None, **changed: Any) -> dict[str, Any]:
    expires_at = ((at or datetime.now(UTC)) + timedelta(hours=1)).isoformat()  # noqa: TID251
    return {"id": "c-1", "name": name, "args": {}, "expires_at": expires_at} | changed


class Commander:
    """Central, which sends commands and hears what became of them."""

    def __init__(self, central: Central, results: Listening) -> None:
        self._central = central
        self._results = results

    async def __call__(self, said: dict[str, Any] | bytes, *, but: object = None) -> Any:
        """The result of this command; one that the broker brings twice is told twice.

        ``but`` is a result of another command with the same id, which may come once more.
        """
        payload = said if isinstance(said, bytes) else json.dumps(said).encode()
        read = json.loads(payload)
        wanted = json.loads(read["body"])["id"] if "body" in read else read["id"]
        at = len(self._results.heard)
        await self._central.link.publish(TOPIC, payload)
        while True:
            await self._results.more(at + 1 - len(self._results.heard))
            result = json.loads(self._results.heard[at].payload)
            if result["id"] == wanted and result != but:
                return result
            at += 1


def hearing(mosquitto: Mosquitto) -> Listening:
    return Listening(mosquitto.broker, topics.command_result("gw-1"), client_id="reads-results")


async def mass(shop: Shop, central: Central, amount: str, keys: list[str]) -> dict[str, Any]:
    """Prices that the guard holds; returns the place up to which they were sent."""
    await central.publish(*(price(key, amount) for key in keys))
    position = await shop.equal_to(central.publisher)
    return {"epoch": position["epoch"], "seq": position["seq"]}


async def amounts(shop: Shop) -> set[str]:
    rows = await shop.database.read(
        lambda connection: connection.execute(
            "SELECT value FROM in_force WHERE kind = 'offers'"
        ).fetchall()
    )
    return {json.loads(value)["offers"][0]["amount"] for (value,) in rows}


async def test_a_command_puts_what_is_held_in_force_once(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    settings, results = make_settings.make(tmp_path, mosquitto.broker), hearing(mosquitto)
    async with (
        feeding.central_running(mosquitto, tmp_path / "central", ROWS) as central,
        running(results),
    ):
        tell = Commander(central, results)
        async with feeding.shop_running(mosquitto, settings) as shop:
            await results.link.connected.wait()
            await shop.equal_to(central.publisher)
            through = await mass(shop, central, "110.00", KEYS[:30])
            await mass(shop, central, "120.00", KEYS[:5])

            listed = await tell(command("list_held", id="look"))
            assert listed["said"]["held"] == 30
            assert [(one["code"], one["rows"]) for one in listed["said"]["holds"]] == [
                ("held_prices", 30)
            ]
            done = await tell(command("accept_held", args=through))
            assert (done["id"], done["result"]) == ("c-1", "done")
            assert done["said"] == {"rows": 25, "held": 5}, "what was sent later stays held"
            assert await amounts(shop) == {"100.00", "110.00"}
        async with feeding.shop_running(mosquitto, settings) as shop:
            later = {"epoch": 1, "seq": central.publisher.seq}
            again = await tell(command("accept_held", args=through))
            assert again == done, "the same id is the same command, over a restart, too"
            other = await tell(command("accept_held", args=later), but=done)
            assert (other["result"], other["code"]) == ("refused", "id_used")
            assert await amounts(shop) == {"100.00", "110.00"}
            assert (await tell(command("accept_held", id="c-2", args=later)))["said"]["held"] == 0
            assert await amounts(shop) == {"100.00", "110.00", "120.00"}


async def test_central_sets_the_shop_and_leaves_settings_to_it_again(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    settings, results = make_settings.make(tmp_path, mosquitto.broker), hearing(mosquitto)
    wanted = {"settings": {"country": "es", "quiet_hours": "22:00-06:30"}}
    async with (
        feeding.central_running(mosquitto, tmp_path / "central", ROWS) as central,
        running(results),
        feeding.shop_running(mosquitto, settings),
    ):
        tell = Commander(central, results)
        await results.link.connected.wait()
        done = await tell(command("set_settings", args=wanted))
        assert done["said"] == {"changed": ["country", "quiet_hours"]}
        listed = (await tell(command("list_settings", id="look")))["said"]
        assert listed["settings"]["country"] == "ES"
        assert listed["locked"] == ["country", "quiet_hours"]
        bad = {"settings": {"currency": "PESO", "country": "MX"}}
        refused = await tell(command("set_settings", id="c-2", args=bad))
        assert (refused["result"], refused["code"]) == ("refused", "bad_setting")
        assert 'currency = "PESO": is no currency' in refused["message"]
        released = await tell(command("release_settings", id="c-3", args={"names": ["country"]}))
        assert released["said"] == {"released": ["country"]}
        listed = (await tell(command("list_settings", id="look-2")))["said"]
        assert listed["settings"]["country"] == "ES"
        assert listed["locked"] == ["quiet_hours"]


async def test_central_confirms_a_hold_once(mosquitto: Mosquitto, tmp_path: Path) -> None:
    settings, results = make_settings.make(tmp_path, mosquitto.broker), hearing(mosquitto)
    async with (
        feeding.central_running(mosquitto, tmp_path / "central", ROWS) as central,
        running(results),
        feeding.shop_running(mosquitto, settings) as shop,
    ):
        tell = Commander(central, results)
        await results.link.connected.wait()
        at = SystemClock().now()
        asked = requests.begin(
            key="ab" * 16,
            ref="3f9c1d20b7a4",
            kind=requests.Kind.HOLD,
            product=KEYS[0],
            label=None,
            place="",
            code="7KXQ",
            at=at,
            begins=at,
            lasts=timedelta(hours=2),
            rule="stock",
            asks_central=True,
        )
        assert not asked.is_confirmed
        origin = Origin(store="s042", gateway="gw-1")
        await shop.database.write(lambda rows: kept_requests.ask(rows, asked, origin))
        answer = {"request": asked.ref, "answer": "confirm"}
        done = await tell(command("answer_request", args=answer))
        assert done["said"] == {"state": "asked", "confirmed_by": "central"}
        held = await shop.database.read(lambda rows: kept_requests.get(rows, asked.key))
        assert held is not None
        assert held.is_confirmed
        late = {"request": asked.ref, "answer": "refuse"}
        refused = await tell(command("answer_request", id="c-2", args=late))
        assert (refused["result"], refused["code"]) == ("refused", "not_waited_for")
        assert (await tell(command("answer_request", args=answer))) == done


NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PLACE = {"epoch": 1, "seq": 1}


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (command("reboot", NOW), "unknown_command"),
        (command("accept_held", NOW - timedelta(hours=1), args=PLACE), "expired"),
        (command("accept_held", NOW + timedelta(days=30), args=PLACE), "bad_expiry"),
        (command("accept_held", NOW, args={"epoch": 2, "seq": 1}), "other_epoch"),
        (command("accept_held", NOW, args={"epoch": 1, "seq": 2**40}), "ahead"),
        (command("accept_held", NOW, args={"epoch": 1}), "bad_message"),
        (command("accept_held", NOW, args={"epoch": 1, "seq": -1}), "bad_message"),
        (command("accept_held", NOW, args=[]), "bad_message"),
        (command("answer_request", NOW, args={"request": "7", "answer": "yes"}), "bad_message"),
        (
            command("answer_request", NOW, args={"request": "0" * 12, "answer": "refuse"}),
            "not_waited_for",
        ),
        ({"id": "c-1"}, "bad_message"),
        (command("accept_held", NOW, expires_at="tomorrow"), "bad_message"),
        (command("accept_held", NOW, expires_at="2026-11-22T13:00:00"), "bad_message"),
    ],
)
async def test_what_cannot_be_done_is_refused_in_plain_words(
    mosquitto: Mosquitto, tmp_path: Path, said: dict[str, Any], code: str
) -> None:
    settings, results = make_settings.make(tmp_path, mosquitto.broker), hearing(mosquitto)
    clock = ShiftedClock(SystemClock())
    clock.advance(NOW - clock.now())
    async with (
        feeding.central_running(mosquitto, tmp_path / "central", ROWS) as central,
        running(results),
        feeding.shop_running(mosquitto, settings, clock) as shop,
    ):
        await results.link.connected.wait()
        await shop.equal_to(central.publisher)
        through = await mass(shop, central, "110.00", KEYS[:30])
        tell = Commander(central, results)
        refused = await tell(said)
        assert (refused["id"], refused["result"], refused["code"]) == ("c-1", "refused", code)
        assert refused["message"]
        assert await amounts(shop) == {"100.00"}
        # Nothing was done, so the same id may be sent again with what was wrong put right.
        assert (await tell(command("accept_held", NOW, args=through)))["result"] == "done"
        assert await amounts(shop) == {"100.00", "110.00"}


async def test_what_cannot_be_answered_stops_nothing(mosquitto: Mosquitto, tmp_path: Path) -> None:
    settings, results = make_settings.make(tmp_path, mosquitto.broker), hearing(mosquitto)
    async with (
        feeding.central_running(mosquitto, tmp_path / "central", ROWS) as central,
        running(results),
        feeding.shop_running(mosquitto, settings) as shop,
    ):
        await results.link.connected.wait()
        await shop.equal_to(central.publisher)
        huge = command("list_held", args={"x": "y" * commanding.MAX_BYTES})
        for bad in (b"", b"\xff", b"[]", b'{"id": "a b"}', json.dumps(huge).encode()):
            await central.link.publish(TOPIC, bad)
        result = await Commander(central, results)(command("list_held"))
        assert result["said"] == {
            "epoch": 1,
            "seq": shop.service.position[1],
            "held": 0,
            "holds": [],
        }


async def test_without_a_known_time_only_what_reads_is_done(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    settings, results = make_settings.make(tmp_path, mosquitto.broker), hearing(mosquitto)
    clock = CheckedClock(SystemClock())
    clock.begin(NOW)
    async with (
        feeding.central_running(mosquitto, tmp_path / "central", ROWS) as central,
        running(results),
        feeding.shop_running(mosquitto, settings, clock) as shop,
    ):
        await results.link.connected.wait()
        await shop.equal_to(central.publisher)
        through = await mass(shop, central, "110.00", KEYS[:30])
        tell = Commander(central, results)
        over = command("list_held", NOW - timedelta(days=9))
        assert (await tell(over))["said"]["held"] == 30
        assert (await tell(command("accept_held", args=through)))["code"] == "time_not_known"
        assert await amounts(shop) == {"100.00"}
        clock.trust()
        assert (await tell(command("accept_held", args=through)))["result"] == "done"


async def test_a_shop_that_asks_for_signatures_does_nothing_without(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    signer, results = Signer("2026", PAIR.private_pem, store="s042"), hearing(mosquitto)
    settings = make_settings.make(
        tmp_path,
        mosquitto.broker,
        central={"require_signature": True, "keys": {"2026": PAIR.public}},
    )
    async with (
        feeding.central_running(mosquitto, tmp_path / "central", ROWS, signer=signer) as central,
        running(results),
        feeding.shop_running(mosquitto, settings) as shop,
    ):
        await results.link.connected.wait()
        await shop.equal_to(central.publisher)
        through = await mass(shop, central, "110.00", KEYS[:30])
        said = json.dumps(command("accept_held", args=through)).encode()
        await central.link.publish(TOPIC, said)
        await central.link.publish(TOPIC, signer.sign(topics.command("gw-2"), said))
        look = json.dumps(command("list_held", id="look")).encode()
        tell = Commander(central, results)
        assert (await tell(signer.sign(TOPIC, look)))["said"]["held"] == 30
        assert (await tell(signer.sign(TOPIC, said)))["said"]["rows"] == 30


async def test_results_are_remembered_for_thirty_days_and_not_without_end(
    mosquitto: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, results = make_settings.make(tmp_path, mosquitto.broker), hearing(mosquitto)
    clock = ShiftedClock(SystemClock())
    monkeypatch.setattr(commands, "MAX_ROWS", 2)
    async with (
        feeding.central_running(mosquitto, tmp_path / "central", ROWS) as central,
        running(results),
        feeding.shop_running(mosquitto, settings, clock) as shop,
    ):
        await results.link.connected.wait()
        position = await shop.equal_to(central.publisher)
        place = {"epoch": 1, "seq": position["seq"]}
        tell = Commander(central, results)

        async def accept(number: int) -> Any:
            return await tell(command("accept_held", clock.now(), id=f"c-{number}", args=place))

        first = await accept(1)
        clock.advance(timedelta(days=29))
        assert await accept(1) == first
        await accept(2)
        assert (await accept(3))["code"] == "too_many_commands"
        clock.advance(timedelta(days=2))
        assert (await accept(3))["result"] == "done"
        assert await accept(1) != first
        assert await shop.database.read(holds.every) == ()
