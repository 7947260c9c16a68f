"""In Spanish what ``gateway.broker.troubles`` says in English, by its kinds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_BY_ITSELF: Final = (
    "se sigue intentando solo; si no vuelve, mira si el bróker está en marcha y qué dice su "
    "registro"
)

SPANISH: Final[Mapping[str, tuple[str, str]]] = {
    "broke": (
        "la conexión se cortó sin decir nada: el bróker terminó o falló la red",
        _BY_ITSELF,
    ),
    "silent": (
        "no respondió a tiempo",
        "revisa host, port y tls en los ajustes, y si hay un cortafuegos en medio",
    ),
    "closed": (
        "cerró la conexión antes de responder",
        "revisa port y tls en los ajustes: así responde un puerto TLS sin tls",
    ),
    "closed_tls": (
        "cerró la conexión cifrada antes de responder",
        "revisa cert_file y key_file en los ajustes si pide saber quiénes somos, y su registro",
    ),
    "password": (
        "nuestro usuario o contraseña no es correcto",
        "revisa username y el texto de password_file, y la lista de usuarios del bróker",
    ),
    "unreadable": ("no pudo leer lo que enviamos", "mira el registro del bróker"),
    "version": (
        "no habla esta versión de MQTT",
        'pon protocol = "auto" en los ajustes',
    ),
    "client_id": (
        "no acepta nuestro identificador",
        "elige otro [shop] gateway en los ajustes",
    ),
    "forbidden": (
        "no nos deja hacer esto",
        "da a nuestro usuario los temas bajo topic_prefix en la lista de accesos del bróker",
    ),
    "not_ready": ("está, pero aún no listo", _BY_ITSELF),
    "busy": ("está ocupado", _BY_ITSELF),
    "banned": ("nos ha vetado", "quita en el bróker el veto a nuestro identificador"),
    "shutting_down": ("se está apagando", _BY_ITSELF),
    "quiet": (
        "no oyó nada nuestro en mucho tiempo",
        "mira la red y la carga de este equipo; se sigue intentando solo",
    ),
    "taken_over": (
        "otro programa usa nuestro identificador",
        "da a cada equipo Anaquel su propio [shop] gateway en los ajustes",
    ),
    "too_large": (
        "un mensaje era demasiado grande para él",
        "sube su límite (max_packet_size) a 1 MiB",
    ),
    "no_room": ("no le queda sitio para nosotros", "mira los límites en el bróker"),
    "ended": ("alguien cortó la conexión en el bróker", _BY_ITSELF),
    "host_unknown": (
        "no se conoce el nombre de su equipo",
        "revisa host en los ajustes y el servidor de nombres de este equipo",
    ),
    "refused": (
        "ahí no hay nada escuchando",
        "arranca el bróker, o revisa host y port en los ajustes",
    ),
    "no_way": ("no hay camino hasta él", "revisa la red de este equipo"),
    "file": (
        "no se puede leer un archivo que hace falta para conectar",
        "revisa password_file, ca_file, cert_file y key_file en los ajustes, y quién puede leerlos",
    ),
    "untrusted": (
        "su certificado no es de confianza",
        "revisa host y ca_file en los ajustes, y el reloj de este equipo",
    ),
    "no_tls": ("no se pudo cifrar la conexión (TLS)", "revisa tls y port en los ajustes"),
    "other": ("respondió algo que no conocemos", _BY_ITSELF),
}
"""Why it is away, and what to do."""


def sentence(text: str) -> str:
    """The same, with a capital and a full stop."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"
