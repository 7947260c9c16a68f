"""What the staff site says of what shoppers ask for."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.domain.requests import Deed, State
from gateway.web.words import Text

REQUESTS = Text(es="Clientes", en="Shoppers")
REQUESTS_WAIT_ONE = Text(es="Un cliente espera", en="A shopper is waiting")
REQUESTS_WAIT = Text(es="{count} clientes esperan", en="{count} shoppers are waiting")
REQUESTS_ALL = Text(es="Pedidos de clientes y código de hoy", en="Shoppers' requests, today's code")
REQUESTS_NONE = Text(es="Nadie espera nada", en="Nobody is waiting")
REQUESTS_NONE_ADVICE = Text(
    es="Cuando un cliente pida algo desde su teléfono, aparece aquí y suena.",
    en="When a shopper asks for something on their phone it appears here, with a sound.",
)
REQUESTS_OVER = Text(es="Terminados", en="Over")
REQUESTS_CLOSED = Text(
    es="En los ajustes de la tienda no se trae ni se aparta nada.",
    en="By the shop's settings nothing is brought or held.",
)
REQUEST_BRING = Text(es="Llevar: {what}", en="Bring: {what}")
REQUEST_HOLD = Text(es="Apartar: {what}", en="Hold: {what}")
REQUEST_COLLECT = Text(es="Apartado: {what}", en="Held: {what}")
REQUEST_BACK = Text(es="Devolver a su lugar: {what}", en="Put back: {what}")
REQUEST_TO = Text(es="Lugar: {place}", en="To: {place}")
REQUEST_HERE = Text(es="junto a la etiqueta {code}", en="at the label {code}")
REQUEST_FITTING = Text(es="probadores", en="fitting rooms")
REQUEST_FROM = Text(es="Está en: {zone}", en="It is in: {zone}")
REQUEST_CODE = Text(es="Código del cliente: {code}", en="The shopper's code: {code}")
REQUEST_UNTIL = Text(es="Hasta {until}", en="Until {until}")
REQUEST_UNCONFIRMED = Text(
    es="Todavía sin confirmar: acéptalo solo si lo tienes.",
    en="Not confirmed yet: accept it only if you have it.",
)
REQUEST_ASKS_CENTRAL = Text(
    es="Se pregunta a la central si se puede apartar.",
    en="Central is being asked whether it can be held.",
)
REQUEST_CODE_TOO = Text(
    es="Entrégalo a quien diga este código.", en="Hand it to whoever says this code."
)
REQUEST_LATE = Text(es="Nadie lo ha visto", en="Nobody has seen it")
REQUEST_TOO_LATE = Text(
    es="Nadie lo ha visto: al cliente se le dijo que pregunte en el mostrador",
    en="Nobody has seen it: the shopper was told to ask at the counter",
)
REQUEST_LABEL = Text(es="Etiqueta", en="Label")
REQUEST_BY = Text(es="{name} se ocupa", en="{name} sees to it")
REQUEST_CHANGED = Text(
    es="Cambió mientras tanto: mira cómo está ahora.",
    en="It changed meanwhile: look at how it stands now.",
)
REQUEST_UNKNOWN = Text(es="No existe ese pedido", en="There is no such request")
REQUEST_UNKNOWN_ADVICE = Text(
    es="Puede que sea de hace más de un mes.", en="It may be more than a month old."
)
REQUESTS_PAUSE = Text(es="Pausar pedidos", en="Pause requests")
REQUESTS_RESUME = Text(es="Volver a aceptar pedidos", en="Take requests again")
REQUESTS_PAUSED = Text(
    es="Pausados por {name}: los clientes leen que pregunten en el mostrador.",
    en="Paused by {name}: shoppers read that they should ask at the counter.",
)
TODAYS_CODE = Text(es="Código de hoy", en="Today's code")
TODAYS_CODE_LEAD = Text(
    es="Cuélgalo en la entrada. Quien no usa la red de la tienda lo escribe para pedir que se le "
    "traiga algo. Mañana es otro.",
    en="Hang it at the entrance. Whoever is not on the shop's network types it to have something "
    "brought. Tomorrow it is another.",
)
TODAYS_CODE_OF = Text(es="Vale el {day}", en="Good on {day}")

DEEDS: Mapping[Deed, Text] = {
    Deed.ACCEPT: Text(es="Aceptar", en="Accept"),
    Deed.ON_MY_WAY: Text(es="Voy por ello", en="On my way"),
    Deed.FOUND: Text(es="Lo tengo", en="Found it"),
    Deed.NOT_FOUND: Text(es="No está", en="Not found"),
    Deed.HANDED_OVER: Text(es="Entregado", en="Handed over"),
    Deed.PUT_BACK: Text(es="Devuelto", en="Put back"),
}
STATES: Mapping[State, tuple[str, str, Text]] = {
    State.ASKED: ("attention", "attention", Text(es="Espera", en="Waiting")),
    State.SEEN: ("plain", "good", Text(es="Visto", en="Seen")),
    State.COMING: ("good", "next", Text(es="En camino", en="On the way")),
    State.FOUND: ("good", "good", Text(es="Encontrado", en="Found")),
    State.HANDED_OVER: ("good", "good", Text(es="Entregado", en="Handed over")),
    State.NOT_FOUND: ("attention", "none", Text(es="No estaba", en="Not found")),
    State.REFUSED: ("plain", "none", Text(es="Lo negó la central", en="Refused by central")),
    State.CANCELLED: ("plain", "none", Text(es="Lo canceló el cliente", en="Cancelled")),
    State.EXPIRED: ("plain", "silent", Text(es="Se acabó el tiempo", en="Time was over")),
}
