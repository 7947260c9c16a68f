"""What notices say, in both languages: counts and kinds, never a name of a person."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.wording.text import Text

TASKS: Mapping[str, Text] = {
    "refused_row": Text(
        es="Datos que no se pudieron usar: {count}", en="Data that could not be used: {count}"
    ),
    "refused_file": Text(
        es="Archivos que no se pudieron tomar: {count}", en="Files that could not be taken: {count}"
    ),
    "label_rules": Text(
        es="Etiquetas cuya plantilla no se puede usar: {count}",
        en="Labels whose template cannot be used: {count}",
    ),
    "text_left_out": Text(
        es="Textos que las etiquetas no pueden mostrar: {count}",
        en="Texts that labels cannot show: {count}",
    ),
    "retired_label_heard": Text(
        es="Etiquetas retiradas que se oyen otra vez: {count}",
        en="Retired labels that are heard again: {count}",
    ),
    "retired_label_hangs": Text(
        es="Etiquetas retiradas que siguen colgadas: {count}",
        en="Retired labels that still hang: {count}",
    ),
    "template_broken": Text(
        es="Plantillas con un error: {count}", en="Templates with a mistake: {count}"
    ),
    "certificate_broken": Text(
        es="Certificados que no se pueden usar: {count}",
        en="Certificates that cannot be used: {count}",
    ),
    "hold": Text(
        es="Cambios retenidos que esperan una decisión: {count}",
        en="Held changes that wait for a decision: {count}",
    ),
    "too_many_labels": Text(
        es="Llegan más etiquetas de las que se pueden guardar",
        en="More labels turn up than can be kept",
    ),
    "false_prior_price": Text(
        es="Precios anteriores que no son ciertos: {count}",
        en="Prior prices that are not true: {count}",
    ),
    "shopify": Text(es="Problemas con Shopify: {count}", en="Troubles with Shopify: {count}"),
    "time_not_trusted": Text(
        es="No se sabe si la hora del equipo es buena",
        en="It is not known whether the box has the right time",
    ),
    "proof_broken": Text(
        es="Etiquetas cuyo registro no cuadra: {count}",
        en="Labels whose record does not add up: {count}",
    ),
    "price_withdrawn": Text(
        es="Precios quitados del estante: {count}", en="Prices taken off the shelf: {count}"
    ),
    "wave_paused": Text(
        es="Tandas en pausa desde hace rato: {count}", en="Waves paused for a while: {count}"
    ),
    "wave_cancelled": Text(
        es="Tandas canceladas con etiquetas distintas: {count}",
        en="Cancelled waves with labels that differ: {count}",
    ),
    "opening_check": Text(
        es="La revisión de apertura encontró etiquetas que no están bien",
        en="The opening check found labels that are not right",
    ),
    "backup_overdue": Text(
        es="Ninguna copia de seguridad sale del equipo desde hace más de una semana",
        en="No backup has left the box for more than a week",
    ),
    "backup_failed": Text(
        es="La copia de seguridad no se pudo hacer", en="The backup could not be made"
    ),
    "notice_failed": Text(
        es="Avisos que no llegan a su destino: {count}",
        en="Receivers that notices do not reach: {count}",
    ),
    "label_battery": Text(
        es="Etiquetas con la pila baja: {count}", en="Labels with a low battery: {count}"
    ),
    "label_weak": Text(
        es="Etiquetas con señal débil: {count}", en="Labels with a weak signal: {count}"
    ),
    "label_silent": Text(
        es="Etiquetas que no se oyen: {count}", en="Labels that are not heard: {count}"
    ),
    "label_failing": Text(
        es="Etiquetas que fallan una y otra vez: {count}",
        en="Labels that fail again and again: {count}",
    ),
    "label_moving": Text(
        es="Etiquetas que cambian de camino todo el tiempo: {count}",
        en="Labels that keep changing their way: {count}",
    ),
    "label_foreign": Text(
        es="Etiquetas en las que escribe otro: {count}",
        en="Labels that somebody else writes to: {count}",
    ),
    "way_silent": Text(
        es="Puntos de acceso o adaptadores sin ninguna etiqueta a la vista: {count}",
        en="Access points or adapters that hear hardly any label: {count}",
    ),
    "request_late": Text(
        es="Clientes que esperan y a quienes nadie ha visto: {count}",
        en="Shoppers who wait and whom nobody has seen: {count}",
    ),
    "shelf_nearly_empty": Text(
        es="Estantes casi vacíos: {count}", en="Shelves that are nearly empty: {count}"
    ),
    "shelf_empty": Text(es="Estantes vacíos: {count}", en="Empty shelves: {count}"),
    "shelf_too_warm": Text(
        es="Lugares con demasiado calor: {count}", en="Places that are too warm: {count}"
    ),
    "shelf_too_cold": Text(
        es="Lugares con demasiado frío: {count}", en="Places that are too cold: {count}"
    ),
    "shelf_left_open": Text(
        es="Puertas que siguen abiertas: {count}", en="Doors that were left open: {count}"
    ),
}
"""What stands while tasks of a kind are open."""
TASK_OTHER = Text(es="Tareas pendientes ({kind}): {count}", en="Open tasks ({kind}): {count}")

OUTAGES: Mapping[str, Text] = {
    "central": Text(
        es="Sin conexión con el sistema central", en="No connection to the central system"
    ),
    "shop": Text(
        es="Sin conexión con el bróker de la tienda", en="No connection to the shop's broker"
    ),
    "ways": Text(
        es="Puntos de acceso o adaptadores que no funcionan: {count}",
        en="Access points or adapters that do not work: {count}",
    ),
}
OUTAGE_OTHER = Text(es="No responde: {kind}", en="Does not answer: {kind}")
BOX_BACK = Text(
    es="El equipo Anaquel está de vuelta; estuvo apagado {lasted}",
    en="The box is back; it was off for {lasted}",
)

BEGAN = Text(es="{what} (desde {since})", en="{what} (since {since})")
MORE = Text(es="{what} (ahora más; desde {since})", en="{what} (more now; since {since})")
ENDED = Text(es="Resuelto: {what} (duró {lasted})", en="Over: {what} (lasted {lasted})")

WEEKLY = Text(
    es="Esta semana: {labels} etiquetas, {shown} muestran lo que deben, {silent} no confirman, "
    "{failed} con fallo; tareas pendientes: {tasks}",
    en="This week: {labels} labels, {shown} show what they should, {silent} do not confirm, "
    "{failed} failed; open tasks: {tasks}",
)
TEST = Text(
    es="Prueba: los avisos de esta tienda llegan aquí",
    en="Test: notices of this shop arrive here",
)
MANY = Text(es="{shop}: {count} avisos", en="{shop}: {count} notices")
ONE = Text(es="{shop}: {what}", en="{shop}: {what}")
AND_MORE = Text(es="Y {count} más.", en="And {count} more.")

MINUTES = Text(es="{count} min", en="{count} min")
HOURS = Text(es="{count} h", en="{count} h")
DAYS = Text(es="{count} días", en="{count} days")
