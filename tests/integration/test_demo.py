"""``anaquel demo`` as its own process, on both kinds of broker: it opens, lives and closes."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.running import PATIENCE_S
from tests.support.typing_commands import anaquel

ENOUGH = 20


@pytest.mark.timeout(120)
@pytest.mark.parametrize("options", [(), ("--own-broker",)], ids=["mosquitto", "in-process"])
async def test_the_whole_shop_opens_lives_and_closes(options: tuple[str, ...]) -> None:
    demo = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway", "demo", *options),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    assert demo.stdout is not None
    assert demo.stderr is not None
    try:
        said = await opening_words(demo.stdout)
        if options:
            assert said[0].startswith("broker     a broker inside the process (demo quality")
        text = "\n".join(said)
        shopper = re.search(r"^shopper +(\S+)$", text, re.MULTILINE)
        staff = re.search(r"^staff +(\S+) +sign in as (\S+) / (\S+)$", text, re.MULTILINE)
        assert shopper is not None
        assert staff is not None
        await shopper_is_answered(shopper[1])
        await labels_are_shown(staff[1], staff[2], staff[3])
        told = {line.partition(" ")[0]: line for line in said if line}
        settings, central = (Path(told[name].split()[1]) for name in ("settings", "central"))
        await what_is_wrong_on_purpose_is_found(settings, told)
        await labels_wait_and_one_is_silent(staff[1], staff[2], staff[3])
        await other_commands_work(settings, central)
        demo.send_signal(signal.SIGINT)
        async with asyncio.timeout(PATIENCE_S):
            code = await demo.wait()
        complaints = (await demo.stderr.read()).decode()
        assert (code, complaints) == (0, "")
        assert not await asyncio.to_thread(settings.exists)
    finally:
        if demo.returncode is None:
            demo.kill()
            await demo.wait()


async def opening_words(stdout: asyncio.StreamReader) -> list[str]:
    said: list[str] = []
    async with asyncio.timeout(PATIENCE_S):
        while not said or not said[-1].startswith("Ctrl-C"):
            line = await stdout.readline()
            assert line, said
            said.append(line.decode().rstrip())
    return said


async def shopper_is_answered(address: str) -> None:
    """The page of an article: the catalogue comes a moment after the doors open."""
    async with asyncio.timeout(PATIENCE_S), httpx.AsyncClient() as phone:
        while "$" not in (page := await phone.get(address)).text:
            assert page.status_code in {httpx.codes.OK, httpx.codes.NOT_FOUND}


async def labels_are_shown(address: str, name: str, password: str) -> None:
    """Signed in, the labels confirm what they show; wait for some of them."""
    async with httpx.AsyncClient(base_url=address, follow_redirects=True) as desk:
        form = {"name": name, "password": password}
        assert (await desk.post("/sign-in", data=form)).status_code == httpx.codes.OK
        async with asyncio.timeout(60), desk.stream("GET", "/live") as events:
            assert events.status_code == httpx.codes.OK
            async for line in events.aiter_lines():
                if line.startswith("event") and await shown(desk) > ENOUGH:
                    return
    raise AssertionError("the event stream ended")


async def what_is_wrong_on_purpose_is_found(settings: Path, told: Mapping[str, str]) -> None:
    """One row is refused and one is held: those that it said."""
    assert "store s042, gateway demo" in told["settings"]
    async with asyncio.timeout(60):
        while True:
            ended = await anaquel("feed", "status", "--json", "--config", settings)
            assert ended.code == 0, ended.complained
            (source,) = json.loads(ended.said)["sources"]
            if (source["refused"], source["held"]) == (1, 1):
                break
    first = {one["code"].partition("_")[0]: one["key"] for one in source["problems"]}
    assert f" {first['negative']};" in told["refused"]
    assert f" {first['held']};" in told["held"]


async def labels_wait_and_one_is_silent(address: str, name: str, password: str) -> None:
    """Two, and the Bluetooth label when it was heard, wait; one label has no battery."""
    waiting: set[str] = set()
    async with httpx.AsyncClient(base_url=address) as desk:
        await desk.post("/sign-in", data={"name": name, "password": password})
        async with asyncio.timeout(60):
            while waiting != {"esl-119", "esl-120", "FFFF10203040"}:
                answer = (await desk.get("/api/v1/new-labels")).json()
                waiting = {one["label"] for one in answer["labels"]}
            while (await label(desk, "esl-017"))["online"]:
                pass
            while ((await label(desk, "esl-023"))["battery_mv"] or 3000) > 2500:
                pass
        assert (await label(desk, "esl-017"))["shown"]


async def other_commands_work(settings: Path, central: Path) -> None:
    checked = await anaquel("check-config", "--config", settings)
    assert (checked.code, f"{settings}: good. Shop s042" in checked.said) == (0, True), checked
    watched = await anaquel("central", "watch", "--once", "--config", central)
    assert watched.code == 0, watched.complained
    assert "demo: refused offers" in watched.said


async def label(desk: httpx.AsyncClient, name: str) -> dict[str, Any]:
    answer = await desk.get(f"/api/v1/labels/{name}")
    assert answer.status_code == httpx.codes.OK
    found: dict[str, Any] = answer.json()
    return found


async def shown(desk: httpx.AsyncClient) -> int:
    answer = await desk.get("/api/v1/labels", params={"state": "shown", "limit": 1})
    assert answer.status_code == httpx.codes.OK
    total: int = answer.json()["total"]
    return total
