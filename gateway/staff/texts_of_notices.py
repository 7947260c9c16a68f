"""The words about notices to people and systems outside."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.web.words import Text

NOTICES = Text(es="Avisos hacia fuera", en="Notices out")
NOTICES_LEAD = Text(
    es="Quién se entera, fuera de la tienda, de que algo necesita a una persona.",
    en="Who outside the shop hears that something needs a person.",
)
NOTICES_NOBODY = Text(es="Nadie recibe avisos todavía", en="Nobody gets notices yet")
NOTICES_NOBODY_ADVICE = Text(
    es="Añade abajo un chat, un correo o un sistema.",
    en="Add a chat, an e-mail address or a system below.",
)
NOTICE_ADD = Text(es="Avisar también a", en="Tell somebody else too")
NOTICE_FORMAT = Text(es="Por dónde", en="By which way")
NOTICE_NAME = Text(es="Nombre corto, como gerencia", en="A short name, like manager")
NOTICE_ADDRESS = Text(
    es="Dirección: la del webhook (https://…), o la de correo",
    en="Address: that of the webhook (https://…), or an e-mail address",
)
NOTICE_ADDRESS_HINT = Text(
    es="Se guarda en este equipo y no se vuelve a mostrar: quien conoce la de un chat puede "
    "escribir allí.",
    en="It is kept on this box and not shown again: who knows that of a chat may write there.",
)
NOTICE_SECRET = Text(
    es="Secreto, solo para Standard Webhooks: whsec_…",
    en="Secret, for Standard Webhooks only: whsec_…",
)
NOTICE_ABOUT = Text(es="De qué", en="About what")
NOTICE_ABOUT_TASK = Text(es="tareas que necesitan a alguien", en="tasks that need somebody")
NOTICE_ABOUT_OUTAGE = Text(
    es="cortes: central, etiquetas, el equipo", en="outages: central, labels, the box"
)
NOTICE_ABOUT_SUMMARY = Text(es="resumen de la semana", en="summary of the week")
NOTICE_DO_ADD = Text(es="Añadir", en="Add")
NOTICE_AGAIN = Text(
    es="El equipo empieza de nuevo y tarda unos segundos. Después envía una prueba.",
    en="The box begins again, which takes some seconds. Send a test then.",
)
NOTICE_REMOVE = Text(es="Quitar", en="Remove")
NOTICE_REMOVE_OF = Text(es="Quitar {name}", en="Remove {name}")
NOTICE_SERVER = Text(es="Servidor de correo", en="Mail server")
NOTICE_SERVER_IS = Text(
    es="El correo sale por {host}, de {sender}.", en="Mail goes out by {host}, from {sender}."
)
NOTICE_SERVER_FIXED = Text(
    es="Está escrito en config.toml y se cambia allí.",
    en="It stands in config.toml and is changed there.",
)
NOTICE_HOST = Text(es="Servidor (SMTP)", en="Server (SMTP)")
NOTICE_PORT = Text(es="Puerto", en="Port")
NOTICE_ENCRYPTION = Text(es="Cifrado", en="Encryption")
NOTICE_STARTTLS = Text(es="STARTTLS, casi siempre en el 587", en="STARTTLS, mostly on 587")
NOTICE_TLS = Text(es="TLS, casi siempre en el 465", en="TLS, mostly on 465")
NOTICE_USER = Text(es="Usuario", en="User name")
NOTICE_PASSWORD = Text(es="Contraseña", en="Password")
NOTICE_SENDER = Text(es="Remitente", en="Sender")
NOTICE_SERVER_WRITE = Text(
    es="Escribir el servidor, para avisar por correo", en="Write the server, to tell by e-mail"
)
NOTICE_SERVER_SAVE = Text(es="Guardar el servidor", en="Save the server")
FORMATS: Mapping[str, Text] = {
    "slack": Text(es="Slack", en="Slack"),
    "teams": Text(es="Microsoft Teams", en="Microsoft Teams"),
    "google_chat": Text(es="Google Chat", en="Google Chat"),
    "mattermost": Text(es="Mattermost", en="Mattermost"),
    "discord": Text(es="Discord", en="Discord"),
    "mail": Text(es="Correo electrónico", en="E-mail"),
    "standard": Text(
        es="Otro sistema (Standard Webhooks)", en="Another system (Standard Webhooks)"
    ),
}
FAULTS: Mapping[str, Text] = {
    "name": Text(
        es="El nombre son de 1 a 64 letras sin acento, cifras, puntos y guiones.",
        en="The name is 1 to 64 plain letters, digits, dots and hyphens.",
    ),
    "taken": Text(
        es="Ya hay uno con ese nombre: elige otro, o quita antes aquel.",
        en="There is one of that name: choose another, or remove that one first.",
    ),
    "about": Text(es="Elige de qué se avisa.", en="Choose what is told."),
    "address": Text(
        es="La dirección empieza por https:// y está fuera de la tienda: cópiala entera.",
        en="The address begins with https:// and is outside the shop: copy all of it.",
    ),
    "email": Text(
        es="La dirección de correo no se entiende: escribe solo la dirección, como "
        "tienda@ejemplo.com.",
        en="The e-mail address cannot be read: write the address alone, like shop@example.com.",
    ),
    "secret": Text(
        es="El secreto es whsec_ y de 24 a 64 bytes en base64, como lo da el otro sistema.",
        en="The secret is whsec_ and 24 to 64 bytes in base64, as the other system gives it.",
    ),
    "format": Text(es="Elige por dónde se avisa.", en="Choose by which way it is told."),
    "many": Text(
        es="Ya hay 20: quita uno antes de añadir otro.",
        en="There are 20 already: remove one before you add another.",
    ),
    "no_server": Text(
        es="Antes hace falta un servidor de correo: escríbelo abajo.",
        en="A mail server is needed first: write it below.",
    ),
    "server": Text(
        es="Falta el servidor, o su puerto no es un número de 1 a 65535.",
        en="The server is missing, or its port is no number from 1 to 65535.",
    ),
    "password": Text(
        es="Usuario y contraseña van juntos: escribe los dos, o ninguno.",
        en="User name and password belong together: write both, or neither.",
    ),
    "disk": Text(
        es="No se pudo guardar. Mira en Revisión si el disco está lleno.",
        en="It could not be kept. See in Check-up whether the disk is full.",
    ),
}
NOTICE_TO = Text(es="Destino", en="Receiver")
NOTICE_HOW = Text(es="Estado", en="State")
NOTICE_TEST = Text(es="Enviar una prueba", en="Send a test")
NOTICE_TEST_TO = Text(es="Enviar una prueba a {name}", en="Send a test to {name}")
NOTICE_TESTED = Text(
    es="La prueba sale enseguida. Mira si llega a su destino.",
    en="The test goes out right away. See whether it arrives.",
)
NOTICE_NEVER = Text(es="Todavía no se ha enviado nada", en="Nothing was sent yet")
NOTICE_GOOD = Text(es="El último llegó", en="The last one arrived")
NOTICE_NOT = Text(es="No llegan", en="They do not arrive")
NOTICE_CLOSED = Text(es="No quiere más avisos", en="Wants no more notices")
NOTICE_CLOSED_ADVICE = Text(
    es="Ese destino contestó que ya no existe. Corrige su dirección y envía una prueba: entonces "
    "vuelve a recibir.",
    en="That receiver answered that it is gone. Correct its address and send a test: then it gets "
    "notices again.",
)
NOTICE_WAITING = Text(es="En espera: {count}", en="Waiting: {count}")
NOTICE_GONE = Text(es="Ese destino ya no está", en="That receiver is gone")
NOTICE_GONE_ADVICE = Text(
    es="Vuelve a abrir la página y elige otro.", en="Open the page again and choose another."
)

TROUBLES: Mapping[str, Text] = {
    "file_unreadable": Text(
        es="No se puede leer un archivo suyo (dirección, secreto o certificado). Revisa su ruta y "
        "sus permisos.",
        en="A file of it (address, secret or certificate) cannot be read. Check its path and "
        "rights.",
    ),
    "secret_refused": Text(
        es="El secreto no sirve. Debe ser whsec_ y de 24 a 64 bytes en base64.",
        en="The secret is no good. It must be whsec_ and 24 to 64 bytes in base64.",
    ),
    "address_refused": Text(
        es="La dirección no sirve. Debe empezar por https y estar fuera de la tienda, o tener "
        "private = true.",
        en="The address is no good. It must begin with https and be outside the shop, or have "
        "private = true.",
    ),
    "address_inside": Text(
        es="Su nombre lleva a la red de la tienda. Si es lo que quieres, escribe private = true.",
        en="Its name leads into the shop's network. If that is meant, write private = true.",
    ),
    "name_unknown": Text(
        es="Nadie conoce ese nombre, o no hay internet.",
        en="Nobody knows that name, or there is no internet.",
    ),
    "no_connection": Text(
        es="No se puede conectar. Revisa el puerto, y que el otro equipo esté en marcha.",
        en="No connection can be made. Check the port, and that the other machine runs.",
    ),
    "no_answer": Text(es="No contesta.", en="It does not answer."),
    "tls": Text(
        es="Su certificado no es de fiar, o no cifra. Revisa ca_file y encryption.",
        en="Its certificate is not trusted, or it does not encrypt. Check ca_file and encryption.",
    ),
    "password": Text(
        es="No acepta el usuario o la contraseña.", en="It does not accept the user or password."
    ),
}
TROUBLE_CODE = Text(
    es="Contesta {code}. Revisa su dirección, y si acepta mensajes de esta tienda.",
    en="It answers {code}. Check its address, and whether it takes messages from this shop.",
)

TASK_NOTICE_FAILED = Text(es="No llegan los avisos a {what}", en="Notices do not reach {what}")
TASK_NOTICE_FAILED_ADVICE = Text(
    es="Corrige lo que se nombra y envía una prueba desde la página de avisos.",
    en="Correct what is named and send a test from the page of notices.",
)


def why(code: str, language: str) -> str:
    """A trouble in words."""
    said = TROUBLES.get(code)
    if said is not None:
        return said.say(language)
    return TROUBLE_CODE.say(language, code=code.replace("_", " ").upper())
