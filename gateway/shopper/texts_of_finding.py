"""What the shopper reads who looks for an article without a label, in every language."""

from __future__ import annotations

from gateway.web.words import Text

SEARCH = Text(es="Busca un artículo", en="Find an article")
SEARCH_HINT = Text(
    es="Su nombre, marca, color o talla. También vale el código de barras, el número de artículo o "
    "los 6 caracteres de la etiqueta.",
    en="Its name, brand, colour or size. The barcode, the article number or the 6 characters on "
    "the label will do, too.",
)
SEARCH_GO = Text(es="Buscar", en="Search")
CATEGORIES = Text(es="O mira por categoría", en="Or look by category")
NOT_FOUND_ADVICE = Text(
    es="Prueba con menos palabras o con otras: basta el nombre o la marca. O enséñaselo al "
    "personal y te ayudamos.",
    en="Try fewer words, or others: the name or the brand will do. Or ask our staff and we will "
    "help you.",
)
ONE_FOUND = Text(es="1 artículo", en="1 article")
SEVERAL_FOUND = Text(es="{number} artículos", en="{number} articles")
MORE_THAN = Text(
    es="Más de {number} artículos: añade una palabra", en="Over {number} articles: add a word"
)
NOT_ALL_WORDS = Text(
    es="Nada lleva todas esas palabras. Esto es lo más parecido.",
    en="Nothing has all of these words. This comes closest.",
)
BEFORE = Text(es="Anteriores", en="Previous")
AFTER = Text(es="Siguientes", en="Next")
PAGE_OF = Text(es="Página {page} de {pages}", en="Page {page} of {pages}")
PAGES = Text(es="Páginas", en="Pages")

# A screen that stands in the shop.
KIOSK_WELCOME = Text(es="Pasa un código de barras", en="Scan a barcode")
KIOSK_WELCOME_ADVICE = Text(
    es="Acerca al lector el artículo o la etiqueta del estante: verás el precio, las tallas y los "
    "colores, aquí y en nuestras otras tiendas.",
    en="Hold the article or its shelf label in front of the scanner: you will see the price, the "
    "sizes and the colours, here and in our other shops.",
)
