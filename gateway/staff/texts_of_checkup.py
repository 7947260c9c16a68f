"""The words of the check-up page; each finding brings its own."""

from __future__ import annotations

from gateway.web.words import Text

CHECKUP = Text(es="Revisión del equipo", en="Check-up of the box")
CHECKUP_LINK = Text(es="Revisar el equipo", en="Check the box")
CHECKUP_LEAD = Text(
    es="Lo que Anaquel necesita para trabajar: disco, red, reloj, bróker, puntos de acceso y más. "
    "Revisar no cambia nada.",
    en="What Anaquel needs to work: disk, network, clock, broker, access points and more. Looking "
    "changes nothing.",
)
CHECKUP_LOOKING = Text(es="Revisando…", en="Looking…")
CHECKUP_LOOKING_ADVICE = Text(
    es="Tarda unos segundos; más si algo no responde.",
    en="It takes some seconds; longer when something does not answer.",
)
CHECKUP_WAIT = Text(es="Mostrar el resultado", en="Show the result")
CHECKUP_WELL = Text(es="Todo está bien", en="All is well")
CHECKUP_WELL_ADVICE = Text(
    es="No hay nada que hacer. Lo que se revisó está abajo.",
    en="There is nothing to do. What was looked at stands below.",
)
CHECKUP_FOUND = Text(es="Qué hacer", en="What to do")
CHECKUP_LOOKED_AT = Text(es="Qué se revisó", en="What was looked at")
CHECKUP_AGAIN = Text(es="Revisar otra vez", en="Look again")
CHECKUP_MADE = Text(es="Revisado", en="Looked at")
CHECKUP_KEPT = Text(
    es="Se revisa como mucho una vez por minuto.", en="It is looked at once a minute at most."
)
CHECKUP_GOOD = Text(es="Bien", en="Good")
CHECKUP_ATTENTION = Text(es="Atención", en="Attention")
CHECKUP_TROUBLE = Text(es="Problema", en="Trouble")
CHECKUP_UNKNOWN = Text(es="No se sabe", en="Not known")
