"""The words of the page on which Shopify is connected."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.web.words import Text

SHOPIFY = Text(es="Conectar Shopify", en="Connect Shopify")
SHOPIFY_LEAD = Text(
    es="Artículos, precios y existencias llegan de tu Shopify, cada medio minuto. En Shopify nunca "
    "se escribe nada.",
    en="Articles, prices and stock come from your Shopify, every half minute. Nothing is ever "
    "written to Shopify.",
)
SHOPIFY_STEPS = Text(
    es="En Shopify, en el Dev Dashboard, crea una aplicación para tu propia organización, dale los "
    "permisos read_products, read_inventory, read_locations y read_publications, e instálala en la "
    "tienda. Copia de ella lo que sigue.",
    en="In Shopify, in the Dev Dashboard, make an app for your own organisation, give it the "
    "scopes read_products, read_inventory, read_locations and read_publications, and install it in "
    "the shop. Copy from it what follows.",
)
SHOPIFY_SHOP = Text(es="Dirección de la tienda en Shopify", en="Address of the shop at Shopify")
SHOPIFY_SHOP_HINT = Text(es="Termina en myshopify.com.", en="It ends in myshopify.com.")
SHOPIFY_ID = Text(es="Client ID de la aplicación", en="Client ID of the app")
SHOPIFY_SECRET = Text(es="Secret de la aplicación", en="Secret of the app")
SHOPIFY_SECRET_HINT = Text(
    es="Se guarda en este equipo y no se vuelve a mostrar. No está en las copias de seguridad.",
    en="It is kept on this box and not shown again. It is in no backup.",
)
SHOPIFY_TRY = Text(es="Probar", en="Try it")
SHOPIFY_GOOD = Text(es="Shopify contesta: es {name}", en="Shopify answers: it is {name}")
SHOPIFY_PLACE = Text(es="¿Qué lugar es esta tienda?", en="Which place is this shop?")
SHOPIFY_TAX = Text(
    es="Impuesto que falta en los precios, en %", en="Tax that the prices lack, in %"
)
SHOPIFY_TAX_HINT = Text(
    es="Shopify guarda los precios sin impuesto. Sin este número no se muestra ninguno.",
    en="Shopify keeps prices without tax. Without this number none is shown.",
)
SHOPIFY_WILL = Text(
    es="El equipo se detiene unos segundos y lee todo de Shopify. Lo que vino de archivos deja de "
    "valer.",
    en="The box stops for some seconds and reads everything from Shopify. What came from files "
    "counts no more.",
)
SHOPIFY_KEEP = Text(es="Conectar", en="Connect")
SHOPIFY_OTHER = Text(es="Cambiar los datos", en="Change what was written")
SHOPIFY_IS = Text(es="Conectado con {shop}", en="Connected with {shop}")
SHOPIFY_IS_HOW = Text(
    es="Cómo va, lo dice la página Hoy.", en="How it stands, the page Today says."
)
SHOPIFY_END = Text(es="Desconectar", en="Disconnect")
SHOPIFY_END_HINT = Text(
    es="Después, los artículos vienen otra vez de archivos: hasta que importes uno, la tienda no "
    "tiene ninguno.",
    en="After that, articles come from files again: until you import one, the shop has none.",
)
SHOPIFY_FIXED = Text(
    es="Está escrito en config.toml, en [shopify], y se cambia allí.",
    en="It stands in config.toml under [shopify], and is changed there.",
)
SHOPIFY_CENTRAL = Text(
    es="En esta tienda, los artículos y precios vienen de una central. Para usar Shopify "
    "desconéctala antes en Conectar una central.",
    en="In this shop, articles and prices come from a central system. To use Shopify, disconnect "
    "that first in Connect a central system.",
)
SHOPIFY_REFUSED = Text(es="No se pudo conectar", en="It could not be connected")
SHOPIFY_NOT_NOW = Text(es="Prueba otra vez los datos", en="Try what you wrote again")
SHOPIFY_NOT_NOW_ADVICE = Text(
    es="Entre tanto el equipo empezó otra vez, o los probó otra persona.",
    en="Meanwhile the box began again, or somebody else tried theirs.",
)
SHOPIFY_FROM_IMPORT = Text(
    es="¿Tu catálogo está en Shopify? Conéctalo", en="Is your catalogue in Shopify? Connect it"
)

FAULTS: Mapping[str, Text] = {
    "shop": Text(
        es="La dirección no es de Shopify: escribe la que termina en myshopify.com.",
        en="The address is none of Shopify's: write the one that ends in myshopify.com.",
    ),
    "client_id": Text(
        es="El Client ID son letras y cifras: cópialo entero.",
        en="The Client ID is letters and digits: copy all of it.",
    ),
    "secret": Text(
        es="Falta el Secret, o no es uno: cópialo entero.",
        en="The Secret is missing, or is none: copy all of it.",
    ),
    "tax": Text(
        es="El impuesto es un número, como 16 o 10.5.", en="The tax is a number, like 16 or 10.5."
    ),
    "place": Text(es="Elige uno de los lugares.", en="Choose one of the places."),
    "refused": Text(
        es="Shopify no acepta esos datos, o la aplicación no está instalada o no puede leer "
        "bastante. Revísalos y prueba otra vez.",
        en="Shopify does not accept them, or the app is not installed or may not read enough. "
        "Check them and try again.",
    ),
    "away": Text(
        es="Shopify no contesta. ¿Tiene internet el equipo? Prueba otra vez.",
        en="Shopify does not answer. Has the box internet? Try again.",
    ),
    "unreadable": Text(
        es="La respuesta no se entiende. Enseña esto a quien administra el equipo.",
        en="The answer cannot be read. Show this to whoever runs the box.",
    ),
    "disk": Text(
        es="No se pudo guardar. Mira en Revisión si el disco está lleno.",
        en="It could not be kept. See in Check-up whether the disk is full.",
    ),
}
