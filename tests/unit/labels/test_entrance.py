from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from device_drivers.api.panels import Frame, Ink, Panel
from gateway.clock import ShiftedClock
from gateway.domain import request_links
from gateway.domain.labels import LabelFacts, Target
from gateway.labels.planning import Planner
from gateway.labels.wishing import Rendered
from gateway.ops.shop_settings import ShopSettings
from gateway.store import labels, requests, shop_settings
from gateway.store.database import Connection, Database
from gateway.store.shop_settings import Who
from tests.support import settings as make_settings
from tests.support import shop, staffed

PANEL = Panel(name="plain", width=296, height=128, inks=(Ink.WHITE, Ink.BLACK), dpi=112)
MIDNIGHT = datetime(2026, 11, 23, 6, tzinfo=UTC)


class Sheet:
    """Remembers which facts go on which template."""

    def __init__(self) -> None:
        self.drawn: list[tuple[str | None, LabelFacts]] = []

    async def render(self, template: str | None, panel: Panel, facts: LabelFacts) -> Rendered:
        self.drawn.append((template, facts))
        ink = bytes([len(self.drawn) % 2])
        pixels = ink * panel.width * panel.height
        return Rendered(
            frame=Frame(width=panel.width, height=panel.height, inks=panel.inks, pixels=pixels)
        )


async def test_the_label_at_the_entrance_shows_another_code_after_midnight(
    tmp_path: Path,
) -> None:
    clock = ShiftedClock(shop.StillClock())
    settings = make_settings.make(tmp_path)
    async with Database(tmp_path / "anaquel.db") as database:
        await staffed.fill(database)
        code = await database.write(lambda rows: staffed.announce(rows, "L1", panel=PANEL))
        keeper = await ShopSettings(database, clock, settings).begin()
        sheet = Sheet()
        planner = Planner(database, sheet, clock, lambda: settings.shop, staffed.ORIGIN)
        while await planner.plan_stale():
            pass
        assert sheet.drawn[-1][1].code == code, "any other label shows its own"

        def take(rows: Connection) -> None:
            shop_settings.take(
                rows,
                settings,
                staffed.ORIGIN,
                {"entrance_label": code.lower()},
                Who(by="Ana", way="page"),
                shop.NOW,
            )

        await database.write(take)
        await keeper.follow()
        assert settings.shop.entrance_label == code
        while await planner.plan_stale():
            pass
        secret = await database.read(requests.known_secret)
        assert secret is not None
        template, facts = sheet.drawn[-1]
        today = shop.NOW.astimezone(settings.shop.zone).date()
        assert (template, facts.code) == ("entrance", request_links.todays_code(secret, today))
        assert facts.link == f"HTTPS://Q.EXAMPLE.COM/E/{facts.code}"
        due = await database.read(
            lambda rows: rows.execute("SELECT next_change FROM label").fetchone()[0]
        )
        assert due == int(MIDNIGHT.timestamp() * 1000)

        clock.advance(MIDNIGHT - clock.now())
        await database.write(lambda rows: labels.mark_due_stale(rows, clock.now()))
        while await planner.plan_stale():
            pass
        tomorrow = request_links.todays_code(secret, today + timedelta(days=1))
        assert sheet.drawn[-1][1].code == tomorrow

        # Bound to an article, it is a label like any other.
        await database.write(
            lambda rows: staffed.bind(rows, "L1", Target(product="tote"), clock.now())
        )
        while await planner.plan_stale():
            pass
        assert sheet.drawn[-1][0] is None
