"""What a row or a label is called by the people of the shop."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.domain.labels import Target
from gateway.settings import Shop
from gateway.staff import showing, texts
from gateway.staff.explaining import Reader
from gateway.store import catalogue, labels
from gateway.store.articles import Articles
from gateway.store.database import Connection
from gateway.web.words import Text

_KINDS: Mapping[str, Text] = {
    "location": texts.KIND_LOCATION,
    "group": texts.KIND_GROUP,
    "product": texts.KIND_PRODUCT,
    "offers": texts.KIND_OFFERS,
    "stock": texts.KIND_STOCK,
    "task": texts.KIND_TASK,
    "binding": texts.KIND_BINDING,
}


class Naming:
    """Finds names; for one read transaction."""

    def __init__(self, connection: Connection, reader: Reader, shop: Shop) -> None:
        self._connection = connection
        self._reader = reader
        self._shop = shop
        self._articles = Articles(connection)

    def row(self, row: str) -> str:
        """The row's kind and the name of what it is about."""
        kind, _, key = row.partition("/")
        named = _KINDS.get(kind)
        said = named.say(self._reader.language) if named is not None else kind
        return f"{said} {self.name(kind, key)}"

    def name(self, kind: str, key: str) -> str:
        """What a row is about, by the name that people know."""
        match kind:
            case "product" | "offers":
                return self.article(Target(product=key))
            case "group":
                return self.article(Target(group=key))
            case "stock":
                place, _, product = key.partition("/")
                return f"{self.article(Target(product=product))} · {self._place(place)}"
            case "location":
                return self._place(key)
            case "binding":
                return self.label(key)
            case _:
                return key

    def article(self, target: Target) -> str:
        """The name with the number that finds it; only the key when it is not in force."""
        key = target.product or target.group or ""
        family = self._articles.of(target)
        if family is None:
            return key
        found = showing.article(target, family, self._reader, self._shop)
        return key if found.full_name == key else f"{found.full_name} ({key})"

    def _place(self, key: str) -> str:
        places = {place.id: place.name for place in catalogue.locations(self._connection)}
        return places.get(key, key)

    def label(self, key: str) -> str:
        """The code that is printed on it, and what it stands for."""
        label = labels.get(self._connection, key)
        if label is None:
            return key
        bound = labels.binding(self._connection, key)
        return label.code if bound is None else f"{label.code} · {self.article(bound.target)}"
