"""Everything the shopper reads, in every language of the site."""

from __future__ import annotations

from gateway.web.words import Text

# The short word in a cell, and the whole sentence.
HERE = Text(es="Sí", en="Yes")
LAST = Text(es="Última", en="Last one")
NONE = Text(es="No hay", en="None")
UNKNOWN = Text(es="Pregunta", en="Ask us")
ELSEWHERE = Text(es="En otra", en="Other")
ONLINE = Text(es="En línea", en="Online")
WITHDRAWN = Text(es="No se vende", en="Not sold")

HERE_LONG = Text(es="hay en esta tienda", en="in this shop")
LAST_LONG = Text(es="queda 1 en esta tienda", en="1 left in this shop")
NONE_LONG = Text(es="no hay", en="none left")
UNKNOWN_LONG = Text(es="pregunta si hay", en="please ask whether we have it")
ELSEWHERE_LONG = Text(es="hay en otra tienda", en="in another shop")
ONLINE_LONG = Text(es="hay en línea", en="available online")
WITHDRAWN_LONG = Text(es="no se vende", en="not sold")

# The answer about the chosen variant.
ANSWER_HERE = Text(es="{what}: sí", en="{what}: yes")
ANSWER_LAST = Text(es="{what}: queda 1", en="{what}: 1 left")
ANSWER_NONE = Text(es="{what}: no", en="{what}: no")
ANSWER_UNKNOWN = Text(es="{what}: no lo sabemos", en="{what}: we do not know")
IN_THIS_SHOP = Text(es="En esta tienda", en="In this shop")
VALUE_IN_THIS_SHOP = Text(es="{axis} {value} en esta tienda", en="{axis} {value} in this shop")
LAST_ADVICE = Text(
    es="Pregunta al personal: puede estar en otras manos.",
    en="Ask our staff: somebody else may be holding it.",
)
UNKNOWN_ADVICE = Text(es="Pregunta al personal: lo miramos.", en="Ask our staff: we will check.")
NONE_ADVICE = Text(
    es="Tampoco hay en nuestras otras tiendas.", en="Our other shops do not have it either."
)
ALONE_ADVICE = Text(es="Pregunta al personal cuándo llega.", en="Ask our staff when it comes in.")
ELSEWHERE_ADVICE = Text(es="Hay en {places}.", en="Available at {places}.")

RECALLED = Text(es="Retirado de la venta", en="Recalled")
RECALLED_ADVICE = Text(
    es="No lo compres ni lo uses. Si lo tienes en la mano, entrégalo al personal.",
    en="Do not buy or use it. If you are holding one, please hand it to our staff.",
)
BLOCKED = Text(es="No se vende por ahora", en="Not for sale at the moment")
BLOCKED_ADVICE = Text(
    es="Pregunta al personal qué puedes llevarte en su lugar.",
    en="Ask our staff what you could take instead.",
)
PRICE_AT_THE_TILL = Text(es="Precio en caja", en="Price at the till")
PRICE_AT_THE_TILL_ADVICE = Text(
    es="Estamos corrigiendo el precio. En caja te lo dicen.",
    en="We are correcting the price. Our staff at the till will tell you.",
)
NO_PRICE = Text(es="Precio: pregunta al personal", en="Price: please ask our staff")
FROM = Text(es="desde", en="from")
BEFORE = Text(es="antes", en="was")
SALE = Text(es="Oferta", en="Sale")
CLEARANCE = Text(es="Liquidación", en="Clearance")
LOYALTY = Text(es="{price} para socios", en="{price} for members")
LOYALTY_OF = Text(es="{price} para socios de {program}", en="{price} for members of {program}")
LOYALTY_SEVERAL = Text(es="Para socios: {terms}", en="For members: {terms}")
LOYALTY_SEVERAL_OF = Text(
    es="Para socios de {program}: {terms}", en="For members of {program}: {terms}"
)
UNIT_PRICE = Text(es="{price} por {per}", en="{price} per {per}")
TAX_EXCLUDED = Text(es="Impuestos no incluidos", en="Taxes not included")
AS_OF = Text(es="Existencias a las {time}", en="Stock as of {time}")
AS_OF_AGO = Text(es="Existencias actualizadas {ago}", en="Stock updated {ago}")

# The choices.
SIZE = Text(es="Talla", en="Size")
COLOR = Text(es="Color", en="Colour")
VARIANT = Text(es="Variante", en="Variant")
YOUR_SIZE = Text(es="¿Tu talla en esta tienda?", en="Your size in this shop?")
WHICH_HERE = Text(es="¿Qué hay en esta tienda?", en="What is in this shop?")
ONE_VALUE = Text(es="Única", en="One size")
ALL_SIZES_AND_COLORS = Text(es="Todas las tallas y colores", en="All sizes and colours")
ALL_VARIANTS = Text(es="Todas las variantes", en="All variants")
NOT_MADE = Text(es="no se hace", en="not made")
VALUE_IN_OTHER_PLACES = Text(
    es="{axis} {value} en otras tiendas", en="{axis} {value} in other shops"
)
OTHER_PLACES = Text(es="En otras tiendas", en="In other shops")
ONLINE_SHOP = Text(es="Tienda en línea", en="Online shop")
OUR_ONLINE_SHOP = Text(es="la tienda en línea", en="our online shop")
ABOUT = Text(es="Sobre este artículo", en="About this article")
ARTICLE_NUMBER = Text(es="Artículo {number}", en="Article {number}")

# Pages without an article.
WELCOME = Text(es="Escanea una etiqueta", en="Scan a label")
WELCOME_ADVICE = Text(
    es="Apunta con la cámara al código de cualquier etiqueta del estante: verás el precio, las "
    "tallas y los colores, aquí y en nuestras otras tiendas.",
    en="Point your camera at the code on any shelf label: you will see the price, the sizes and "
    "the colours, here and in our other shops.",
)
WELCOME_PRIVACY = Text(
    es="Sin aplicación, sin registro y sin cookies.", en="No app, no sign-in, no cookies."
)
TRY_WORKS = Text(es="Funciona", en="It works")
TRY_WORKS_ADVICE = Text(
    es="Los códigos de las etiquetas llevan a esta tienda. Mira la otra pantalla.",
    en="The codes on the labels lead to this shop. Look at the other screen.",
)
NOT_FOUND = Text(es="No encontramos «{code}»", en="We did not find “{code}”")
NOT_FOUND_ADVICE = Text(
    es="Revisa que esté completo: del código de barras, todas sus cifras; de la etiqueta, sus 6 "
    "caracteres. Si está bien, enséñaselo al personal y te ayudamos.",
    en="Check that it is complete: every digit of the barcode, all 6 characters of the label. If "
    "it is, show it to our staff and we will help you.",
)
BAD_GTIN = Text(es="No pudimos leer este código", en="We could not read this code")
BAD_GTIN_ADVICE = Text(
    es="Escanéalo otra vez o pregunta al personal.",
    en="Scan it again or ask our staff.",
)
BAD_LINK = Text(es="Este enlace no está bien hecho", en="This link is not made right")
BAD_LINK_ADVICE = Text(
    es="Escanea la etiqueta otra vez o pregunta al personal. ({code})",
    en="Scan the label again or ask our staff. ({code})",
)
NO_LINK = Text(es="Aquí no hay nada de eso", en="There is nothing of that here")
NO_LINK_ADVICE = Text(
    es="De este artículo tenemos su página: quita linkType de la dirección.",
    en="Of this article we have its page: take linkType out of the address.",
)
UNKNOWN_ARTICLE = Text(es="No conocemos este artículo", en="We do not know this article")
UNKNOWN_ARTICLE_ADVICE = Text(
    es="Puede que no sea de esta tienda. Enséñaselo al personal y te ayudamos.",
    en="It may not be from this shop. Show it to our staff and we will help you.",
)
CONFLICT = Text(
    es="Este código está en más de un artículo", en="This code is on more than one article"
)
CONFLICT_ADVICE = Text(
    es="No queremos adivinar cuál tienes. Enséñaselo al personal: te dice el precio y lo corrige.",
    en="We would rather not guess which one you have. Show it to our staff: they tell you the "
    "price and put it right.",
)
UNBOUND_LABEL = Text(es="Esta etiqueta no tiene artículo", en="This label has no article")
UNBOUND_LABEL_ADVICE = Text(
    es="Dile al personal su código, {code}, y te ayudamos con el artículo que está encima.",
    en="Tell our staff its code, {code}, and we will help you with the article above it.",
)
BAD_LABEL = Text(es="Este no es un código de etiqueta", en="This is not a label code")
BAD_LABEL_ADVICE = Text(
    es="El código de una etiqueta tiene 6 letras o cifras. Escanéalo otra vez.",
    en="A label code has 6 letters or digits. Scan it again.",
)
