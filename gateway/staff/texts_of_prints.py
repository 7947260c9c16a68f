"""The words of what is printed and hung up."""

from __future__ import annotations

from gateway.web.words import Text

PRINTS = Text(es="Para imprimir", en="To print")
PRINTS_LEAD = Text(
    es="Una tarjeta para el equipo, con la dirección de estas páginas, y un cartel para que los "
    "clientes se unan al wifi. Nada de lo que escribas aquí se guarda.",
    en="A card for the box, with the address of these pages, and a poster for shoppers to join the "
    "Wi-Fi. Nothing that you type here is kept.",
)
WIFI_NAME = Text(es="Nombre del wifi", en="Name of the Wi-Fi")
WIFI_PASSWORD = Text(es="Contraseña del wifi", en="Password of the Wi-Fi")
WIFI_HINT = Text(
    es="El de los clientes. Déjalo vacío si no hay; sin contraseña, si no la pide.",
    en="The one for shoppers. Leave it empty if there is none; no password if it asks for none.",
)
PRINTS_MAKE = Text(es="Preparar la hoja", en="Make the sheet")
PRINT_NOW = Text(
    es="Imprime esta página desde el navegador.", en="Print this page from the browser."
)
CARD_STAFF = Text(es="Páginas del personal", en="Pages for staff")
CARD_SHOPPERS = Text(es="Los códigos de las etiquetas llevan a", en="The codes on labels lead to")
POSTER_JOIN = Text(es="Únete a nuestro wifi", en="Join our Wi-Fi")
POSTER_JOIN_ADVICE = Text(
    es="Apunta aquí con la cámara del teléfono", en="Point your phone's camera here"
)
POSTER_SCAN = Text(
    es="Después, escanea cualquier etiqueta: verás precio, tallas y colores.",
    en="Then scan any label: you will see price, sizes and colours.",
)
POSTER_CODE = Text(es="Código para unirse al wifi", en="Code to join the Wi-Fi")
WIFI_WRONG_NAME = Text(
    es="El nombre de un wifi tiene de 1 a 32 caracteres.",
    en="A Wi-Fi's name has 1 to 32 characters.",
)
WIFI_WRONG_PASSWORD = Text(
    es="La contraseña de un wifi tiene de 8 a 63 letras, cifras o signos, sin acentos.",
    en="A Wi-Fi's password has 8 to 63 letters, figures or signs, without accents.",
)
