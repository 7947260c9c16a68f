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
HOLD_PILE = Text(
    es="{count} precios nuevos esperan una decisión", en="{count} new prices wait for a decision"
)
HOLD_WHY = Text(
    es="Sigue valiendo lo anterior: etiquetas y página no cambian.",
    en="What was there before still holds: labels and page do not change.",
)
HOLD_ADVICE = Text(
    es="Acepta si es correcto. Si no, rechaza y avisa a quien lo envió.",
    en="Accept it if it is right. If not, refuse it and tell whoever sent it.",
)
HOLD_ADVICE_MANY = Text(
    es="Míralos todos y acepta o rechaza.", en="Look at all of them, then accept or refuse."
)
HOLD_ADVICE_PILE = Text(
    es="Decide sobre todos a la vez, o toca uno para decidir solo sobre él.",
    en="Decide about all at once, or tap one to decide about it alone.",
)
HOLD_ADVICE_CLERK = Text(
    es="Lo decide quien lleva la tienda. Avísale.",
    en="Whoever runs the shop decides. Tell them.",
)
HOLD_ADVICE_CENTRAL = Text(es="Lo decide la central.", en="Central decides.")
HOLD_GOES = Text(es="se quita", en="removed")
HOLD_NO_PRICE = Text(es="sin precio", en="no price")
HOLD_CHANGED = Text(es="cambia", en="changes")
HOLD_ALL = Text(es="Ver los {count}", en="See all {count}")
HOLD_ADVICE_REFUSED = Text(
    es="Si era correcto, acéptalo ahora: todavía se puede.",
    en="If it was right, accept it now: you still can.",
)
HOLD_REFUSED_BY = Text(es="{name} lo rechazó {ago}", en="{name} refused it {ago}")
HOLD_ACCEPTED_BY = Text(es="{name} lo aceptó {ago}", en="{name} accepted it {ago}")
HOLD_GOING = Text(es="Se está aplicando.", en="It is going into force.")
HOLD_BACK = Text(es="Todo lo que está en espera", en="All that is held")
HOLDS = Text(es="En espera", en="Held")
HOLDS_LEAD = Text(
    es="Lo que llegó y no se usa: espera a que alguien decida, o a que llegue otro dato.",
    en="What came and is not used: it waits until somebody decides, or until other data comes.",
)
HOLDS_NONE = Text(es="Nada está en espera", en="Nothing is held")
HOLDS_NONE_ADVICE = Text(
    es="Todo lo que llegó se usa, salvo los datos rechazados de Hoy.",
    en="All that came is used, except refused rows on Today.",
)
HOLD_OPEN_STATE = Text(es="Por decidir", en="To decide")
HOLD_REFUSED_STATE = Text(es="Rechazado", en="Refused")
HOLD_ACCEPTED_STATE = Text(es="Aceptado", en="Accepted")
HOLD_WHAT = Text(es="Qué", en="What")
HOLD_NOW = Text(es="Ahora", en="Now")
HOLD_RECEIVED = Text(es="Recibido", en="Received")
HOLD_KIND_PRODUCT = Text(es="artículo", en="article")
HOLD_KIND_OFFERS = Text(es="precio", en="price")
HOLD_KIND_STOCK = Text(es="existencias", en="stock")
HOLD_KIND_GROUP = Text(es="grupo", en="group")
HOLD_KIND_LOCATION = Text(es="lugar", en="place")
HOLD_KIND_BINDING = Text(es="vínculo", en="binding")
KINDS = {
    "product": HOLD_KIND_PRODUCT,
    "offers": HOLD_KIND_OFFERS,
    "stock": HOLD_KIND_STOCK,
    "group": HOLD_KIND_GROUP,
    "location": HOLD_KIND_LOCATION,
    "binding": HOLD_KIND_BINDING,
}
HOLD_ACCEPT = Text(es="Aceptar", en="Accept")
HOLD_REFUSE = Text(es="Rechazar", en="Refuse")
HOLD_ACCEPT_ALL = Text(es="Aceptar los {count}", en="Accept all {count}")
HOLD_REFUSE_ALL = Text(es="Rechazar los {count}", en="Refuse all {count}")
HOLD_ACCEPTED_COUNT = Text(es="Aceptados: {rows}", en="Accepted: {rows}")
HOLD_REFUSED_COUNT = Text(es="Rechazados: {rows}", en="Refused: {rows}")
HOLD_LEFT = Text(
    es="Llegaron o cambiaron mientras tanto: {left}. Siguen en espera, vuelve a mirar.",
    en="Came or changed meanwhile: {left}. They are still held, look again.",
)
HOLD_STAYS = Text(
    es="Sigue valiendo lo anterior hasta que llegue otro dato.",
    en="What was there before holds until other data comes.",
)
HOLD_CHANGED_MEANWHILE = Text(
    es="Cambió mientras tanto, vuelve a mirar", en="It changed meanwhile, look again"
)
HOLD_NOTHING_DONE = Text(
    es="No se aceptó ni se rechazó nada. Abajo está lo que hay ahora.",
    en="Nothing was accepted or refused. Below is what is there now.",
)
HOLD_NOTHING_DONE_API = Text(
    es="No se aceptó ni se rechazó nada. Pide otra vez lo que está en espera.",
    en="Nothing was accepted or refused. Ask for what is held again.",
)
HOLD_NEWER = Text(
    es="Llegaron o cambiaron desde que abriste esta página: {count}. Lo que decidas aquí no les "
    "afecta.",
    en="Came or changed since you opened this page: {count}. What you decide here does not touch "
    "them.",
)
HOLD_LOOK_AGAIN = Text(es="Volver a mirar", en="Look again")
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
