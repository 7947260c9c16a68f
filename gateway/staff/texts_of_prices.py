"""What the staff site says of prices on labels, in both languages."""

from __future__ import annotations

from gateway.web.words import Text

PRODUCT_UNKNOWN = Text(es="No hay ningún artículo {product}", en="There is no article {product}")
PRODUCT_UNKNOWN_ADVICE = Text(
    es="Busca su número en el catálogo; quizá ya no se vende.",
    en="Look its number up in the catalogue; perhaps it is not sold any more.",
)
REASON_MISSING = Text(es="Falta el motivo", en="The reason is missing")
REASON_MISSING_ADVICE = Text(
    es="Escribe en una línea qué está mal; el precio sigue puesto.",
    en="Write in one line what is wrong; the price is still there.",
)
WITHDRAW_PRICE = Text(es="Quitar el precio ya", en="Take the price off now")
WITHDRAW_HINT = Text(
    es="Todas las etiquetas de este artículo y la página del cliente dirán «Precio en caja», hasta "
    "que llegue otro precio o lo vuelvas a poner.",
    en="All labels of this article and the shoppers' page will say “price at the till”, until "
    "another price comes or you put it back.",
)
WITHDRAW_REASON = Text(es="¿Qué está mal?", en="What is wrong?")
WITHDRAW_REASON_HINT = Text(es="En caja cobra otro precio", en="The till charges another price")
DID_WITHDRAW = Text(
    es="Precio quitado. Las etiquetas cambian primero que todo lo demás.",
    en="The price is off. Its labels change before all others.",
)
DID_PUT_BACK = Text(es="El precio se muestra otra vez.", en="The price is shown again.")
PRICE_WITHDRAWN = Text(
    es="Precio en caja: {by} lo quitó {ago}", en="Price at the till: {by} took it off {ago}"
)
PRICE_WITHDRAWN_ADVICE = Text(
    es="{reason}. Vuelve con el próximo precio de la central, o con el botón de abajo.",
    en="{reason}. It comes back with the next price from central, or with the button below.",
)
PRICE_HELD = Text(
    es="Llegó otro precio y espera una decisión", en="Another price came and awaits a decision"
)
PRICE_HELD_ADVICE = Text(
    es="Hasta entonces vale el último bueno. Decide un encargado, o la central.",
    en="Until then the last good one is in force. A manager decides, or central.",
)
PRICE_REFUSED = Text(
    es="Llegó otro precio que no se puede usar", en="Another price came that cannot be used"
)
PRICE_REFUSED_ADVICE = Text(
    es="Vale el último bueno. Quien envía los precios tiene que corregirlo.",
    en="The last good one is in force. Whoever sends the prices has to put it right.",
)
SEE_HELD = Text(es="Ver el precio nuevo", en="See the new price")
PRICE_BACK = Text(es="Volver a mostrar el precio", en="Show the price again")
AT_THE_TILL = Text(es="Precio en caja", en="Price at the till")
PROOF_WITHDRAWN = Text(es="Precio quitado", en="Price taken off")
PROOF_BACK = Text(es="Precio de vuelta", en="Price back")
NEW_PRICE = Text(es="llegó otro precio", en="another price came")
TASK_WITHDRAWN = Text(es="{what}: el precio está quitado", en="{what}: the price is off the shelf")
TASK_WITHDRAWN_WHY = Text(es="{by}: {reason}", en="{by}: {reason}")
TASK_WITHDRAWN_ADVICE = Text(
    es="Pide a la central que mande el precio correcto; entonces vuelve solo.",
    en="Ask central to send the right price; then it comes back by itself.",
)
