"""What is wrong in the demo on purpose, to be found and put right by whoever tries it.

Two labels (and a Bluetooth label) wait to be adopted; one loses its battery, another's is low; one
price is refused, another is held.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NoReturn

from device_drivers.links.messages import MessagePort
from device_drivers.simulated.mqtt_label import SimulatedMqttLabel
from gateway.central.publisher import Publisher
from gateway.demo import shelf
from gateway.demo.catalogue import CURRENCY, DemoShop
from gateway.domain.rows import Row
from gateway.feed.messages import Change

_LAST_DIGITS: Final = 100
"""A held price is what was typed with the decimal point two digits too far to the left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongPrice:
    """A row that no shop should use, and a label that stands for its article."""

    label: str
    row: Row


class Mishaps:
    """Lets it happen once the shop works. ``refused`` and ``held`` are rows that stay as they are.

    ``bluetooth`` is the address of a Bluetooth label on the air, if there is one.
    """

    name = "demo-mishaps"

    def __init__(
        self,
        port: MessagePort,
        publisher: Publisher,
        labels: Mapping[str, SimulatedMqttLabel],
        shop: DemoShop,
        bluetooth: str | None,
    ) -> None:
        self._publisher = publisher
        self._labels = labels
        self._bluetooth = bluetooth
        self.refused, self.held = _wrong_prices(shop)
        self._concerned = (self.refused.label, self.held.label, shelf.WITHOUT_BATTERY)
        self._reports = port.messages(*(f"label/{label}/report" for label in self._concerned))

    @property
    def prices(self) -> Iterable[tuple[str, str]]:
        """Kind and key of the rows that are wrong."""
        return [(one.row.kind, one.row.key) for one in (self.refused, self.held)]

    async def run(self) -> NoReturn:
        """Go on for ever."""
        has_happened = False
        async for message in self._reports:
            message.ack()
            # What was right before stays on the shelf, so it has to be there first.
            if not has_happened and all(self._labels[label].showing for label in self._concerned):
                has_happened = True
                await self._happen()
        raise AssertionError("the stream of reports ended")

    async def _happen(self) -> None:
        self._labels[shelf.WITHOUT_BATTERY].power_off()
        rows = [self.refused.row, self.held.row]
        await self._publisher.publish(
            Change(kind=row.kind, key=row.key, value=row.value) for row in rows
        )

    def lines(self) -> Iterator[str]:
        """What there is to find, and where."""
        bluetooth = f" and the Bluetooth label {self._bluetooth}" if self._bluetooth else ""
        waiting = ", ".join(shelf.WAITING)
        yield f"to adopt   {waiting}{bluetooth}: on the page New labels"
        yield f"silent     {shelf.WITHOUT_BATTERY} loses its battery when it has shown a price"
        yield f"battery    {shelf.LOW_BATTERY} asks for a new one soon"
        refused, held = self.refused, self.held
        yield f"refused    a price below 0 for {refused.row.key}; {refused.label} keeps its last"
        yield f"held       a price 99 % lower for {held.row.key}; {held.label} waits: see Today"


def _wrong_prices(shop: DemoShop) -> tuple[WrongPrice, WrongPrice]:
    """For the first two articles that have a label of their own."""
    articles = [
        (row.key, row.value["target"]["product"])
        for row in shelf.bindings(shop)
        if "product" in row.value["target"]
    ]
    (one, refused), (other, held) = articles[:2]
    price = next(
        offer["amount"] for offer in shop.value("offers", held)["offers"] if offer["kind"] == "list"
    )
    return (
        WrongPrice(label=one, row=_priced(refused, "-1.00")),
        WrongPrice(label=other, row=_priced(held, f"{float(price) / _LAST_DIGITS:.2f}")),
    )


def _priced(product: str, amount: str) -> Row:
    offers = [{"kind": "list", "amount": amount}]
    return Row(kind="offers", key=product, value={"currency": CURRENCY, "offers": offers})
