"""A shop that takes only what central signed, over a real broker."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.broker import signing, topics
from gateway.broker.signing import Signer
from gateway.settings import Settings
from tests.support import feeding
from tests.support import settings as make_settings
from tests.support.feeding import Shop, price
from tests.support.mosquitto import Mosquitto
from tests.support.running import Listening, running

PAIR, NEXT = signing.new_key_pair(), signing.new_key_pair()
SIGNER = Signer("2026", PAIR.private_pem, store="s042")
DOES_NOT_FIT = (
    "the signature by key '2026' does not fit: the message was changed, or signed for another "
    "shop or topic"
)
ROWS = [feeding.SHOP, *(price(f"a{number}", "100.00") for number in range(30))]


def strict(folder: Path, mosquitto: Mosquitto, **keys: str) -> Settings:
    central = {"require_signature": True, "keys": keys or {"2026": PAIR.public}}
    return make_settings.make(folder, mosquitto.broker, central=central)


def body(seq: int) -> bytes:
    change = {"kind": "offers", "key": "a1", "value": None}
    delta = {"epoch": 1, "prev_seq": seq - 1, "seq": seq, "changes": [change]}
    return json.dumps(delta).encode()


async def test_all_of_a_signed_feed_arrives(mosquitto: Mosquitto, tmp_path: Path) -> None:
    async with (
        feeding.central_running(mosquitto, tmp_path / "central", ROWS, signer=SIGNER) as central,
        feeding.shop_running(mosquitto, strict(tmp_path, mosquitto)) as shop,
    ):
        await shop.equal_to(central.publisher)
        await central.publish(price("a7", "89.90"))
        await shop.equal_to(central.publisher)
        for number in range(3):
            central.publisher.change(feeding.changes(price("a8", f"{80 + number}.00")))
        await central.publish(price("a9", "90.00"))
        await shop.equal_to(central.publisher)

        assert not shop.service.refused_messages


@pytest.mark.parametrize(
    ("forge", "code", "words"),
    [
        (
            body,
            "unsigned",
            "is not signed, and [central] require_signature asks for it: sign it",
        ),
        (
            lambda seq: Signer("2026", PAIR.private_pem, store="s001").sign(
                topics.DELTA, body(seq)
            ),
            "bad_signature",
            DOES_NOT_FIT,
        ),
        (
            lambda seq: SIGNER.sign(topics.MANIFEST, body(seq)),
            "bad_signature",
            DOES_NOT_FIT,
        ),
        (
            lambda seq: SIGNER.sign(topics.DELTA, body(seq)).replace(b"a1", b"a2"),
            "bad_signature",
            DOES_NOT_FIT,
        ),
        (
            lambda seq: Signer("2025", NEXT.private_pem, store="s042").sign(
                topics.DELTA, body(seq)
            ),
            "unknown_key",
            "is signed with the key '2025', which is not under [central.keys]",
        ),
    ],
    ids=["unsigned", "other shop", "other topic", "changed", "unknown key"],
)
async def test_what_is_not_properly_signed_is_refused_whole_and_nothing_else_is_lost(
    mosquitto: Mosquitto,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    forge: Any,
    code: str,
    words: str,
) -> None:
    async with (
        feeding.central_running(mosquitto, tmp_path / "central", ROWS, signer=SIGNER) as central,
        feeding.shop_running(mosquitto, strict(tmp_path, mosquitto)) as shop,
    ):
        before = await shop.equal_to(central.publisher)
        await central.link.publish(topics.DELTA, forge(before["seq"] + 1))
        await central.publish(price("a2", "101.00"))
        after = await shop.equal_to(central.publisher)

        assert after["seq"] == before["seq"] + 1
        assert dict(shop.service.refused_messages) == {code: 1}
        assert await shop.in_force("offers", "a1") == price("a1", "100.00").value
    assert words in capsys.readouterr().out


async def test_a_shop_that_requires_nothing_still_refuses_a_wrong_signature(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    settings = make_settings.make(tmp_path, mosquitto.broker, central={"keys": {}})
    async with (
        feeding.central_running(mosquitto, tmp_path / "central", ROWS) as central,
        feeding.shop_running(mosquitto, settings) as shop,
    ):
        before = await shop.equal_to(central.publisher)
        await central.link.publish(topics.DELTA, SIGNER.sign(topics.DELTA, body(before["seq"] + 1)))
        await central.publish(price("a2", "101.00"))
        await shop.equal_to(central.publisher)

        assert dict(shop.service.refused_messages) == {"unknown_key": 1}


async def test_a_key_is_changed_without_a_gap(mosquitto: Mosquitto, tmp_path: Path) -> None:
    central_folder = tmp_path / "central"
    old_and_new = strict(tmp_path, mosquitto, **{"2026": PAIR.public, "2027": NEXT.public})
    async with feeding.shop_running(mosquitto, old_and_new) as shop:
        async with feeding.central_running(mosquitto, central_folder, ROWS, signer=SIGNER) as one:
            await shop.equal_to(one.publisher)
        new = Signer("2027", NEXT.private_pem, store="s042")
        async with feeding.central_running(
            mosquitto, central_folder, [*ROWS, price("b1", "5.00")], epoch=2, signer=new
        ) as two:
            await shop.equal_to(two.publisher)
            assert not shop.service.refused_messages
    async with feeding.shop_running(mosquitto, strict(tmp_path, mosquitto)) as shop:
        async with feeding.central_running(mosquitto, central_folder, ROWS, epoch=3, signer=new):
            await until_refused(mosquitto, shop, "unknown_key")
        assert (shop.service._sync.epoch, set(shop.service.refused_messages)) == (
            2,
            {"unknown_key"},
        )


async def test_an_old_manifest_that_the_broker_kept_does_not_begin_an_empty_shop(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    folder = tmp_path / "central"
    async with feeding.central_running(mosquitto, folder, ROWS, signer=SIGNER):
        pass
    kept = Listening(mosquitto.broker, "feed/request/gw-1", client_id="asked")
    async with running(kept):
        await kept.link.connected.wait()
        async with feeding.shop_running(mosquitto, strict(tmp_path, mosquitto)) as shop:
            asked = await kept.until(lambda said: said["want"] == "manifest")
            forged = {"id": "f" * 32, "epoch": 1, "seq": 1, "error": "gone"}
            await kept.link.publish(
                topics.feed_reply("gw-1"),
                SIGNER.sign(topics.feed_reply("gw-1"), json.dumps(forged).encode()),
            )
            again = await kept.until(lambda said: said["id"] == asked["id"] and len(kept.heard) > 1)
            assert (shop.service._sync.epoch, shop.service._sync.seq) == (0, 0)
            assert await shop.in_force("offers", "a1") is None
            assert again == asked
            async with feeding.central_running(
                mosquitto, folder, [*ROWS, price("b1", "5.00")], signer=SIGNER
            ) as central:
                await shop.equal_to(central.publisher)
                assert await shop.in_force("offers", "b1") == price("b1", "5.00").value


async def until_refused(mosquitto: Mosquitto, shop: Shop, code: str) -> None:
    """Wait until a message was refused with this code; every manifest brings a chance."""
    manifests = Listening(mosquitto.broker, topics.MANIFEST, client_id="manifests")
    async with running(manifests):
        while not shop.service.refused_messages[code]:
            await manifests.more(1)
