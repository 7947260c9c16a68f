"""What the staff site says of prices on labels, in both languages."""

from __future__ import annotations

from gateway.web.words import Text

PRODUCT_UNKNOWN = Text(es="No hay ningún artículo {product}", en="There is no article {product}")
PRODUCT_UNKNOWN_ADVICE = Text(
    es="Busca su número en el catálogo; quizá ya no se vende.",
    en="Look its number up in the catalogue; perhaps it is not sold any more.",
)
