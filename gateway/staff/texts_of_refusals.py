"""What the staff site says about rows that are not used: one text for each code of a refusal."""

from __future__ import annotations

from gateway.web.words import Text

WHERE = Text(es="Campo {path}.", en="Field {path}.")
WHERE_AND_WHAT = Text(es="Campo {path}, dice «{given}».", en="Field {path}, it says “{given}”.")
WHAT = Text(es="Dice «{given}».", en="It says “{given}”.")

OTHER = Text(es="La fila no cumple una regla.", en="The row breaks a rule.")
MISSING = Text(es="Falta un campo: escríbelo.", en="A field is missing: write it.")
NEGATIVE_AMOUNT = Text(
    es="El importe es negativo: escribe 0 o más.", en="The amount is negative: write 0 or more."
)
BAD_AMOUNT = Text(
    es="No es un importe: escríbelo entre comillas y con punto, como 19.90.",
    en="This is no amount: write it as text with a point, like 19.90.",
)
UNKNOWN_CURRENCY = Text(
    es="No es una moneda: escribe sus tres letras, como MXN o EUR.",
    en="This is no currency: write its three letters, like MXN or EUR.",
)
BAD_GTIN = Text(
    es="El código de barras no es correcto: escribe sus 14 cifras y revisa la última.",
    en="The barcode is not right: write all 14 digits and check the last one.",
)
BAD_TIME = Text(
    es="No es una fecha con hora y zona: escríbela como 2026-11-22T10:00:00-06:00.",
    en="This is no date with time and zone: write it like 2026-11-22T10:00:00-06:00.",
)
EMPTY_TIME = Text(
    es="La oferta termina antes de empezar: corrige sus fechas.",
    en="The offer ends before it begins: correct its dates.",
)
BAD_MULTIBUY = Text(
    es="Al precio por varios le falta un dato, o pagas tantos como llevas: revisa cuántos (n, m), "
    "cuánto cuestan o qué porcentaje.",
    en="The price for several lacks something, or as many are paid as are taken: check how many "
    "(n, m), what they cost or the percentage.",
)
BAD_PERCENT = Text(
    es="No es un porcentaje: escribe un número entre 1 y 100.",
    en="This is no percentage: write a number from 1 to 100.",
)
BAD_HOUR = Text(
    es="No es una hora: escríbela con cuatro cifras, como 09:30.",
    en="This is no time of day: write it with four digits, like 09:30.",
)
BAD_DATE = Text(
    es="No es una fecha: escríbela como 2026-12-25.",
    en="This is no date: write it like 2026-12-25.",
)
OUT_OF_RANGE = Text(
    es="El número es demasiado pequeño o demasiado grande: mira cuáles valen en docs/feed.md.",
    en="The number is too small or too large: see which may stand here in docs/feed.md.",
)
BAD_QUANTITY = Text(
    es="No es una cantidad: escribe un número, como 3.",
    en="This is no quantity: write a number, like 3.",
)
BAD_ID = Text(
    es="No es un identificador: usa de 1 a 64 letras sin acento, cifras, punto, "
    "guion o guion bajo.",
    en="This is no id: use 1 to 64 plain letters, digits, dots, hyphens or underscores.",
)
BAD_KEY = Text(
    es="La clave de la fila no es correcta: usa de 1 a 64 letras sin acento, cifras, punto, guion "
    "o guion bajo; en existencias, lugar/artículo.",
    en="The row's key is not right: use 1 to 64 plain letters, digits, dots, hyphens or "
    "underscores; for stock, place/article.",
)
BAD_HARDWARE = Text(
    es="dice de la etiqueta algo que no puede ser.",
    en="says something of the label that cannot be.",
)
BAD_TARGET = Text(
    es="El vínculo no dice a qué: escribe un artículo, o un grupo con o sin opciones fijas.",
    en="The binding does not say to what: write an article, or a group with or without fixed "
    "options.",
)
BAD_TEXT = Text(
    es="El texto está dañado: escríbelo de nuevo.", en="The text is damaged: write it again."
)
CONTROL_CHARACTER = Text(
    es="El texto tiene un salto de línea u otro carácter invisible: quítalo.",
    en="The text has a line break or another invisible character: remove it.",
)
TOO_LONG = Text(es="Es demasiado largo: acórtalo.", en="It is too long: shorten it.")
TOO_SHORT = Text(
    es="Está vacío: escribe al menos un valor.", en="It is empty: write at least one value."
)
NOT_ALLOWED = Text(
    es="No es ninguno de los valores que se pueden usar: elige uno de la lista en docs/feed.md.",
    en="This is none of the values that may stand here: choose one of the list in docs/feed.md.",
)
BAD_FORM = Text(
    es="No está escrito como se espera: mira cómo en docs/feed.md.",
    en="It is not written as expected: see how in docs/feed.md.",
)
NUMBER_AS_TEXT = Text(
    es="Este número se escribe entre comillas, como texto.", en="Send this number as text."
)
WRONG_TYPE = Text(
    es="Es de otro tipo (texto, número, lista): mira cuál en docs/feed.md.",
    en="It is of another type (text, number, list): see which in docs/feed.md.",
)
MEMBER_NAME = Text(
    es="El nombre de un campo tiene letras especiales: usa letras sin acento.",
    en="A field's name has special letters: use plain ones.",
)
UNKNOWN_KIND = Text(
    es="No hay filas de esa clase: corrige la clase donde se envía.",
    en="There are no rows of that kind: correct the kind where it is sent from.",
)
NOT_OWNER = Text(
    es="En esta tienda esos datos llegan de otro origen: no los envíes desde aquí, o cambia "
    "[sources] en la configuración.",
    en="In this shop such data comes from another source: do not send it from here, or change "
    "[sources] in the settings.",
)
TOO_MANY_ROWS = Text(
    es="Hay demasiados datos en la tienda: borra los que no necesita.",
    en="The shop has too much data: delete what it does not need.",
)
TOO_MANY_PLACES = Text(
    es="Hay demasiados lugares: envía juntas las existencias de los demás, en un lugar "
    "«elsewhere».",
    en="There are too many places: send the stock of the others together, in one place "
    "“elsewhere”.",
)
TOO_MANY_NEIGHBOURS = Text(
    es="Hay más de 12 tiendas vecinas: envía juntas las existencias del resto, en un lugar "
    "«elsewhere».",
    en="There are more than 12 neighbour shops: send the stock of the rest together, in one place "
    "“elsewhere”.",
)
