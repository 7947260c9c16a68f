"""What the staff site says about the health of labels, for one of them and for many at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.domain.health import Trouble
from gateway.web.words import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """A trouble in words: of one label, of many, and what to do."""

    tone: str
    one: Text
    many: Text
    advice: Text


COMPLAINTS: Mapping[str, Complaint] = {
    "label_battery": Complaint(
        tone="attention",
        one=Text(es="Pila baja: {what}", en="Battery low: {what}"),
        many=Text(es="{count} etiquetas con la pila baja", en="{count} labels with a low battery"),
        advice=Text(
            es="Cambia la pila antes de que se apague.",
            en="Change the battery before it goes out.",
        ),
    ),
    "label_weak": Complaint(
        tone="attention",
        one=Text(es="Señal débil: {what}", en="Weak signal: {what}"),
        many=Text(es="{count} etiquetas con señal débil", en="{count} labels with a weak signal"),
        advice=Text(
            es="Acerca un punto de acceso, o quita el metal que haya delante.",
            en="Bring an access point closer, or take away metal in front of it.",
        ),
    ),
    "label_silent": Complaint(
        tone="attention",
        one=Text(es="No se oye: {what}", en="Not heard: {what}"),
        many=Text(es="{count} etiquetas que no se oyen", en="{count} labels that are not heard"),
        advice=Text(
            es="Búscala. Si no reacciona, ponle una pila nueva.",
            en="Look for it. If it does not react, give it a new battery.",
        ),
    ),
    "label_failing": Complaint(
        tone="trouble",
        one=Text(es="No hay manera: {what}", en="Nothing helps: {what}"),
        many=Text(
            es="{count} etiquetas que fallan una y otra vez",
            en="{count} labels that fail again and again",
        ),
        advice=Text(
            es="Ya se probó todo lo que puede hacer el equipo. Cámbiala por otra.",
            en="All that the box can do was tried. Replace it.",
        ),
    ),
    "label_moving": Complaint(
        tone="attention",
        one=Text(
            es="Salta de un punto de acceso a otro: {what}",
            en="Goes to and fro between access points: {what}",
        ),
        many=Text(
            es="{count} etiquetas saltan de un punto de acceso a otro",
            en="{count} labels go to and fro between access points",
        ),
        advice=Text(
            es="Cada salto gasta pila. Separa los puntos de acceso o muévela.",
            en="Each time costs battery. Move the access points apart, or the label.",
        ),
    ),
    "label_foreign": Complaint(
        tone="trouble",
        one=Text(
            es="Otro sistema escribe en ella: {what}", en="Another system writes to it: {what}"
        ),
        many=Text(
            es="Otro sistema escribe en {count} etiquetas",
            en="Another system writes to {count} labels",
        ),
        advice=Text(
            es="No la tocamos hasta que llegue un cambio o pulses Enviar de nuevo. "
            "Apaga el otro sistema antes.",
            en="We leave it alone until something changes or you press Send again. "
            "Switch the other system off first.",
        ),
    ),
    "way_silent": Complaint(
        tone="trouble",
        one=Text(es="Un punto de acceso no responde: {what}", en="An access point is dead: {what}"),
        many=Text(
            es="Un punto de acceso no responde: {what}", en="An access point is dead: {what}"
        ),
        advice=Text(
            es="Revisa su corriente y su red. {count} etiquetas no se oyen por él.",
            en="Check its power and network. {count} labels are not heard through it.",
        ),
    ),
}

TROUBLES: Mapping[Trouble, Text] = {
    Trouble.BATTERY: Text(es="Pila baja", en="Battery low"),
    Trouble.WEAK: Text(es="Señal débil", en="Weak signal"),
    Trouble.SILENT: Text(es="No se oye", en="Not heard"),
    Trouble.LATE: Text(es="Tarda en confirmar", en="Late to confirm"),
    Trouble.FAILING: Text(es="Falla una y otra vez", en="Fails again and again"),
    Trouble.MOVING: Text(
        es="Salta de un punto de acceso a otro", en="Goes to and fro between access points"
    ),
    Trouble.FOREIGN: Text(es="Otro sistema escribe en ella", en="Another system writes to it"),
}
HEALTH = Text(es="Salud", en="Health")
HEALTHY = Text(es="Bien", en="Good")
AWAY = Text(es="Ahora no está en línea", en="Not online right now")
REACHED_OVER = Text(es="Se llega por", en="Reached over")
