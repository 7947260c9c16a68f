"""What the staff site says about labels that are out of use."""

from __future__ import annotations

from gateway.web.words import Text

RETIRE = Text(es="Retirar", en="Retire")
RETIRE_NOTHING = Text(
    es="No recibe nada más. Lo que mostró sigue registrado, y puedes recuperarla.",
    en="It gets nothing any more. What it showed stays on record, and you can take it back.",
)
RETIRE_BLANKS = Text(
    es="Ahora muestra {shows}: se le manda una imagen en blanco, y después nada más. Lo que mostró "
    "sigue registrado, y puedes recuperarla.",
    en="It shows {shows} now: it is sent an empty picture, then nothing any more. What it showed "
    "stays on record, and you can take it back.",
)
RETIRE_HANGS = Text(
    es="No está al alcance y sigue mostrando {shows}: quítala del estante. Si se la oye en un día, "
    "se pone en blanco. Lo que mostró sigue registrado, y puedes recuperarla.",
    en="It is out of reach and still shows {shows}: take it down from the shelf. If it is heard "
    "within a day it goes blank. What it showed stays on record, and you can take it back.",
)
RETIRE_MANAGER = Text(
    es="Solo puede retirarla quien dirige la tienda.", en="Only a manager can retire it."
)
LAST_PICTURE = Text(es="su última imagen", en="its last picture")

RETIRED = Text(es="Retiradas", en="Retired")
RETIRED_TITLE = Text(es="Etiquetas retiradas", en="Retired labels")
RETIRED_LEAD = Text(
    es="Fuera de uso. Su registro se conserva; puedes recuperarlas.",
    en="Out of use. Their record is kept; you can take them back.",
)
RETIRED_NONE = Text(es="No hay etiquetas retiradas", en="There are no retired labels")
RETIRED_NONE_ADVICE = Text(
    es="Se retiran en la página de cada etiqueta.", en="They are retired on the page of each label."
)
RETIRED_BY = Text(es="{name} la retiró {ago}", en="Retired by {name} {ago}")
STOOD_FOR = Text(es="Era de", en="Stood for")
REPLACED_BY = Text(es="La sustituye {label}", en="Replaced by {label}")
GOING = Text(es="Se está poniendo en blanco", en="Going blank")
GOING_ADVICE = Text(
    es="Muestra {shows} hasta que confirme. Si no lo hace antes de las {time}, avisamos en Hoy.",
    en="It shows {shows} until it confirms. If it has not by {time}, Today says so.",
)
HANGS = Text(es="Sigue mostrando {shows}", en="Still shows {shows}")
HANGS_ADVICE = Text(
    es="No confirmó la imagen en blanco. Quítala del estante.",
    en="It did not confirm the empty picture. Take it down from the shelf.",
)
BLANK = Text(es="En blanco", en="Blank")
BLANK_ADVICE = Text(es="La etiqueta lo confirmó.", en="The label confirmed it.")
BLANK_SENT_ADVICE = Text(
    es="Recibió la imagen en blanco. Este modelo no confirma lo que muestra: míralo.",
    en="It received the empty picture. This model does not confirm what it shows: have a look.",
)
DOWN = Text(es="Quitada del estante", en="Taken down")
NEVER = Text(es="Sin imagen", en="No picture")
NEVER_ADVICE = Text(
    es="No consta que mostrara una imagen nuestra.", en="No picture of ours is on record on it."
)
TAKE_BACK = Text(es="Recuperar", en="Take back")
TAKEN_DOWN = Text(es="Ya la quité del estante", en="I took it down")
DID_RETIRED = Text(es="La etiqueta quedó retirada.", en="The label is retired.")
DID_DOWN = Text(es="Anotado: ya no está en el estante.", en="Noted: it is off the shelf.")
DID_BACK = Text(
    es="Recuperada. Ya puedes vincularla a un artículo.",
    en="Taken back. You can bind it to an article now.",
)
TASK_HANGS = Text(
    es="La etiqueta {label} está retirada y sigue mostrando {shows}",
    en="Label {label} is retired and still shows {shows}",
)
TASK_HANGS_WHY = Text(
    es="{name} la retiró, y no confirmó la imagen en blanco.",
    en="{name} retired it, and it did not confirm the empty picture.",
)
TASK_HANGS_ADVICE = Text(
    es="Quítala del estante y dilo en su página.",
    en="Take it down from the shelf, and say so on its page.",
)
LABEL_RETIRED = Text(
    es="La etiqueta {scan} está retirada. Recupérala en Etiquetas, Retiradas.",
    en="Label {scan} is retired. Take it back under Labels, Retired.",
)
