"""What the staff site says about one label: its state, its facts, its history, its binding."""

from __future__ import annotations

from gateway.web.words import Text

# States
QUEUED = Text(es="En cola", en="Queued")
QUEUED_ADVICE = Text(es="Se envía en cuanto le toque.", en="It is sent as soon as its turn comes.")
TRANSFERRED = Text(es="Recibido por la etiqueta", en="Received by the label")
TRANSFERRED_ADVICE = Text(
    es="Falta que la etiqueta confirme que lo muestra.",
    en="The label has yet to confirm that it shows it.",
)
SHOWN = Text(es="Se muestra", en="Shown")
SHOWN_ADVICE = Text(es="La etiqueta lo confirmó.", en="The label confirmed it.")
PAUSED = Text(es="Pausada por {by}, {time}", en="Paused by {by}, {time}")
PAUSED_ADVICE = Text(
    es="Sigue con lo de antes hasta que alguien continúe el envío. "
    "Para enviarla ya, pulsa Enviar de nuevo.",
    en="It keeps what it shows until somebody goes on with the wave. "
    "Press Send again to send it now.",
)
DIFFERS = Text(es="Difiere: cancelada por {by}, {time}", en="Differs: cancelled by {by}, {time}")
DIFFERS_ADVICE = Text(
    es="Sigue con lo de antes, que ya no es lo que debe. Para enviarla, pulsa Enviar de nuevo.",
    en="It keeps what it shows, which is not what it should. Press Send again to send it.",
)
FAILED = Text(es="Falló", en="Failed")
SILENT_AT = Text(es="No confirma desde las {time}", en="Not confirmed since {time}")
SILENT_AGO = Text(es="No confirma desde {ago}", en="Not confirmed for a while: {ago}")
SILENT_ADVICE = Text(
    es="Acércate a ella. Si no reacciona, ponle una pila nueva.",
    en="Go to it. If it does not react, give it a new battery.",
)
OTHER = Text(es="Muestra otra imagen", en="Shows another picture")
OTHER_ADVICE = Text(
    es="Lo que muestra no es lo que debe. Envía la imagen de nuevo.",
    en="What it shows is not what it should. Send the picture again.",
)
FOREIGN = Text(es="Muestra una imagen que no es nuestra", en="Shows a picture that is not ours")
FOREIGN_ADVICE = Text(
    es="Otro programa escribe en ella, o se cambió a mano. Envía la imagen de nuevo.",
    en="Another program writes to it, or it was changed by hand. Send the picture again.",
)
TEST = Text(es="En prueba", en="On test")
TEST_ADVICE = Text(
    es="Tiene la imagen de prueba en lugar de la suya. Termina sola a las {time}; si ya la viste, "
    "toca Terminar la prueba.",
    en="It has the test card in place of its own picture. That ends by itself at {time}; if you "
    "have seen it, press End the test.",
)
NOTHING_YET = Text(es="Sin imagen todavía", en="No picture yet")
NOTHING_YET_ADVICE = Text(
    es="La imagen se está preparando. Si tarda, mira en Hoy.",
    en="The picture is being prepared. If it takes long, look at Today.",
)
OFFLINE = Text(es="Sin conexión", en="No connection")
OFFLINE_ADVICE = Text(
    es="No está al alcance; se la oyó por última vez {ago}. Acércala o ponle una pila nueva; lo "
    "pendiente sale solo.",
    en="It is out of reach, and was last heard {ago}. Bring it closer or give it a new battery; "
    "what waits goes by itself.",
)

# Reasons of deliveries
REASON_AWAITING_LABEL = Text(
    es="Se espera a que la etiqueta despierte.", en="Waiting for the label to wake up."
)
REASON_ASLEEP = Text(
    es="Duerme. Se envía en cuanto se la oiga.", en="It sleeps. It is served when it is heard."
)
REASON_BUSY = Text(
    es="Está ocupada con otra cosa. Se reintenta enseguida.",
    en="It is busy with something else. It is tried again soon.",
)
REASON_OUT_OF_REACH = Text(
    es="Se la oye, pero no se logra conectar. Acércale un punto de acceso; se reintenta.",
    en="It is heard, but no connection comes about. Bring an access point closer; it is retried.",
)
REASON_DISCONNECTED = Text(
    es="La conexión se cortó a mitad. Se reintenta; si sigue, acércale un punto de acceso.",
    en="The connection broke half-way. It is retried; if it goes on, bring an access point closer.",
)
REASON_NO_ANSWER = Text(
    es="Dejó de responder. Se reintenta; si sigue, ponle una pila nueva.",
    en="It stopped answering. It is tried again; if it goes on, give it a new battery.",
)
REASON_REFUSED = Text(
    es="La etiqueta o su punto de acceso dijo que no. Se reintenta más tarde.",
    en="The label or its access point said no. It is tried again later.",
)
REASON_NOT_LET_IN = Text(
    es="Pide una clave que no tenemos. Avisa a quien administra el equipo.",
    en="It asks for a key that we do not have. Tell whoever runs the box.",
)
REASON_UNKNOWN_MODEL = Text(
    es="No se sabe qué modelo es. Elige el modelo de la etiqueta.",
    en="Its model is not known. Choose the label's model.",
)
REASON_FOREIGN = Text(
    es="Otro sistema escribe en ella. La dejamos hasta que algo cambie o pulses Enviar de nuevo.",
    en="Another system writes to it. We leave it alone until something changes "
    "or you press Send again.",
)
REASON_LINK_DOWN = Text(
    es="El equipo Anaquel no llega al servidor de etiquetas. Revisa la red; se reintenta solo.",
    en="The box does not reach the label server. Check the network; it retries by itself.",
)
REASON_IMAGE_MISSING = Text(
    es="La etiqueta no recibió la imagen completa. Se envía otra vez.",
    en="The label did not get the whole picture. It is sent again.",
)
REASON_IMAGE_UNREADABLE = Text(
    es="La etiqueta no pudo leer la imagen. Se envía otra vez; si sigue, cámbiala.",
    en="The label could not read the picture. It is sent again; if it goes on, replace it.",
)
REASON_WRONG_SIZE = Text(
    es="La imagen no cabe en esta pantalla. Apaga y enciende la etiqueta.",
    en="The picture does not fit this screen. Switch the label off and on.",
)
REASON_LABEL_ERROR = Text(
    es="La etiqueta dio un error. Se reintenta; si sigue, cámbiala.",
    en="The label reported an error. It is tried again; if it goes on, replace it.",
)
REASON_NO_DRIVER = Text(
    es="Este equipo no sabe hablar con este modelo. Avisa a quien lo administra.",
    en="This box cannot talk to this model. Tell whoever runs it.",
)
REASON_FRAME_MISSING = Text(
    es="Falta la imagen en el equipo Anaquel. Envíala de nuevo.",
    en="The box lost the picture. Send it again.",
)
REASON_STAFF = Text(es="Alguien pidió enviarla de nuevo.", en="Somebody asked to send it again.")

# The label's page
SAME = Text(es="Muestra exactamente lo que debe.", en="It shows exactly what it should.")
DIFFERENT = Text(
    es="Lo que muestra todavía no es lo que debe.", en="What it shows is not yet what it should."
)
CENTRAL = Text(es="la central", en="central")
BOUND_BY = Text(es="Por {name}, {ago}", en="By {name}, {ago}")
CODE = Text(es="Código", en="Code")
SERIAL = Text(es="Identificador", en="Id")
MODEL = Text(es="Modelo", en="Model")
PANEL = Text(es="Pantalla", en="Panel")
INK_WHITE = Text(es="blanco", en="white")
INK_BLACK = Text(es="negro", en="black")
INK_RED = Text(es="rojo", en="red")
INK_YELLOW = Text(es="amarillo", en="yellow")
INK_BLUE = Text(es="azul", en="blue")
INK_GREEN = Text(es="verde", en="green")
BATTERY_LOW = Text(es="Pila baja", en="Battery low")
FIRMWARE = Text(es="Firmware", en="Firmware")
SIGNAL = Text(es="Señal", en="Signal")
TEMPERATURE = Text(es="Temperatura", en="Temperature")
UNKNOWN = Text(es="Sin dato", en="Unknown")
FIRST_HEARD = Text(es="Primera señal", en="First heard")
ATTEMPTS = Text(es="Intentos", en="Attempts")
FACTS = Text(es="Datos", en="Facts")
HISTORY = Text(es="Historia", en="History")
EARLIER_ONE = Text(es="1 anterior", en="1 earlier")
EARLIER = Text(es="{count} anteriores", en="{count} earlier")
NO_HISTORY = Text(es="Todavía no ha pasado nada.", en="Nothing has happened yet.")
SEND_AGAIN = Text(es="Enviar de nuevo", en="Send again")
UNBIND = Text(es="Quitar vínculo", en="Unbind")
CHANGE_BINDING = Text(es="Cambiar artículo", en="Change article")
BIND_THIS = Text(es="Vincular a un artículo", en="Bind to an article")
DID_SENT = Text(es="Se enviará de nuevo.", en="It will be sent again.")
DID_BOUND = Text(es="Vínculo guardado.", en="Binding saved.")
DID_UNBOUND = Text(es="Vínculo quitado. Mostrará su código.", en="Unbound. It will show its code.")
PROOF_WISHED = Text(es="Imagen nueva pedida", en="New picture asked for")
PROOF_ASKED_AGAIN = Text(es="Pedida otra vez", en="Asked for again")
PROOF_TRANSFERRED = Text(es="Recibida por la etiqueta", en="Received by the label")
PROOF_SHOWN = Text(es="Mostrada", en="Shown")
PROOF_FAILED = Text(es="Falló", en="Failed")
PROOF_LOST = Text(es="Perdió su imagen", en="Lost its picture")
PROOF_REACHABLE = Text(es="Al alcance otra vez", en="In reach again")
PROOF_UNREACHABLE = Text(es="Fuera de alcance", en="Out of reach")
PROOF_BOUND = Text(es="Vínculo cambiado", en="Binding changed")
LABEL_UNKNOWN = Text(es="No conocemos esta etiqueta", en="We do not know this label")
LABEL_UNKNOWN_ADVICE = Text(
    es="Acércala al equipo Anaquel y enciéndela; espera a que se presente.",
    en="Switch it on near the box and wait until it introduces itself.",
)

UNBOUND = Text(es="Sin vincular", en="Not bound")

# Choosing an article
CHOOSE = Text(es="¿Qué artículo va en {label}?", en="Which article goes on {label}?")
SEARCH_ARTICLES = Text(es="Buscar artículo", en="Search articles")
SEARCH_ARTICLES_HINT = Text(es="Nombre o número", en="Name or number")
SEARCH = Text(es="Buscar", en="Search")
NO_ARTICLE = Text(es="Ningún artículo coincide", en="No article matches")
NO_ARTICLE_ADVICE = Text(
    es="Prueba con otra palabra, o escanea el código de barras.",
    en="Try another word, or scan the barcode.",
)
GROUPS = Text(es="Grupos", en="Groups")
ARTICLES = Text(es="Artículos", en="Articles")
ONE_ARTICLE_COUNT = Text(es="1 artículo", en="1 article")
ARTICLES_COUNT = Text(es="{count} artículos", en="{count} articles")
MORE_FOUND = Text(es="{shown} de {count}: escribe más.", en="{shown} of {count}: type more.")
WHOLE_GROUP = Text(es="Todo el grupo", en="The whole group")
ONLY = Text(es="Solo {axis}: {value}", en="Only {axis}: {value}")
WHOLE_OR_PART = Text(es="Grupo entero o una parte", en="Whole group or a part")
ONE_ARTICLE = Text(es="Un solo artículo", en="A single article")
AXIS_SIZE = Text(es="talla", en="size")
AXIS_COLOR = Text(es="color", en="colour")
WILL_CHANGE = Text(es="Esto va a cambiar", en="This will change")
BEFORE = Text(es="Ahora", en="Now")
AFTER = Text(es="Después", en="Then")
CONFIRM_BIND = Text(es="Vincular", en="Bind")
CONFIRM_REPLACE = Text(es="Cambiar el vínculo", en="Change the binding")
SAME_ALREADY = Text(es="Ya está vinculada a esto.", en="It is bound to this already.")
ANOTHER = Text(es="Elegir otro", en="Choose another")

# Binding with a scanner
BIND_LEAD = Text(
    es="Escanea la etiqueta y después el artículo, o al revés.",
    en="Scan the label, then the article, or the other way round.",
)
FIELD_LABEL = Text(es="1. Etiqueta", en="1. Label")
FIELD_ARTICLE = Text(es="2. Artículo", en="2. Article")
FIELD_LABEL_HINT = Text(es="Su código de 6 caracteres o QR", en="Its 6-character code or its QR")
FIELD_ARTICLE_HINT = Text(es="Código de barras o número", en="Barcode or number")
DID_BIND = Text(es="{label} es ahora {article}", en="{label} is now {article}")
NOT_BOUND = Text(es="No se vinculó nada", en="Nothing was bound")
LAST_BINDINGS = Text(es="Lo último", en="Latest")
NO_BINDINGS = Text(
    es="Aquí verás lo que vincules, y podrás deshacerlo.",
    en="What you bind appears here, and can be undone.",
)
UNDO = Text(es="Deshacer", en="Undo")
UNDONE = Text(es="{label} vuelve a como estaba", en="{label} is back as it was")
UNDO_TOO_LATE = Text(
    es="{label} ya cambió después. No se deshizo nada.",
    en="{label} was changed since. Nothing was undone.",
)
CONFLICT = Text(es="{label} ya es {article}", en="{label} already is {article}")
CONFLICT_ADVICE = Text(
    es="Para que muestre {article}, escanea otra vez ese artículo o toca el botón. "
    "Para dejarla así, escanea otra etiqueta.",
    en="To have it show {article}, scan that article again or press the button. "
    "To leave it as it is, scan another label.",
)
LABEL_IS_FREE = Text(es="{label} está libre", en="{label} is free")
CHECK_LABEL = Text(es="Revisa la etiqueta", en="Check the label")
NOW_THE_ARTICLE = Text(es="Ahora escanea el artículo.", en="Now scan the article.")
NOW_THE_LABEL = Text(es="Ahora escanea la etiqueta.", en="Now scan the label.")
CAMERA_OPEN = Text(es="Escanear con la cámara", en="Scan with the camera")
CAMERA_PHOTO = Text(es="Foto", en="Photo")
CAMERA_SEES = Text(es="Lo que ve la cámara", en="What the camera sees")
CAMERA_TORCH = Text(es="Luz", en="Light")
CAMERA_CLOSE = Text(es="Cerrar la cámara", en="Close the camera")
CAMERA_DENIED = Text(
    es="El navegador no deja usar la cámara. Permítelo en sus ajustes, o haz una foto.",
    en="The browser does not let us use the camera. Allow it in its settings, or take a photo.",
)
CAMERA_NONE = Text(
    es="No se encontró ninguna cámara. Haz una foto, o escribe el código.",
    en="No camera was found. Take a photo, or type the code.",
)
CAMERA_NOTHING = Text(
    es="En la foto no se lee ningún código. Acércate, con luz y sin reflejos.",
    en="No code can be read in the photo. Go closer, with light and without glare.",
)
CAMERA_BROKEN = Text(
    es="La lectura no funciona en este navegador. Escribe el código, o usa un escáner.",
    en="Reading does not work in this browser. Type the code, or use a scanner.",
)
WAITING_PAIRS = Text(es="Todavía sin enviar", en="Not sent yet")
WAITING_PAIRS_ADVICE = Text(
    es="Sin red. Sigue escaneando: se envía en orden en cuanto vuelva. No cierres esta pestaña.",
    en="No network. Go on scanning: it is sent in order once it is back. Keep this tab open.",
)
WAITING_PAIRS_FORGET = Text(
    es="Quitar las que no se pudieron", en="Remove those that could not be done"
)
SCAN_LABEL_FIRST = Text(
    es="Falta la etiqueta. Escanéala primero.", en="The label is missing. Scan it first."
)
SCAN_ARTICLE_TOO = Text(
    es="Falta el artículo. Escanea su código de barras.",
    en="The article is missing. Scan its barcode.",
)
LABEL_NOT_FOUND = Text(
    es="No conocemos la etiqueta {scan}. Revisa los 6 caracteres, o "
    "acércala al equipo Anaquel y enciéndela.",
    en="We do not know label {scan}. Check its 6 characters or switch it on near the box.",
)
LABEL_IS_ARTICLE = Text(
    es="{scan} es un artículo, no una etiqueta. Escribe el código de 6 caracteres de la etiqueta.",
    en="{scan} is an article, not a label. Type the label's 6-character code.",
)
ARTICLE_NOT_FOUND = Text(
    es="No hay ningún artículo {scan} en el catálogo. Escanéalo otra vez o búscalo por nombre.",
    en="There is no article {scan} in the catalogue. Scan it again or search it by name.",
)
ARTICLE_IS_LABEL = Text(
    es="{scan} es una etiqueta, no un artículo. Escanea el código de barras del artículo.",
    en="{scan} is a label, not an article. Scan the article's barcode.",
)
ARTICLE_TWICE = Text(
    es="Dos artículos tienen el código {scan}. Usa el número de artículo y avisa a la central.",
    en="Two articles claim the code {scan}. Use the article number and tell central.",
)
