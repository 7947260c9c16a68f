"""Which connections a gateway has, and what each says of itself when it comes and goes."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.broker import birth
from gateway.broker.link import Link
from gateway.clock import Clock
from gateway.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """The connections: to central (None without one), to labels, and to scanners and sensors.

    ``sensors`` is for those that have topics of their own, outside the shop's; None without any.
    Intake has a connection of its own, so that scans held back in a full lane never keep a
    label's report waiting.
    """

    central: Link | None
    shop: Link
    intake: Link
    sensors: Link | None = None

    @property
    def each(self) -> tuple[Link, ...]:
        """Every link once."""
        links = (self.central, self.shop, self.intake, self.sensors)
        return tuple(dict.fromkeys(link for link in links if link is not None))


def build_links(settings: Settings, clock: Clock, version: str) -> Links:
    """The connections of one gateway; central and shop share one where they name one broker."""
    gateway = settings.shop.gateway
    will = birth.will(gateway)

    def link(name: str, client_id: str) -> Link:
        broker = settings.central.broker if name == "central" else settings.shop_broker
        prefix = f"{broker.topic_prefix}/{settings.shop.store}"
        own = will if client_id == gateway else None
        return Link(name, broker, prefix=prefix, client_id=client_id, will=own)

    shop = link("shop", gateway)
    central: Link | None = None
    if settings.central.kind == "mqtt":
        one_broker = settings.central.broker == settings.shop_broker
        central = shop if one_broker else link("central", gateway)
    for each in {shop, central} - {None}:
        if each is not None:
            birth.announce(each, gateway, version, clock)
    sensors: Link | None = None
    if any(sensor.topic is not None for sensor in settings.sensors.values()):
        own = f"{gateway}.sensors"
        sensors = Link("sensors", settings.shop_broker, prefix="", client_id=own)
    intake = link("intake", f"{gateway}.intake")
    return Links(central=central, shop=shop, intake=intake, sensors=sensors)
