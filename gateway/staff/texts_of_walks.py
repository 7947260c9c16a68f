"""The words of the walk that compares labels with what lies behind them."""

from __future__ import annotations

from gateway.web.words import Text

WALK = Text(es="Revisar caminando", en="Check walk")
WALK_LEAD = Text(
    es="Escanea una etiqueta y el artículo que hay detrás: dice si van juntos.",
    en="Scan a label and the article behind it: it says whether they belong together.",
)
WALK_CHECK = Text(es="Comparar", en="Compare")
WALK_RIGHT = Text(es="{label} está bien: {article}", en="{label} is right: {article}")
WALK_WRONG = Text(
    es="{label} no está bien: es de {article}", en="{label} is wrong: it is of {article}"
)
WALK_WRONG_ADVICE = Text(es="Detrás hay {article}.", en="Behind it is {article}.")
WALK_FREE = Text(es="{label} no está vinculada", en="{label} is not bound")
WALK_MEND = Text(es="Vincular {label} a {article}", en="Bind {label} to {article}")
WALK_MENDED = Text(es="{label} es ahora de {article}", en="{label} is now of {article}")
WALK_MEANWHILE = Text(
    es="Alguien cambió {label} entre tanto", en="Somebody changed {label} meanwhile"
)
WALK_MEANWHILE_ADVICE = Text(es="Escanéala otra vez.", en="Scan it again.")
WALK_UNKNOWN = Text(es="No está en el sistema", en="Not on file")
WALK_PROGRESS = Text(es="Hasta ahora", en="So far")
WALK_SINCE = Text(es="Desde", en="Since")
WALK_ZONE = Text(es="Zona", en="Zone")
WALK_NO_ZONE = Text(es="sin zona", en="without a zone")
WALK_CHECKED = Text(es="Revisadas", en="Checked")
WALK_OF = Text(es="{checked} de {labels} ({share} %)", en="{checked} of {labels} ({share} %)")
WALK_STILL_WRONG = Text(es="Mal", en="Wrong")
WALK_BEGIN = Text(es="Empezar de nuevo", en="Begin anew")
WALK_NOTHING = Text(es="Ninguna etiqueta está vinculada todavía.", en="No label is bound yet.")
