"""The words of the page on which a central system is connected."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.web.words import Text

CENTRAL_PAGE = Text(es="Conectar una central", en="Connect a central system")
CENTRAL_LEAD = Text(
    es="Artículos, precios y existencias llegan de la central por MQTT, y lo que pasa en la tienda "
    "sube allí. Los datos te los da quien lleva la central.",
    en="Articles, prices and stock come from the central system over MQTT, and what happens in the "
    "shop goes up there. Whoever runs central gives you what follows.",
)
CENTRAL_ADDRESS = Text(es="Dirección del bróker", en="Address of the broker")
CENTRAL_ADDRESS_HINT = Text(
    es="Como mqtt.ejemplo.com. El puerto solo si no es el de siempre.",
    en="Like mqtt.example.com. The port only if it is not the usual one.",
)
CENTRAL_TLS = Text(es="Cifrado (TLS)", en="Encrypted (TLS)")
CENTRAL_USER = Text(es="Usuario", en="User name")
CENTRAL_PASSWORD = Text(es="Contraseña", en="Password")
CENTRAL_PASSWORD_HINT = Text(
    es="Se guarda en este equipo y no se vuelve a mostrar. No está en las copias de seguridad.",
    en="It is kept on this box and not shown again. It is in no backup.",
)
CENTRAL_STORE = Text(es="Número de esta tienda en la central", en="What central calls this shop")
CENTRAL_STORE_HINT = Text(
    es="Tal como lo escribe la central: s042 y S042 son dos tiendas.",
    en="Just as central writes it: s042 and S042 are two shops.",
)
CENTRAL_GATEWAY = Text(es="Nombre de este equipo", en="Name of this box")
CENTRAL_GATEWAY_HINT = Text(
    es="Ningún otro equipo lo lleva en la central: dos iguales se echarían uno a otro.",
    en="No other box at central has it: two of a name would throw each other out.",
)
CENTRAL_SAME = Text(
    es="Este equipo ya tiene artículos o etiquetas: sigue siendo la tienda {store}, equipo "
    "{gateway}.",
    en="This box has articles or labels already: it stays the shop {store}, box {gateway}.",
)
CENTRAL_MORE = Text(es="Certificado y temas propios", en="Certificate and topics of your own")
CENTRAL_AUTHORITY = Text(
    es="Certificado en que confiar (PEM), si no es de una autoridad pública",
    en="Certificate to trust (PEM), if it is not of a public authority",
)
CENTRAL_PREFIX = Text(
    es="Comienzo de los temas, si no es {prefix}",
    en="What topics begin with, if it is not {prefix}",
)
CENTRAL_TRY = Text(es="Probar", en="Try it")
CENTRAL_GOOD = Text(es="El bróker de la central nos acepta", en="Central's broker takes us in")
CENTRAL_WILL = Text(
    es="El equipo se detiene unos segundos y lee todo de la central. Lo que vino de archivos deja "
    "de valer.",
    en="The box stops for some seconds and reads everything from central. What came from files "
    "counts no more.",
)
CENTRAL_KEEP = Text(es="Conectar", en="Connect")
CENTRAL_OTHER = Text(es="Cambiar los datos", en="Change what was written")
CENTRAL_IS = Text(es="Conectado con {host}", en="Connected with {host}")
CENTRAL_IS_HOW = Text(
    es="Tienda {store}, equipo {gateway}. Cómo va, lo dice la página Hoy.",
    en="Shop {store}, box {gateway}. How it stands, the page Today says.",
)
CENTRAL_END = Text(es="Desconectar", en="Disconnect")
CENTRAL_END_HINT = Text(
    es="Después, los artículos vienen otra vez de archivos: hasta que importes uno, la tienda no "
    "tiene ninguno. El equipo vuelve a ser el que dice config.toml.",
    en="After that, articles come from files again: until you import one, the shop has none. The "
    "box is again who config.toml says.",
)
CENTRAL_FIXED = Text(
    es="Está escrito en config.toml, en [central], y se cambia allí.",
    en="It stands in config.toml under [central], and is changed there.",
)
CENTRAL_SHOPIFY = Text(
    es="Los artículos vienen de Shopify. Desconéctalo antes.",
    en="Articles come from Shopify. Disconnect that first.",
)
CENTRAL_REFUSED = Text(es="No se pudo conectar", en="It could not be connected")
CENTRAL_NOT_NOW = Text(es="Prueba otra vez los datos", en="Try what you wrote again")
CENTRAL_NOT_NOW_ADVICE = Text(
    es="Entre tanto el equipo empezó otra vez, o los probó otra persona.",
    en="Meanwhile the box began again, or somebody else tried theirs.",
)
CENTRAL_FROM_IMPORT = Text(
    es="¿Tu empresa tiene una central? Conéctala",
    en="Has your company a central system? Connect it",
)

FAULTS: Mapping[str, Text] = {
    "address": Text(
        es="La dirección no se entiende: escribe un nombre como mqtt.ejemplo.com, con :8883 si "
        "hace falta.",
        en="The address cannot be read: write a name like mqtt.example.com, with :8883 if need be.",
    ),
    "username": Text(
        es="Falta el usuario, o tiene signos que no se ven.",
        en="The user name is missing, or has characters that cannot be seen.",
    ),
    "password": Text(
        es="La contraseña tiene signos que no se ven, o más de 200: cópiala otra vez.",
        en="The password has characters that cannot be seen, or more than 200: copy it again.",
    ),
    "authority": Text(
        es="Esto no es un certificado en PEM: cópialo entero, desde BEGIN hasta END.",
        en="This is no certificate in PEM: copy all of it, from BEGIN to END.",
    ),
    "store": Text(
        es="El número de la tienda son de 1 a 64 letras sin acento, cifras, puntos y guiones.",
        en="What central calls the shop is 1 to 64 plain letters, digits, dots and hyphens.",
    ),
    "gateway": Text(
        es="El nombre del equipo son de 1 a 64 letras sin acento, cifras, puntos y guiones.",
        en="The name of the box is 1 to 64 plain letters, digits, dots and hyphens.",
    ),
    "prefix": Text(
        es="El comienzo de los temas son palabras con / entre ellas, como anaquel/v1.",
        en="What topics begin with is words with / between them, like anaquel/v1.",
    ),
    "other_shop": Text(
        es="Este equipo ya tiene artículos o etiquetas de otra tienda. Usa un equipo nuevo, o pide "
        "a la central que lo llame como hasta ahora.",
        en="This box has articles or labels of another shop. Use a new box, or ask central to call "
        "it as it was called.",
    ),
    "away": Text(
        es="El bróker no contesta. Mira la dirección, y si el equipo tiene internet.",
        en="The broker does not answer. See whether the address is right and the box has internet.",
    ),
    "disk": Text(
        es="No se pudo guardar. Mira en Revisión si el disco está lleno.",
        en="It could not be kept. See in Check-up whether the disk is full.",
    ),
}
