"""The words about notices to people and systems outside."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.web.words import Text

NOTICES = Text(es="Avisos hacia fuera", en="Notices out")
NOTICES_LEAD = Text(
    es="Quién se entera, fuera de la tienda, de que algo necesita a una persona. Se configura en "
    "config.toml.",
    en="Who outside the shop hears that something needs a person. It is set up in config.toml.",
)
NOTICES_NOBODY = Text(es="Nadie recibe avisos todavía", en="Nobody gets notices yet")
NOTICES_NOBODY_ADVICE = Text(
    es="Pide a quien administra el equipo que escriba un destino en [notices].",
    en="Ask whoever runs the box to write a receiver under [notices].",
)
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
