"""The section ``[shopify]``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from gateway.settings.shapes import Id, Seconds, Section, shaped

ShopifyShop = Annotated[
    str,
    shaped(
        r"[a-z0-9][a-z0-9-]{0,60}\.myshopify\.com|http://127\.0\.0\.1:\d{1,5}",
        'write the name that ends in myshopify.com, like "zapateria-centro.myshopify.com"',
    ),
]
ShopifyVersion = Annotated[
    str, shaped(r"20\d\d-(01|04|07|10)", 'write year and quarter of a release, like "2026-07"')
]
Metafield = Annotated[
    str,
    shaped(
        r"[A-Za-z0-9_-]{2,255}\.[A-Za-z0-9_-]{2,64}",
        'write namespace and key with a point between, like "custom.style"',
    ),
]
Percent = Annotated[
    str, shaped(r"\d{1,2}(\.\d{1,3})?", 'write the percentage in quotes, like "16" or "10.5"')
]
TimeOfDay = Annotated[
    str, shaped(r"([01]\d|2[0-3]):[0-5]\d", 'write hours and minutes in quotes, like "03:30"')
]


class Shopify(Section):
    """The shop system Shopify as a source, read over the internet; not used without ``shop``."""

    shop: ShopifyShop | None = None
    client_id: str | None = None
    client_secret_file: Path | None = None
    api_version: ShopifyVersion = "2026-07"
    poll_s: Seconds = 30.0
    compare_at: TimeOfDay = "03:30"
    answer_s: Seconds = 30.0
    retry_s: Seconds = 5.0
    retry_max_s: Seconds = 300.0
    bulk_s: Seconds = 5.0
    publication: str = "Point of Sale"
    tax_percent: Percent | None = None
    style_from: Literal["nothing", "metafield", "handle", "title", "tag"] = "nothing"
    style_metafield: Metafield = "custom.style"
    style_pattern: str | None = None
    color_metafield: Metafield | None = None
    warehouses: tuple[Id, ...] = ()
    locations: dict[Id, Annotated[str, Field(min_length=1, max_length=255)]] = Field(
        default_factory=dict
    )

    @field_validator("style_pattern")
    @classmethod
    def _has_a_style(cls, pattern: str | None) -> str | None:
        try:
            groups = {} if pattern is None else re.compile(pattern).groupindex
        except re.error as error:
            raise ValueError(f"is no regular expression: {error}; correct it") from error
        if pattern is not None and "style" not in groups:
            raise ValueError("has no group (?P<style>...); mark the part that the colours share")
        return pattern

    @model_validator(mode="after")
    def _is_complete(self) -> Shopify:
        lacking = [
            name
            for name in ("client_id", "client_secret_file")
            if self.shop is not None and getattr(self, name) is None
        ]
        if lacking:
            raise ValueError(f"shop is set, so write {' and '.join(lacking)} beside it")
        if self.style_from in {"handle", "title", "tag"} and self.style_pattern is None:
            raise ValueError(f'style_from is "{self.style_from}", so write style_pattern beside it')
        return self

    @property
    def base(self) -> str:
        """Where its interfaces are, without a slash at the end; empty when it is not used."""
        shop = self.shop or ""
        return shop if shop.startswith("http:") or not shop else f"https://{shop}"
