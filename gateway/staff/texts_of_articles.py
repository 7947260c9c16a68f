"""The words of the pages about articles: their prices, their labels, their stock."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.web.words import Text

ARTICLE_PAGES = Text(es="Artículos y precios", en="Articles and prices")
ARTICLE_PAGES_LEAD = Text(
    es="Qué cuesta un artículo, qué costó y qué costará, y qué etiquetas lo muestran. Los precios "
    "no se cambian aquí.",
    en="What an article costs, did cost and will cost, and which labels show it. Prices are not "
    "changed here.",
)
ARTICLE_UNKNOWN = Text(es="No hay ningún artículo así", en="There is no such article")
ARTICLE_NUMBER = Text(es="Número", en="Number")
ARTICLE_CODES = Text(es="Códigos", en="Codes")
ARTICLE_STATUS = Text(es="Estado", en="State")
ARTICLE_NOW = Text(es="Ahora", en="Now")
ARTICLE_NONE_NOW = Text(es="ningún precio vale ahora", en="no price is in force now")
ARTICLE_WITHDRAWN = Text(
    es="Su precio está retirado del estante", en="Its price is taken off the shelf"
)
ARTICLE_NEXT = Text(es="Cambia", en="It changes")
ARTICLE_NEXT_TO = Text(es="a {price}", en="to {price}")
ARTICLE_PRIOR = Text(es="Precio anterior que vale", en="Prior price that counts")
ARTICLE_OFFERS = Text(es="Precios de la central", en="Prices as sent")
ARTICLE_FROM = Text(es="desde", en="from")
ARTICLE_UNTIL = Text(es="hasta", en="until")
ARTICLE_ALWAYS = Text(es="sin fecha", en="no dates")
ARTICLE_HISTORY = Text(es="Lo que costó", en="What it did cost")
ARTICLE_NO_HISTORY = Text(es="Nada todavía.", en="Nothing yet.")
ARTICLE_LABELS = Text(es="Etiquetas", en="Labels")
ARTICLE_NO_LABELS = Text(es="Ninguna etiqueta lo muestra.", en="No label shows it.")
ARTICLE_NO_LABELS_RANGED = Text(
    es="Ninguna etiqueta lo muestra, y debería estar en el estante.",
    en="No label shows it, and it should be on the shelf.",
)
ARTICLE_STOCK = Text(es="Existencias", en="Stock")
ARTICLE_HERE = Text(es="esta tienda", en="this shop")
ARTICLE_UNKNOWN_STOCK = Text(es="no se sabe", en="not known")
ARTICLE_COMING = Text(es="vendrá", en="coming")
ARTICLE_OVER = Text(es="terminó", en="over")
ARTICLE_IN_FORCE = Text(es="vale ahora", en="in force")
ARTICLE_WHOLE = Text(es="Todo el modelo", en="The whole style")

KINDS: Mapping[str, Text] = {
    "list": Text(es="normal", en="list"),
    "sale": Text(es="oferta", en="sale"),
    "clearance": Text(es="liquidación", en="clearance"),
    "loyalty": Text(es="con tarjeta", en="members"),
}
STATUSES: Mapping[str, Text] = {
    "active": Text(es="en venta", en="on sale"),
    "blocked": Text(es="no se vende", en="blocked"),
    "recalled": Text(es="retirado: fuera del estante", en="recalled: take it off the shelf"),
    "discontinued": Text(es="descatalogado", en="discontinued"),
}
