"""The brokers: do they take us, may we read and write, which MQTT do they speak."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gateway.broker import probing, topics
from gateway.broker.credentials import context_of
from gateway.broker.probing import Probed
from gateway.broker.troubles import Trouble
from gateway.ops.doctor import greeting
from gateway.ops.doctor.box import Box
from gateway.ops.doctor.broker_words import SPANISH, sentence
from gateway.settings import Broker, Settings, is_loopback
from gateway.web.findings import Advice, Finding, State
from gateway.web.words import Text

_LABEL = "anaquel-doctor"
"""No label and no device: stands for all of them where a filter names one."""

_RIGHTS = Text(
    es='En la lista de accesos del bróker, da a nuestro usuario leer y escribir "{prefix}/#".',
    en='In the broker\'s access list, let our user read and write "{prefix}/#".',
)
MAY_NOT_READ = Advice(
    code="broker_may_not_read",
    what=Text(
        es="El bróker no nos deja leer {topic}",
        en="The broker does not let us read {topic}",
    ),
    do=_RIGHTS,
)
MAY_NOT_WRITE = Advice(
    code="broker_may_not_write",
    what=Text(
        es="Lo que publicamos en el bróker no llega: no nos deja escribir o leer ahí",
        en="What we publish at the broker does not arrive: it does not let us write or read there",
    ),
    do=_RIGHTS,
)
OLD_MQTT = Advice(
    code="broker_old_mqtt",
    state=State.ATTENTION,
    what=Text(
        es="El bróker solo habla MQTT 3.1.1: funciona, pero no avisa de lo que rechaza",
        en="The broker speaks MQTT 3.1.1 only: it works, but does not tell what it refuses",
    ),
    do=Text(
        es="Cuando puedas, actualízalo a uno con MQTT 5, como Mosquitto 2.",
        en="When you can, update it to one with MQTT 5, such as Mosquitto 2.",
    ),
)
NO_MANIFEST = Advice(
    code="broker_no_manifest",
    state=State.ATTENTION,
    what=Text(
        es="En este bróker no hay ningún manifiesto de la central ({topic})",
        en="There is no manifest of central's at this broker ({topic})",
    ),
    do=Text(
        es="Revisa que la central publique para esta tienda, que [shop] store y topic_prefix sean "
        "los suyos, y que podamos leer ese tema.",
        en="See whether central publishes for this shop, whether [shop] store and topic_prefix are "
        "the ones it uses, and whether we may read that topic.",
    ),
)
IN_THE_CLEAR = Advice(
    code="broker_in_the_clear",
    state=State.ATTENTION,
    what=Text(
        es="La contraseña del bróker viaja sin cifrar por la red",
        en="The broker's password travels unencrypted over the network",
    ),
    do=Text(
        es="Usa el puerto TLS del bróker: {section}.tls = true, port = 8883 y ca_file si hace "
        "falta.",
        en="Use the broker's TLS port: {section}.tls = true, port = 8883, and ca_file where it is "
        "needed.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A broker, where it stands in the settings, and what the gateway reads there."""

    section: str
    broker: Broker
    topics: tuple[str, ...]
    manifest: bool

    @property
    def where(self) -> str:
        """Its section with its address."""
        return f"{self.section} {self.broker.host}:{self.broker.port}"


async def look(box: Box) -> Iterable[Finding]:
    """Try every broker as the gateway would use it, all at once."""
    wanted = tuple(brokers(box.settings))

    async def probed(one: Wanted) -> Probed | None:
        if not await asyncio.to_thread(_is_trusted, one.broker):
            return None  # the check of certificates tells
        return await _probed(one, box.settings)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(probed(one)) for one in wanted]
    return [
        finding
        for one, task in zip(wanted, tasks, strict=True)
        if (found := task.result()) is not None
        for finding in judged(one, found, box.settings.shop.store)
    ]


async def try_central(settings: Settings) -> tuple[Finding, ...]:
    """How central's broker would take us, by settings that are not in force."""
    one = next(one for one in brokers(settings) if one.manifest)
    return tuple(judged(one, await _probed(one, settings), settings.shop.store))


async def _probed(one: Wanted, settings: Settings) -> Probed:
    shop = settings.shop
    prefix = f"{one.broker.topic_prefix}/{shop.store}"
    return await probing.probe(one.broker, prefix=prefix, gateway=shop.gateway, topics=one.topics)


def brokers(settings: Settings) -> Iterator[Wanted]:
    """Each broker once."""
    gateway = settings.shop.gateway
    of_shop = (
        f"label/{_LABEL}/report",
        f"label/{_LABEL}/announce",
        f"device/{_LABEL}/scan",
        f"device/{_LABEL}/reading",
    )
    of_central = (
        topics.MANIFEST,
        topics.DELTA,
        topics.feed_reply(gateway),
        topics.events_ack(gateway),
    )
    shop, central = settings.shop_broker, settings.central.broker
    if settings.central.kind == "none":
        yield Wanted(section="shop_broker", broker=shop, topics=of_shop, manifest=False)
    elif shop == central:
        both = (*of_central, *of_shop)
        yield Wanted(section="shop_broker", broker=shop, topics=both, manifest=True)
    else:
        yield Wanted(section="central.broker", broker=central, topics=of_central, manifest=True)
        yield Wanted(section="shop_broker", broker=shop, topics=of_shop, manifest=False)


def judged(one: Wanted, found: Probed, store: str) -> Iterator[Finding]:
    """What to say of a broker that was tried."""
    broker = one.broker
    prefix = f"{broker.topic_prefix}/{store}"
    if not (broker.tls or broker.username is None or is_loopback(broker.host)):
        yield IN_THE_CLEAR.at(one.where, section=one.section)
    if found.trouble is not None:
        yield _away(found.trouble).at(one.where)
        return
    if found.speaks == "3.1.1" and broker.protocol == "auto":
        yield OLD_MQTT.at(one.where)
    if found.refused:
        topic, said = found.refused[0]
        yield MAY_NOT_READ.at(one.where, topic=f"{prefix}/{topic}", prefix=prefix, detail=said)
    elif not found.sent:
        yield MAY_NOT_WRITE.at(one.where, prefix=prefix, detail=found.why_not)
    elif one.manifest and topics.MANIFEST not in found.arrived:
        yield NO_MANIFEST.at(one.where, topic=f"{prefix}/{topics.MANIFEST}")


def _is_trusted(broker: Broker) -> bool:
    """Whether its certificate is, as far as a greeting tells."""
    if not broker.tls:
        return True
    try:
        greeting.certificate_ends(broker.host.strip("[]"), broker.port, context_of(broker))
    except ssl.SSLCertVerificationError:
        return False
    except (OSError, ValueError):
        return True
    return True


def _away(trouble: Trouble) -> Advice:
    why, todo = SPANISH.get(trouble.kind, SPANISH["other"])
    return Advice(
        code=f"broker_{trouble.kind}",
        what=Text(
            es=f"El bróker no nos sirve: {why}",
            en=f"We cannot use the broker: {trouble.why}",
        ),
        do=Text(es=sentence(todo), en=sentence(trouble.todo)),
    )
