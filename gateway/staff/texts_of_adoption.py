"""What the staff site says about new labels, the test card, and the life of a label."""

from __future__ import annotations

from gateway.web.words import Text

# New labels
NEW_LABELS = Text(es="Nuevas", en="New")
NEW_TITLE = Text(es="Etiquetas nuevas", en="New labels")
NEW_LEAD = Text(
    es="La más cercana primero. Ninguna se usa hasta que la adoptes.",
    en="The nearest first. None is used until you adopt it.",
)
NEW_NONE = Text(es="No hay etiquetas nuevas", en="There are no new labels")
NEW_NONE_ADVICE = Text(
    es="Enciende una cerca del equipo Anaquel. Aparece aquí en cuanto se la oiga.",
    en="Switch one on near the box. It appears here as soon as it is heard.",
)
NEW_MORE = Text(es="Y {count} más, con peor señal.", en="And {count} more with a weaker signal.")
TASK_NEW = Text(es="Etiquetas nuevas: {count}", en="New labels: {count}")
TASK_NEW_ADVICE = Text(
    es="Adopta las que sean de esta tienda.", en="Adopt those that belong to this shop."
)
MODEL_UNKNOWN = Text(es="Modelo por elegir", en="Model to be chosen")
SIGNAL_GOOD = Text(es="Muy cerca", en="Very near")
SIGNAL_FAIR = Text(es="Cerca", en="Near")
SIGNAL_WEAK = Text(es="Lejos", en="Far")
SIGNAL_NONE = Text(es="Señal desconocida", en="Signal unknown")
WAS_RETIRED = Text(es="{name} la retiró {ago}", en="Retired by {name} {ago}")
ADOPT = Text(es="Adoptar", en="Adopt")
BLINK = Text(es="Hacer parpadear", en="Blink")
BLINKS = Text(es="La etiqueta {label} parpadea.", en="Label {label} is blinking.")
BLINKS_NOT = Text(es="La etiqueta {label} no parpadeó.", en="Label {label} did not blink.")

# Many at once
MANY = Text(es="Varias a la vez", en="Many at once")
MANY_LEAD = Text(
    es="Escanea o pega los números de las carcasas, uno por línea.",
    en="Scan or paste the numbers on the cases, one per line.",
)
CODES = Text(es="Números de las carcasas", en="Numbers on the cases")
MODEL_FOR_ALL = Text(
    es="Modelo de las que no lo dicen", en="Model of those that do not tell theirs"
)
NO_MODEL = Text(es="Ninguno", en="None")
ADOPT_ALL = Text(es="Adoptar todas", en="Adopt all")
ANSWERS = Text(es="Resultado", en="Result")
ANSWER_ADOPTED = Text(es="Adoptada", en="Adopted")
ANSWER_KNOWN = Text(es="Ya era de la tienda", en="Belongs to the shop already")
ANSWER_NOT_HEARD = Text(
    es="No se la oye. Acércala al equipo y escanéala otra vez.",
    en="Not heard. Bring it near the box and scan it again.",
)
ANSWER_SEVERAL = Text(
    es="Varias terminan así. Escribe el número completo.",
    en="Several end like this. Type the whole number.",
)
ANSWER_NEEDS_MODEL = Text(
    es="No dice su modelo. Elígelo arriba o ábrela en la lista.",
    en="It does not tell its model. Choose it above, or open it in the list.",
)
ANSWER_TAKEN = Text(
    es="Otra etiqueta ya lleva este número.", en="Another label has this number already."
)
ANSWER_NO_ROOM = Text(
    es="No caben más etiquetas. Retira las que ya no uses.",
    en="There is no room for more labels. Retire those you no longer use.",
)

# Adopting one
ADOPT_TITLE = Text(es="Adoptar {label}", en="Adopt {label}")
CHOOSE_MODEL = Text(es="¿Qué modelo es?", en="Which model is it?")
CHOOSE_MODEL_HINT = Text(
    es="Los dibujos guardan las proporciones entre sí.",
    en="The drawings keep the proportions among them.",
)
ALIAS = Text(es="Número en la carcasa", en="Number on the case")
ALIAS_HINT = Text(es="Opcional; para encontrarla al escanear", en="Optional; to find it by scan")
ADOPT_AND_LOOK = Text(es="Adoptar y ver la imagen de prueba", en="Adopt and see the test card")
ADOPT_ONLY = Text(es="Adoptar sin prueba", en="Adopt without a test")

# The test card
CARD_TITLE = Text(es="Imagen de prueba", en="Test card")
CARD_ASK = Text(es="¿Qué ves en la etiqueta?", en="What do you see on the label?")
CARD_ASK_HINT = Text(
    es="Toca el dibujo que sea igual, mirando la etiqueta como va a colgar.",
    en="Tap the drawing that is the same, with the label held as it will hang.",
)
CARD_AS_BEFORE = Text(es="Así se vio la anterior", en="The last one looked like this")
CARD_WAY = Text(es="Dibujo {number}", en="Drawing {number}")
CARD_INKS = Text(es="¿De qué color es cada recuadro?", en="Which colour is each block?")
CARD_INKS_HINT = Text(
    es="Cambia solo los que se vean distintos.", en="Change only those that look different."
)
CARD_BLOCK = Text(es="Recuadro {number}", en="Block {number}")
CARD_SEEN = Text(es="Eso es lo que veo", en="That is what I see")
CARD_CHECK = Text(es="¿Se ve así ahora?", en="Does it look like this now?")
CARD_YES = Text(es="Sí, se ve bien", en="Yes, it is right")
CARD_NO = Text(es="No, probar otra vez", en="No, try again")
CARD_SHOW = Text(es="Mostrar la imagen de prueba", en="Show the test card")
CARD_OVER = Text(
    es="La etiqueta ya no muestra la imagen de prueba.",
    en="The label no longer shows the test card.",
)
CARD_STOP = Text(es="Terminar la prueba", en="End the test")
CARD_UNTIL = Text(
    es="La prueba termina sola a las {time}.", en="The test ends by itself at {time}."
)
DID_ENDED = Text(
    es="La prueba terminó. La etiqueta vuelve a lo suyo.",
    en="The test has ended. The label goes back to its own picture.",
)

# The life of a label
LIFE_TITLE = Text(es="La etiqueta", en="The label")
LIFE = Text(es="Situación", en="Status")
LIFE_ADOPTED = Text(es="Adoptada, sin artículo", en="Adopted, no article")
LIFE_BOUND = Text(es="En uso", en="In use")
LIFE_PARKED = Text(es="Guardada", en="Put away")
ZONE = Text(es="Zona", en="Zone")
FAMILY = Text(es="Familia", en="Family")
FAMILY_MQTT = Text(es="Etiqueta MQTT", en="MQTT label")
TRIED_NONE = Text(es="Sin probar en equipos reales", en="Never tried on real hardware")
TRIED_REPORTED = Text(es="Alguien informó que funciona", en="Somebody reported that it works")
TRIED_VERIFIED = Text(es="Probado en equipos reales", en="Tried on real hardware")
TRIED_WHEN = Text(es="{level} ({when})", en="{level} ({when})")
SAVE = Text(es="Guardar", en="Save")
PARK = Text(es="Guardar en un cajón", en="Put away")
PARK_BLANK = Text(es="En blanco", en="Blank")
PARK_CODE = Text(es="Con su código", en="With its code")
PARK_HINT = Text(
    es="Deja de estar vinculada y no avisa si no se la oye.",
    en="It is no longer bound, and nobody is told when it is not heard.",
)
UNPARK = Text(es="Sacar del cajón", en="Take out")
REPLACE = Text(es="Sustituir por otra", en="Replace by another")
REPLACE_HINT = Text(
    es="La otra toma su artículo, su plantilla y su zona. Esta se retira.",
    en="The other takes its article, template and zone. This one is retired.",
)
REPLACE_BY = Text(es="Escanea la etiqueta nueva", en="Scan the new label")
REPLACE_THESE = Text(es="O elige una de estas", en="Or choose one of these")
REPLACE_MEANT = Text(es="¿Es una de estas?", en="Is it one of these?")
REPLACE_NONE = Text(
    es="Ninguna etiqueta está libre. Enciende la nueva cerca del equipo Anaquel.",
    en="No label is free. Switch the new one on near the box.",
)
OFFER_FREE = Text(es="Sin vincular · {model}", en="Not bound · {model}")
OFFER_NEW = Text(es="Nueva · {signal} · {model}", en="New · {signal} · {model}")
USE_THIS = Text(es="Usar esta", en="Use this one")
DID_ADOPTED = Text(es="Adoptada. Ya puedes vincularla.", en="Adopted. You can bind it now.")
DID_RIGHT = Text(es="La etiqueta se ve bien.", en="The label is right.")
DID_NAMED = Text(es="Número guardado.", en="Number saved.")
DID_PARKED = Text(es="Guardada en el cajón.", en="Put away.")
DID_UNPARKED = Text(es="Fuera del cajón. Ya puedes vincularla.", en="Taken out. You can bind it.")
DID_REPLACED = Text(
    es="Tomó el lugar de la otra, que quedó retirada: quítala del estante.",
    en="It took the place of the other, which is retired: take that one down.",
)
DID_BLINK = Text(es="Está parpadeando.", en="It is blinking.")
TASK_HEARD_AGAIN = Text(
    es="Se oye la etiqueta {label}, que estaba retirada",
    en="Label {label} is heard, and it was retired",
)
TASK_HEARD_AGAIN_WHY = Text(
    es="{name} la retiró. No recibe nada.", en="{name} retired it. It gets nothing."
)
TASK_HEARD_AGAIN_ADVICE = Text(
    es="Quítale la pila, o adóptala de nuevo.", en="Take its battery out, or adopt it anew."
)

# The history
PROOF_ADOPTED = Text(es="Adoptada", en="Adopted")
PROOF_NAMED = Text(es="Número en la carcasa", en="Number on the case")
PROOF_PARKED = Text(es="Cajón", en="Drawer")
PROOF_RETIRED = Text(es="Retirada", en="Retired")

# What cannot be done
CANNOT = Text(es="No se pudo hacer", en="It could not be done")
ADOPTED_ALREADY = Text(
    es="Esta etiqueta ya es de la tienda. Búscala en Etiquetas.",
    en="This label belongs to the shop already. Look for it under Labels.",
)
WAITS_NO_MORE = Text(
    es="Ya no se la oye. Acércala al equipo y espera a que aparezca en Nuevas.",
    en="It is no longer heard. Bring it near the box and wait until it appears under New.",
)
NEEDS_MODEL = Text(es="Elige el modelo de la etiqueta.", en="Choose the model of the label.")
ALIAS_TAKEN = Text(
    es="Otra etiqueta lleva ese número. Revisa la carcasa.",
    en="Another label has that number. Check the case.",
)
BAD_ALIAS = Text(
    es="El número puede tener hasta 64 caracteres.", en="The number has at most 64 characters."
)
NOT_NOW = Text(
    es="La etiqueta ya no está como decía la página. Ábrela de nuevo.",
    en="The label is no longer as the page said. Open it again.",
)
SAME_LABEL = Text(
    es="Es la misma etiqueta. Escanea la nueva.", en="It is the same label. Scan the new one."
)
BOUND_ALREADY = Text(
    es="La nueva ya está vinculada. Desvincúlala primero o usa otra.",
    en="The new one is bound already. Unbind it first, or use another.",
)
TOO_MANY = Text(
    es="No caben más etiquetas. Retira las que ya no uses.",
    en="There is no room for more labels. Retire those you no longer use.",
)
CANNOT_BE_RIGHT = Text(
    es="Con esos colores no puede mostrar precios. Revisa el modelo.",
    en="With those colours it cannot show prices. Check the model.",
)
NO_SUCH_LABEL = Text(
    es="No conocemos esa etiqueta. Revisa el número o mira en Nuevas.",
    en="We do not know that label. Check the number, or look under New.",
)
SEVERAL_LABELS = Text(
    es="Varias etiquetas terminan así. Escribe el número completo o elige una.",
    en="Several labels end like this. Type the whole number, or choose one.",
)
RETIRED_LABEL = Text(
    es="Esa etiqueta está retirada. Recupérala primero en Etiquetas, Retiradas.",
    en="That label is retired. Take it back first under Labels, Retired.",
)
ANOTHER_SYSTEM = Text(
    es="Otro sistema escribe en ella. Pide a quien administra el equipo que tome su zona.",
    en="Another system writes to it. Ask whoever runs the box to take its zone over.",
)
ARTICLE_GONE = Text(
    es="Su artículo ya no está en el catálogo. Desvincúlala y retírala.",
    en="Its article is no longer in the catalogue. Unbind it and retire it.",
)
LABEL_WAITS = Text(
    es="Esa etiqueta es nueva. Adóptala primero en Nuevas.",
    en="That label is new. Adopt it first under New.",
)
