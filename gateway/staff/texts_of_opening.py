"""What the opening check says: how many labels are right, where to walk, what to print."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.domain.opening_check import Verdict
from gateway.staff import texts, texts_of_labels
from gateway.web.words import Text

CHECKS = Text(es="Revisión de apertura", en="Opening check")
CHECKS_LEAD = Text(
    es="Qué etiquetas no están bien antes de abrir, en el orden en que se camina.",
    en="Which labels are not right before opening, in the order to walk.",
)
CHECKS_NEXT_NEVER = Text(
    es="Solo se hace cuando alguien la pide.", en="It is only made when somebody asks."
)
CHECKS_NEXT_AT = Text(es="Se hace sola cada día a las {time}.", en="It is made daily at {time}.")
CHECKS_NEXT_BEFORE = Text(
    es="Se hace sola una hora antes de abrir.",
    en="It is made by itself an hour before opening.",
)
CHECKS_NEXT_UNKNOWN = Text(
    es="No se hace sola: no se conoce el horario de la tienda ni hay otra hora puesta.",
    en="It is not made by itself: neither the shop's hours nor another time are known.",
)
CHECKS_CHANGE = Text(es="Cambiar la hora", en="Change the time")
CHECK_NOW = Text(es="Revisar ahora", en="Check now")
CHECKS_NONE = Text(es="Todavía no hay revisiones", en="No checks yet")
CHECKS_NONE_ADVICE = Text(
    es="Toca Revisar ahora: tarda un momento.", en="Press Check now: it takes a moment."
)
CHECKS_ASKED = Text(es="La pidió {name}", en="Asked for by {name}")
CHECKS_SCHEDULED = Text(es="A su hora", en="At its time")
CHECKS_OPENS = Text(es="Se abre a las {time}", en="Opens at {time}")

CHECK_RIGHT = Text(es="{right} de {total} correctas", en="{right} of {total} right")
CHECK_ALL_RIGHT = Text(
    es="Todas las etiquetas están bien: puedes abrir.",
    en="Every label is right: you may open.",
)
CHECK_WRONG = Text(es="Por revisar: {count}", en="To look at: {count}")
CHECK_WALK = Text(
    es="Ve en este orden. Las que siguen mal al final llevan un cartel impreso.",
    en="Walk in this order. Those that stay wrong get a printed price slip.",
)
CHECK_NO_LABELS = Text(es="Ninguna etiqueta tiene artículo", en="No label has an article")
CHECK_NO_LABELS_ADVICE = Text(
    es="Vincula etiquetas a sus artículos y revisa otra vez.",
    en="Bind labels to their articles, and check again.",
)
CHECK_RECEIVED = Text(
    es="Además, {count} recibieron su imagen y nunca confirman: su modelo no lo dice. "
    "Compruébalas a la vista.",
    en="Besides, {count} received their picture and never confirm: their model does not say. "
    "Look at them.",
)
CHECK_MADE = Text(es="Hecha {time}", en="Made {time}")
CHECK_LEFT = Text(es="Siguen mal: {count}", en="Still wrong: {count}")
CHECK_NONE_LEFT = Text(es="Ya están todas bien", en="All are right by now")
CHECK_NOW_RIGHT = Text(es="Ya está bien", en="Right by now")
CHECK_NOW_GONE = Text(es="Ya no cuenta", en="Counts no more")
CHECK_MORE = Text(
    es="La lista tiene las primeras {shown} de {count}.",
    en="The list has the first {shown} of {count}.",
)
CHECK_PRINT_HINT = Text(
    es="Para llevarla en papel, imprime esta página desde el navegador.",
    en="To take it along on paper, print this page from the browser.",
)
CHECK_SLIPS = Text(es="Carteles de precio", en="Price slips")
CHECK_SLIPS_LEAD = Text(
    es="Para las que siguen mal. Imprime esta página al 100 %, corta y ponlos encima de la "
    "etiqueta. Retíralos cuando la etiqueta esté bien.",
    en="For those that are still wrong. Print this page at 100 %, cut them out and put them over "
    "the label. Take them away once the label is right.",
)
CHECK_SLIPS_NONE = Text(es="No hace falta ninguno", en="None is needed")
CHECK_SLIPS_NONE_ADVICE = Text(
    es="Ninguna etiqueta de esta revisión sigue mal y tiene imagen que imprimir.",
    en="No label of this check is still wrong and has a picture to print.",
)
CHECK_SLIPS_WITHOUT = Text(
    es="Sin cartel, porque su imagen aún no está hecha: {labels}",
    en="Without a slip, because their picture is not drawn yet: {labels}",
)
CHECK_NO_ZONE = Text(es="Sin zona", en="No zone")
CHECK_BAY = Text(es="Módulo {bay}", en="Bay {bay}")
CHECK_NO_PRICE = Text(es="ningún precio", en="no price")
CHECK_UNKNOWN_SHOWN = Text(
    es="otra imagen, sin precio conocido", en="another picture, no known price"
)
CHECK_FOREIGN_SHOWN = Text(es="una imagen que no es nuestra", en="a picture that is not ours")
CHECK_NOTHING = Text(es="nada todavía", en="nothing yet")
CHECK_ITS_CODE = Text(es="su código: no tiene artículo", en="its code: it has no article")
CHECK_UNKNOWN = Text(es="No conocemos esta revisión", en="We do not know this check")
CHECK_UNKNOWN_ADVICE = Text(
    es="Solo se guardan las últimas. Mira la lista.", en="Only the latest are kept. See the list."
)
NOW = Text(es="Ahora: {word}", en="Now: {word}")
SINCE = Text(es="{word} desde {time}", en="{word} since {time}")

TASK_OPENING = Text(
    es="Al abrir, etiquetas que no están bien: {count} de {total}",
    en="Labels not right at opening: {count} of {total}",
)
TASK_OPENING_WHY = Text(
    es="La revisión de apertura las encontró.", en="The opening check found them."
)
TASK_OPENING_ADVICE = Text(
    es="Ve a ellas en el orden de la lista; a las que sigan mal ponles un cartel impreso.",
    en="Walk to them in the order of the list; put a printed slip on those that stay wrong.",
)

_NOT_CONFIRMED = Text(es="No confirma", en="Not confirmed")
_TEST = Text(
    es="Tiene la imagen de prueba. Termina sola en unos minutos.",
    en="It has the test card. That ends by itself within minutes.",
)
_PAUSED = Text(
    es="Su envío está en pausa: continúalo en Envíos, o pulsa Enviar de nuevo en su página.",
    en="Its wave is paused: go on with it under Waves, or press Send again on its page.",
)
_DIFFERS = Text(
    es="Su envío se canceló: pulsa Enviar de nuevo en su página.",
    en="Its wave was cancelled: press Send again on its page.",
)

UNDER_WAY = frozenset({Verdict.QUEUED, Verdict.TRANSFERRED, Verdict.SILENT})
"""What a label that is out of reach explains."""

WHY: Mapping[Verdict, tuple[Text, Text, str, str]] = {
    Verdict.FOREIGN: (
        *(texts_of_labels.FOREIGN, texts_of_labels.FOREIGN_ADVICE),
        *("attention", "attention"),
    ),
    Verdict.NONE: (
        *(texts_of_labels.NOTHING_YET, texts_of_labels.NOTHING_YET_ADVICE),
        *("plain", "queued"),
    ),
    Verdict.PAUSED: (texts.FACET_PAUSED, _PAUSED, "attention", "paused"),
    Verdict.DIFFERS: (texts.FACET_DIFFERS, _DIFFERS, "attention", "attention"),
    Verdict.OTHER: (
        *(texts_of_labels.OTHER, texts_of_labels.OTHER_ADVICE),
        *("attention", "attention"),
    ),
    Verdict.TEST: (texts_of_labels.TEST, _TEST, "attention", "ask"),
    Verdict.FAILED: (
        *(texts_of_labels.FAILED, texts_of_labels.REASON_LABEL_ERROR),
        *("trouble", "trouble"),
    ),
    Verdict.SILENT: (_NOT_CONFIRMED, texts_of_labels.SILENT_ADVICE, "attention", "silent"),
    Verdict.TRANSFERRED: (
        *(texts_of_labels.TRANSFERRED, texts_of_labels.TRANSFERRED_ADVICE),
        *("plain", "received"),
    ),
    Verdict.QUEUED: (
        *(texts_of_labels.QUEUED, texts_of_labels.QUEUED_ADVICE),
        *("plain", "queued"),
    ),
}
"""For each way to be wrong: the word, what to do, the tone and the icon."""
