"""What a shopper may do about an article: have it brought or held, buy it online, ask in a chat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from gateway.domain import request_links
from gateway.domain.catalogue import Family, Product
from gateway.domain.requests import Kind
from gateway.domain.stock import Availability
from gateway.settings import Shop as OwnShop
from gateway.shopper import addresses, stocked
from gateway.shopper import texts_of_requests as texts
from gateway.web.words import Text, Tongue

ASK = "/ask"
_THERE = (Availability.IN_STOCK, Availability.LAST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What may be asked of the shop now, whatever the article.

    ``begins`` is when the shop opens, where it is closed; ``is_attended``: somebody of the shop
    would see it.
    """

    is_open: bool = True
    is_attended: bool = False
    is_paused: bool = False
    begins: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing to do, and its address; ``away`` leads to another site."""

    title: str
    href: str
    icon: str
    primary: bool = False
    away: bool = False


Why = Text | None
"""Why something cannot be asked now; None where it can."""


def refusal(kind: Kind, product: Product, family: Family, own: OwnShop, offered: Offered) -> Why:
    """Why ``kind`` cannot be asked of this product now; None where it can."""
    is_bring = kind is Kind.BRING
    if (own.bring if is_bring else own.hold) == "off":
        return texts.NOT_NOW_OFF
    here = stocked.here(product, family, own.store)
    unsure = here is Availability.UNKNOWN and (is_bring or own.hold == "staff")
    if not stocked.is_for_sale(product) or not (here in _THERE or unsure):
        return texts.NOT_NOW_STOCK
    if offered.is_paused:
        return texts.NOT_NOW_PAUSED
    if not is_bring:
        return None
    if not offered.is_open:
        return texts.NOT_NOW_CLOSED
    return None if offered.is_attended else texts.NOT_NOW_NOBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """From where a shopper acts: the shop as it is set and is called, the label that was scanned.

    ``words`` are the article and its variant.
    """

    own: OwnShop
    shop_name: str
    label: str
    words: str


def acts(
    product: Product, family: Family, asker: Asker, offered: Offered, tongue: Tongue
) -> tuple[Act, ...]:
    """What may be done about the product, the likeliest first."""
    own, language = asker.own, tongue.language
    found: list[Act] = []
    bring = texts.BRING_SIZE if product.options.get("size") else texts.BRING
    for kind, title, icon in ((Kind.BRING, bring, "bring"), (Kind.HOLD, texts.HOLD, "hold")):
        if refusal(kind, product, family, own, offered) is None:
            href = ask_address(product.id, kind, asker.label, tongue)
            found.append(Act(title=title.say(language), href=href, icon=icon, primary=not found))
    if not stocked.is_for_sale(product):
        return ()
    fill = _filler(product, asker)
    if own.buy_link is not None:
        href = fill(own.buy_link, own.store)
        found.append(Act(title=texts.BUY_ONLINE.say(language), href=href, icon="online", away=True))
    if own.chat_link is not None:
        href = fill(own.chat_link, asker.shop_name)
        found.append(Act(title=texts.ASK_IN_CHAT.say(language), href=href, icon="ask", away=True))
    return tuple(found)


def ask_address(product: str, kind: Kind, label: str, tongue: Tongue) -> str:
    """Where ``kind`` is asked of a product."""
    return addresses.address(f"{ASK}/{product}", tongue, kind=kind.value, label=label)


def _filler(product: Product, asker: Asker) -> Callable[[str, str], str]:
    def fill(template: str, shop: str) -> str:
        return request_links.filled(
            template,
            {
                "variant": product.id,
                "gtin": product.gtins[0] if product.gtins else "",
                "shop": shop,
                "label": asker.label,
                "article": asker.words,
                "size": product.options.get("size", ""),
            },
        )

    return fill
