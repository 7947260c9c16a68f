"""What a scan means in this shop: one of its labels, or an article."""

from __future__ import annotations

from starlette.datastructures import FormData

from gateway.domain import scanning
from gateway.domain.labels import Target
from gateway.domain.scanning import Scan
from gateway.staff import texts_of_adoption, texts_of_retired
from gateway.staff import texts_of_labels as texts
from gateway.store import articles as found_in
from gateway.store import discovered, label_life, labels, overview, retired
from gateway.store.database import Connection
from gateway.store.label_rows import Label
from gateway.web.words import Text


class RefusedError(Exception):
    """The scan names nothing we know; ``field`` is where to go on, ``scan`` fills the text."""

    def __init__(self, text: Text, field: str, scan: str = "") -> None:
        super().__init__(text.en)
        self.text = text
        self.field = field
        self.scan = scan


def next_label(connection: Connection, scan: Scan) -> Label | None:
    """The label whose code or QR this is: who was asked and scans a label wants that one now."""
    if scan.code is None and "/" not in scan.text:
        return None
    try:
        return label(connection, scan)
    except RefusedError:
        return None


def label(connection: Connection, scan: Scan) -> Label:
    """The label that a scan names. Raises ``RefusedError``."""
    if not scan.text:
        raise RefusedError(texts.SCAN_LABEL_FIRST, "label")
    found = labels.by_code(connection, scan.code) if scan.code is not None else None
    found = found or labels.get(connection, scan.text)
    if found is None and (named := label_life.by_alias(connection, scan.text)) is not None:
        found = labels.get(connection, named)
    if found is not None:
        return found
    if discovered.get(connection, scan.text) is not None:
        raise RefusedError(texts_of_adoption.LABEL_WAITS, "label", scan.text[:60])
    if retired.get(connection, scan.text) is not None:
        raise RefusedError(texts_of_retired.LABEL_RETIRED, "label", scan.text[:60])
    # The QR of a label with one article holds its GTIN in a link: it names the label if no other
    # has it. The bars on the article itself are digits alone.
    products = _products(connection, scan)
    is_qr = len(products) == 1 and "/" in scan.text
    holders = overview.labels_of_product(connection, products[0]) if is_qr else ()
    if len(holders) == 1:
        only = labels.get(connection, holders[0])
        if only is not None:
            return only
    text = texts.LABEL_IS_ARTICLE if products else texts.LABEL_NOT_FOUND
    raise RefusedError(text, "label", scan.text[:60])


def target(connection: Connection, scan: Scan) -> Target:
    """The article, or the group of articles, that a scan names. Raises ``RefusedError``."""
    if not scan.text:
        raise RefusedError(texts.SCAN_ARTICLE_TOO, "article")
    products = _products(connection, scan)
    if len(products) > 1:
        raise RefusedError(texts.ARTICLE_TWICE, "article", scan.text[:60])
    if products:
        return Target(product=products[0])
    groups = found_in.by_key(connection, scan.group or scan.text).groups
    if groups:
        return Target(group=groups[0])
    is_label = scan.code is not None and labels.by_code(connection, scan.code) is not None
    text = texts.ARTICLE_IS_LABEL if is_label else texts.ARTICLE_NOT_FOUND
    raise RefusedError(text, "article", scan.text[:60])


def _products(connection: Connection, scan: Scan) -> tuple[str, ...]:
    meant = scan.gtin or scan.product or scan.text
    found = found_in.by_key(connection, meant).products
    # Digits can be a GTIN by chance and yet be the retailer's own number.
    return found or found_in.by_key(connection, scan.product or scan.text).products


def is_article_first(connection: Connection, first: Scan, second: Scan) -> bool:
    """Whether an article was scanned where its label is asked for, and the label after it."""
    try:
        label(connection, first)
    except RefusedError as error:
        known = error.text is texts.LABEL_IS_ARTICLE
        return known and next_label(connection, second) is not None
    return False


def text(form: FormData, name: str) -> str:
    """What a field of the form has, as long as a scan can be."""
    value = form.get(name, "")
    return value[: scanning.LONGEST] if isinstance(value, str) else ""
