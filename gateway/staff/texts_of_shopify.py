"""What the staff site says about troubles with Shopify: one set of texts for each."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.web.words import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """How bad it is, what it is called, what it means and what to do."""

    tone: str
    title: Text
    why: Text
    advice: Text


TROUBLES: dict[str, Trouble] = {
    "connection": Trouble(
        tone="attention",
        title=Text(es="Shopify no responde", en="Shopify does not answer"),
        why=Text(
            es="La tienda sigue con los últimos precios y existencias que llegaron.",
            en="The shop goes on with the last prices and stock that came.",
        ),
        advice=Text(
            es="Revisa la conexión a internet. Se sigue intentando solo.",
            en="Check the internet connection. It keeps trying by itself.",
        ),
    ),
    "access": Trouble(
        tone="trouble",
        title=Text(es="Shopify no acepta a Anaquel", en="Shopify does not accept Anaquel"),
        why=Text(
            es="No llegan cambios de precios ni de existencias.",
            en="No changes of prices or stock come in.",
        ),
        advice=Text(
            es="Quien instaló Anaquel debe revisar la aplicación en Shopify y sus permisos.",
            en="Whoever installed Anaquel must check the app in Shopify and what it may read.",
        ),
    ),
    "places": Trouble(
        tone="trouble",
        title=Text(
            es="Falta decir qué sucursal de Shopify es esta tienda",
            en="It is not said which of Shopify's locations is this shop",
        ),
        why=Text(es="Hasta entonces no se lee nada.", en="Nothing is read until then."),
        advice=Text(
            es="Quien instaló Anaquel lo escribe en [shopify.locations] de la configuración.",
            en="Whoever installed Anaquel writes it under [shopify.locations] in the settings.",
        ),
    ),
    "tax": Trouble(
        tone="trouble",
        title=Text(
            es="Los precios de Shopify están sin impuestos",
            en="Shopify's prices are without tax",
        ),
        why=Text(
            es="No se muestra ningún precio, porque en el anaquel debe estar lo que se paga.",
            en="No price is shown, because the shelf must show what is paid.",
        ),
        advice=Text(
            es="Quien instaló Anaquel escribe el porcentaje en tax_percent de [shopify].",
            en="Whoever installed Anaquel writes the percentage as tax_percent under [shopify].",
        ),
    ),
    "version": Trouble(
        tone="attention",
        title=Text(
            es="Shopify va a cambiar su interfaz", en="Shopify is about to change its interface"
        ),
        why=Text(
            es="Después, algún dato podría dejar de llegar.",
            en="After that some data might no longer come.",
        ),
        advice=Text(es="Actualiza Anaquel.", en="Update Anaquel."),
    ),
    "articles": Trouble(
        tone="attention",
        title=Text(
            es="Hay códigos de barras o precios incorrectos en Shopify",
            en="There are wrong barcodes or prices in Shopify",
        ),
        why=Text(
            es="Un código incorrecto no se usa en enlaces; un precio incorrecto no se muestra.",
            en="A wrong code is not used in links; a wrong price is not shown.",
        ),
        advice=Text(
            es="Corrígelos en Shopify. Abajo están los primeros.",
            en="Correct them in Shopify. The first are below.",
        ),
    ),
    "empty": Trouble(
        tone="trouble",
        title=Text(
            es="Shopify dice que no hay nada a la venta", en="Shopify says that nothing is on sale"
        ),
        why=Text(
            es="Parece un error: los artículos se quedaron como estaban.",
            en="That looks like a mistake: the articles stay as they were.",
        ),
        advice=Text(
            es="Revisa en Shopify que los artículos estén activos y publicados en su canal.",
            en="Check in Shopify that the articles are active and published to their channel.",
        ),
    ),
}
"""By the key of the task."""
