"""The words about held rows."""

from __future__ import annotations

from gateway.web.words import Text

HOLD_DELETES = Text(
    es="{count} datos desaparecerían de golpe", en="{count} rows would be gone all at once"
)
HOLD_PRICES = Text(
    es="{count} precios cambiarían de golpe", en="{count} prices would change all at once"
)
HOLD_PRICE = Text(
    es="El precio nuevo de {what} parece un error",
    en="The new price of {what} looks like a mistake",
)
HOLD_WHY = Text(
    es="Sigue valiendo lo anterior: etiquetas y página no cambian.",
    en="What was there before still holds: labels and page do not change.",
)
HOLD_ADVICE = Text(
    es="Acepta si es correcto. Si no, rechaza y avisa a quien lo envió.",
    en="Accept it if it is right. If not, refuse it and tell whoever sent it.",
)
HOLD_ADVICE_CLERK = Text(
    es="Lo decide quien lleva la tienda. Avísale.",
    en="Whoever runs the shop decides. Tell them.",
)
HOLD_ADVICE_CENTRAL = Text(es="Lo decide la central.", en="Central decides.")
HOLD_GOES = Text(es="se quita", en="removed")
HOLD_NO_PRICE = Text(es="sin precio", en="no price")
HOLD_CHANGED = Text(es="cambia", en="changes")
HOLD_MORE = Text(es="y {count} más", en="and {count} more")
HOLD_ACCEPT = Text(es="Aceptar", en="Accept")
HOLD_REFUSE = Text(es="Rechazar", en="Refuse")
HOLD_ACCEPTED = Text(
    es="Aceptado. Las etiquetas se actualizan.", en="Accepted. The labels follow now."
)
HOLD_REFUSED = Text(
    es="Rechazado. Sigue valiendo lo anterior hasta que llegue otro dato.",
    en="Refused. What was there before holds until other data comes.",
)
HOLD_NOT_YOURS = Text(es="No puedes decidirlo", en="You cannot decide this")
HOLD_UNKNOWN = Text(es="Ya no hay nada que decidir", en="There is nothing left to decide")
HOLD_UNKNOWN_ADVICE = Text(
    es="Alguien lo decidió ya, o llegaron datos buenos. Vuelve a Hoy.",
    en="Somebody decided it already, or good data came. Go back to Today.",
)
