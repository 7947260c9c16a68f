"""What a shopper reads who asks for something, in every language of the site."""

from __future__ import annotations

from gateway.web.words import Text

# On the lookup page.
BRING_SIZE = Text(es="Tráeme esta talla", en="Bring me this size")
BRING = Text(es="Tráemelo", en="Bring it to me")
HOLD = Text(es="Apártamelo", en="Hold it for me")
BUY_ONLINE = Text(es="Comprar en línea", en="Buy online")
ASK_IN_CHAT = Text(es="Preguntar", en="Ask in a chat")
LOOKED_IN_VAIN = Text(
    es="Lo buscamos a las {time} y no lo encontramos.",
    en="We looked for it at {time} and did not find it.",
)
ALL_TAKEN = Text(es="Lo que queda está apartado.", en="What is left is being held for somebody.")

# Asking.
BRING_TITLE = Text(es="¿A dónde te lo llevamos?", en="Where shall we bring it?")
HOLD_TITLE = Text(es="Te lo apartamos", en="We hold it for you")
HOLD_LEAD = Text(
    es="Te damos un código. Con él lo recoges en {shop}: {minutes} desde que te lo confirmamos.",
    en="You get a code. With it you collect it at {shop}: {minutes} from when we confirm it.",
)
HOLD_LATER = Text(
    es="Ahora está cerrado; el tiempo cuenta desde que abrimos, {when}.",
    en="We are closed now; the time counts from when we open, {when}.",
)
MINUTES = Text(es="{count} minutos", en="{count} minutes")
HOURS = Text(es="{count} horas", en="{count} hours")
ONE_HOUR = Text(es="1 hora", en="1 hour")
HERE = Text(es="Aquí, junto a la etiqueta", en="Here, at the label")
FITTING_ROOMS = Text(es="Probadores", en="Fitting rooms")
TODAYS_CODE = Text(es="Código de hoy", en="Today's code")
TODAYS_CODE_HINT = Text(
    es="Está en la entrada de la tienda: 4 letras o cifras. Así sabemos que estás aquí.",
    en="It hangs at the entrance of the shop: 4 letters or digits. It tells us that you are here.",
)
TODAYS_CODE_WRONG = Text(
    es="Este no es el código de hoy. Míralo en la entrada y escríbelo otra vez.",
    en="This is not today's code. Look at the entrance and type it again.",
)
TODAYS_CODE_TRIES = Text(
    es="Demasiados intentos. Espera unos minutos, o pide al personal que te lo traiga.",
    en="Too many tries. Wait a few minutes, or ask our staff to bring it to you.",
)
CODE_IS = Text(es="Código de hoy: {code}", en="Today's code: {code}")
CODE_IS_ADVICE = Text(
    es="Escanea la etiqueta de lo que te gusta y pide que te lo traigan: te pedimos este código.",
    en="Scan the label of what you like and have it brought: you will be asked for this code.",
)
CODE_OVER = Text(es="Este código ya no vale", en="This code is not valid any more")
CODE_OVER_ADVICE = Text(
    es="El de hoy está en la entrada de la tienda.", en="Today's hangs at the entrance of the shop."
)
DO_BRING = Text(es="Pedir que lo traigan", en="Ask to bring it")
DO_HOLD = Text(es="Apartar", en="Hold it")
ASK_PRIVACY = Text(
    es="Sin nombre, sin teléfono y sin cookies: esta página es lo único que te une a lo que pides.",
    en="No name, no phone number, no cookies: only this page connects you with what you ask for.",
)
BACK_TO_ARTICLE = Text(es="Volver al artículo", en="Back to the article")

# What cannot be asked now.
NOT_NOW = Text(es="Ahora no se puede", en="Not possible now")
NOT_NOW_CLOSED = Text(es="La tienda está cerrada.", en="The shop is closed.")
NOT_NOW_NOBODY = Text(
    es="Ahora nadie del personal lo vería. Pregunta en el mostrador.",
    en="None of our staff would see it right now. Please ask at the counter.",
)
NOT_NOW_PAUSED = Text(
    es="Hay mucho que hacer y hoy no damos abasto. Pregunta en el mostrador.",
    en="We have our hands full at the moment. Please ask at the counter.",
)
NOT_NOW_BUSY = Text(
    es="No pudimos anotarlo. Vuelve a intentarlo en un minuto, o pregunta en el mostrador.",
    en="We could not note it down. Try again in a minute, or ask at the counter.",
)
NOT_NOW_STOCK = Text(
    es="No hay en esta tienda. Vuelve al artículo: dice dónde sí hay.",
    en="We do not have it in this shop. Go back to the article: it says where to get it.",
)
NOT_NOW_OFF = Text(
    es="Pregunta al personal: te ayuda con gusto.", en="Ask our staff: they gladly help."
)
TOO_MANY = Text(es="Espera un momento", en="Please wait a moment")
TOO_MANY_ARTICLE = Text(
    es="Lo acaban de pedir varias personas. Vuelve a intentarlo en un minuto.",
    en="Several people have just asked for it. Try again in a minute.",
)
TOO_MANY_MINUTE = Text(
    es="Se está pidiendo mucho a la vez. Vuelve a intentarlo en un minuto, o pregunta en el "
    "mostrador.",
    en="A lot is being asked for at once. Try again in a minute, or ask at the counter.",
)
FORM_OLD = Text(es="Esta página es de hace rato", en="This page is from a while ago")
FORM_OLD_ADVICE = Text(
    es="Vuelve al artículo y pídelo otra vez desde ahí.",
    en="Go back to the article and ask again from there.",
)
ALREADY = Text(
    es="Este teléfono ya apartó este artículo", en="This phone already has this article held"
)
ALREADY_ADVICE = Text(
    es="Abre la página que te dio el código: ahí está.",
    en="Open the page that gave you the code: it is there.",
)
UNKNOWN_REQUEST = Text(es="No encontramos este pedido", en="We did not find this request")
UNKNOWN_REQUEST_ADVICE = Text(
    es="Puede que sea de hace más de un mes. Vuelve a escanear la etiqueta.",
    en="It may be more than a month old. Scan the label again.",
)

# How a request stands.
ASKED = Text(es="El personal ya lo tiene en su pantalla", en="Our staff have it on their screen")
ASKED_ADVICE = Text(es="Esta página cambia sola.", en="This page changes by itself.")
UNSEEN = Text(
    es="Nadie lo ha visto todavía: pregunta en el mostrador",
    en="Nobody has seen it yet: please ask at the counter",
)
UNSEEN_ADVICE = Text(
    es="Enséñales esta página. Lo sentimos.", en="Show them this page. We are sorry."
)
SEEN = Text(es="Ya lo vio una persona", en="Somebody has seen it")
SEEN_ADVICE = Text(es="En un momento va por ello.", en="They will go for it in a moment.")
COMING = Text(es="Va en camino", en="On its way")
COMING_ADVICE = Text(es="Lo están buscando para ti.", en="They are looking for it for you.")
FOUND = Text(es="Lo encontramos", en="Found")
FOUND_HERE = Text(es="Te lo llevamos a donde estás.", en="We are bringing it to where you are.")
FOUND_AT = Text(es="Te lo llevamos: {place}.", en="We are bringing it: {place}.")
HANDED_OVER = Text(es="Entregado", en="Handed over")
HANDED_OVER_ADVICE = Text(es="¡Que te quede bien!", en="We hope you like it.")
NOT_FOUND = Text(es="No lo encontramos", en="We did not find it")
NOT_FOUND_ADVICE = Text(
    es="Debería estar, pero no está. Lo sentimos.",
    en="It should be here, but is not. We are sorry.",
)
CANCELLED = Text(es="Cancelado", en="Cancelled")
CANCELLED_ADVICE = Text(es="Ya nadie lo busca.", en="Nobody is looking for it any more.")
EXPIRED = Text(es="Se acabó el tiempo", en="The time is over")
EXPIRED_ADVICE = Text(
    es="Si lo quieres todavía, pídelo otra vez o pregunta en el mostrador.",
    en="If you still want it, ask again or ask at the counter.",
)
HOLD_ASKED = Text(es="Preguntamos si se puede apartar", en="We are asking whether we can hold it")
HOLD_CONFIRMED = Text(es="Apartado hasta {until}", en="Held until {until}")
HOLD_CONFIRMED_ADVICE = Text(
    es="Alguien lo pone aparte. Di tu código en el mostrador.",
    en="Somebody puts it aside. Say your code at the counter.",
)
HOLD_READY_ADVICE = Text(
    es="Ya está en el mostrador. Di tu código.", en="It is at the counter now. Say your code."
)
HOLD_REFUSED = Text(es="No se puede apartar", en="It cannot be held")
HOLD_REFUSED_ADVICE = Text(
    es="Pregunta en el mostrador qué puedes hacer.", en="Ask at the counter what you can do."
)
HOLD_COLLECTED = Text(es="Recogido", en="Collected")
YOUR_CODE = Text(es="Tu código", en="Your code")
BRING_TO = Text(es="Lugar: {place}", en="To: {place}")
AT_TIME = Text(es="las {time}", en="{time}")
ON_DAY = Text(es="el {day} a las {time}", en="{day}, {time}")
CANCEL = Text(es="Ya no lo quiero", en="I do not want it any more")
STEP_ASKED = Text(es="Pedido", en="Asked")
STEP_SEEN = Text(es="Visto", en="Seen")
STEP_COMING = Text(es="En camino", en="On its way")
STEP_HERE = Text(es="Aquí está", en="Here it is")
STEP_CONFIRMED = Text(es="Confirmado", en="Confirmed")
STEP_ASIDE = Text(es="Puesto aparte", en="Put aside")
STEP_COLLECTED = Text(es="Recogido", en="Collected")
STEP_DONE = Text(es="hecho", en="done")
INSTEAD = Text(es="En su lugar", en="Instead")
INSTEAD_HERE = Text(es="Hay en esta tienda", en="In this shop")
INSTEAD_ELSEWHERE = Text(es="El mismo, en otro lugar", en="The same one elsewhere")
KEEP_PAGE = Text(
    es="Guarda esta página: solo desde ella se ve tu pedido.",
    en="Keep this page: your request is seen from it alone.",
)
LOOK_AGAIN = Text(es="Mirar otra vez", en="Look again")
