"""What the staff site says, in both languages."""

from __future__ import annotations

from gateway.web.words import Text

# Around every page
TODAY = Text(es="Hoy", en="Today")
LABELS = Text(es="Etiquetas", en="Labels")
BIND = Text(es="Vincular", en="Bind")
SIGN_OUT = Text(es="Salir", en="Sign out")
STAFF = Text(es="Personal", en="Staff")
LOST = Text(
    es="Sin conexión con el equipo Anaquel; reintentando",
    en="No connection to the box; retrying",
)
ENDED = Text(es="Tu sesión terminó.", en="Your session has ended.")
ENDED_LINK = Text(es="Entrar de nuevo", en="Sign in again")
BACK_TO_LABELS = Text(es="Todas las etiquetas", en="All labels")

NO_PAGE_ADVICE = Text(
    es="Revisa la dirección, o vuelve a Hoy y sigue desde allí.",
    en="Check the address, or go back to Today and go on from there.",
)
BROKEN_ADVICE = Text(
    es="Vuelve a cargar la página. Si sigue igual, avisa a quien administra el equipo.",
    en="Reload the page. If it stays like this, tell whoever runs the box.",
)
TO_TODAY = Text(es="Ir a Hoy", en="Go to Today")

# Sign in
SIGN_IN = Text(es="Entrar", en="Sign in")
NAME = Text(es="Nombre", en="Name")
PASSWORD = Text(es="Contraseña", en="Password")
WRONG = Text(
    es="El nombre o la contraseña no es correcto. Escríbelos otra vez.",
    en="The name or the password is not right. Type them again.",
)
SLOW_DOWN = Text(
    es="Hay demasiados intentos a la vez. Espera unos segundos.",
    en="Too many attempts at once. Wait a few seconds.",
)
NO_COOKIE = Text(
    es="El navegador no guardó la sesión. Abre esta página con https, o pide a quien administra "
    "el equipo Anaquel que revise secure_cookies.",
    en="The browser did not keep the session. Open this page with https, or ask whoever runs the "
    "box to check secure_cookies.",
)
NOBODY = Text(es="Todavía no hay ninguna cuenta", en="There is no account yet")
NOBODY_ADVICE = Text(
    es="Crea la primera con el código que está en el equipo.",
    en="Make the first one with the code that stands on the box.",
)
FORGOT = Text(
    es="¿Olvidaste la contraseña? Pide otra a quien administra la tienda.",
    en="Forgot the password? Ask whoever manages the shop for a new one.",
)
ASK_SIGN_IN = Text(es="Primero hay que entrar", en="Sign in first")
ASK_SIGN_IN_ADVICE = Text(
    es="Tu sesión terminó o aún no has entrado.", en="There is no open session."
)
FORGED = Text(es="No pudimos confirmar que fuiste tú", en="We could not confirm it was you")
FORGED_ADVICE = Text(
    es="Vuelve a cargar la página y hazlo otra vez.", en="Reload the page and do it again."
)
LOCKED = Text(es="La pantalla está bloqueada", en="The screen is locked")
LOCKED_ADVICE = Text(es="Escribe tu clave corta para seguir.", en="Type your short code to go on.")
NOT_YOURS = Text(es="Esto no te toca a ti", en="This is not for you to do")
NOT_YOURS_ADVICE = Text(es="Pídeselo a la persona encargada.", en="Ask a manager.")
NOT_YOURS_BUT = Text(es="Pídeselo a quien administra el equipo.", en="Ask an administrator.")

# Today
TODAY_DONE = Text(es="Nada pendiente", en="Nothing to do")
TODAY_DONE_ADVICE = Text(
    es="Cuando algo necesite a una persona, aparecerá aquí.",
    en="When something needs a person, it appears here.",
)
TO_DO = Text(es="Pendiente", en="To do")
MORE_TASKS = Text(es="Y {count} más.", en="And {count} more.")
HOW_LABELS_ARE = Text(es="Etiquetas ahora", en="Labels now")
DATA = Text(es="Datos de precios y existencias", en="Price and stock data")
NO_DATA = Text(es="Todavía no llegan datos.", en="No data has arrived yet.")
NO_DATA_ADVICE = Text(
    es="Conecta el sistema central, o importa un archivo con tu catálogo.",
    en="Connect the central system, or import a file with your catalogue.",
)
SOURCE = Text(es="Origen", en="Source")
POSITION = Text(es="Posición", en="Position")
UPDATED = Text(es="Actualizado", en="Updated")
REFUSED_ROWS = Text(es="Filas rechazadas", en="Refused rows")
HELD_ROWS = Text(es="En espera", en="Held")
SOURCE_CENTRAL = Text(es="Sistema central", en="Central system")
SOURCE_FILES = Text(es="Archivos", en="Files")
SOURCE_SHOPIFY = Text(es="Shopify", en="Shopify")
SOURCE_API = Text(es="Otro sistema", en="Another system")
EVENTS = Text(es="Eventos hacia la central", en="Events to central")
LANE = Text(es="Carril", en="Lane")
WAITING = Text(es="En espera", en="Waiting")
OLDEST = Text(es="El más antiguo", en="Oldest")
DROPPED = Text(es="Perdidos", en="Dropped")
NONE = Text(es="Ninguno", en="None")
LANE_KEEP = Text(es="Importantes", en="Important")
LANE_SCAN = Text(es="Escaneos", en="Scans")
LANE_TELEMETRY = Text(es="Sensores", en="Sensors")
LANE_DEBUG = Text(es="Diagnóstico", en="Diagnostics")

# Tasks
WRONG_FAILED = Text(es="Etiquetas con fallo: {count}", en="Labels that failed: {count}")
WRONG_SILENT = Text(es="Etiquetas que no confirman: {count}", en="Labels not confirming: {count}")
WRONG_OTHER = Text(
    es="Etiquetas con otra imagen: {count}", en="Labels with another picture: {count}"
)
WRONG_TEST = Text(
    es="Etiquetas con la imagen de prueba, sin precio: {count}",
    en="Labels with the test card and no price: {count}",
)
WRONG_TEST_ADVICE = Text(
    es="Termina sus pruebas; las olvidadas terminan solas a los {minutes} minutos.",
    en="End their tests; forgotten ones end by themselves after {minutes} minutes.",
)
WRONG_LABELS_ADVICE = Text(
    es="Ábrelas para ver cuáles son y qué hacer con cada una.",
    en="Open them to see which they are and what to do with each.",
)
TASK_REFUSED = Text(es="Un dato no se pudo usar: {what}", en="Data could not be used: {what}")
TASK_REFUSED_ADVICE = Text(
    es="Sigue valiendo el último dato bueno. Corrige la fila donde se creó.",
    en="The last good value still holds. Correct the row where it was made.",
)
TASK_RULES = Text(
    es="La plantilla de la etiqueta {what} no se puede usar",
    en="The template of label {what} cannot be used",
)
TASK_RULES_PLAINER = Text(
    es="No cumple las reglas de precios o no se pudo dibujar; se muestra una más sencilla.",
    en="It breaks the rules for prices or could not be drawn; a plainer one is shown.",
)
TASK_RULES_WITHOUT_PRICE = Text(
    es="Ninguna cumple las reglas de precios en esa pantalla: la etiqueta manda a la caja.",
    en="None keeps the rules for prices on that display: the label sends people to the till.",
)
TASK_RULES_ADVICE = Text(
    es="Elige otra plantilla o una etiqueta más grande para este artículo.",
    en="Choose another template or a larger label for this article.",
)
TASK_LEFT_OUT = Text(
    es="Las etiquetas de {what} no pueden mostrar un texto tal como es",
    en="The labels of {what} cannot show a text as it is",
)
TASK_LEFT_OUT_WHY = Text(
    es="Se escribe de derecha a izquierda. En su lugar sale otro idioma o la referencia.",
    en="It runs from right to left. Another language or the reference stands there instead.",
)
TASK_LEFT_OUT_ADVICE = Text(
    es="Agrega el nombre en otro idioma donde se creó el artículo.",
    en="Add the name in another language where the article was made.",
)
TASK_TEMPLATE_BROKEN = Text(
    es="La plantilla {what} tiene un error", en="The template {what} has a fault"
)
TASK_TEMPLATE_BROKEN_WHY = Text(
    es="Las etiquetas siguen con su última versión buena, o con la de Anaquel.",
    en="Labels go on with its last good version, or with the one of Anaquel.",
)
TASK_TEMPLATE_BROKEN_ADVICE = Text(
    es="Corrige el archivo que se nombra abajo; el cambio se nota solo.",
    en="Correct the file that is named below; the change is noticed by itself.",
)
TASK_CERTIFICATE = Text(
    es="Un certificado nuevo no se puede usar", en="A new certificate cannot be used"
)
TASK_CERTIFICATE_WHY = Text(
    es="Sigue en uso el último bueno, o el que hizo el equipo.",
    en="The last good one stays in use, or the one that the box made.",
)
TASK_CERTIFICATE_ADVICE = Text(
    es="Corrige el archivo que se nombra abajo antes de que caduque el otro; el cambio se nota "
    "solo.",
    en="Correct the file that is named below before the other one is over; the change is noticed "
    "by itself.",
)
TASK_TOO_MANY_LABELS = Text(
    es="Se presentan más etiquetas de las que caben",
    en="More labels introduce themselves than there is room for",
)
TASK_TOO_MANY_LABELS_ADVICE = Text(
    es="Las que ya estaban siguen igual; las nuevas se rechazan. Avisa a quien administra el "
    "equipo Anaquel: algo se presenta como etiqueta sin serlo.",
    en="Those already known go on; new ones are turned away. Tell whoever runs the box: something "
    "introduces itself as labels that do not exist.",
)
TASK_PROOF_BROKEN = Text(
    es="Alguien cambió el registro de lo que mostró {what}",
    en="The record of what {what} showed was changed",
)
TASK_PROOF_BROKEN_WHY = Text(
    es="Desde la fila {row} ya no prueba nada. Las etiquetas y los precios siguen bien.",
    en="From row {row} on it proves nothing. Labels and prices are not affected.",
)
TASK_PROOF_BROKEN_ADVICE = Text(
    es="Avisa a quien administra el equipo Anaquel: «anaquel proof verify» dice más. Guarda una "
    "copia de seguridad antes de tocar nada.",
    en="Tell whoever runs the box: “anaquel proof verify” says more. Keep a backup before anything "
    "is touched.",
)
TASK_REFUSED_FILE = Text(
    es="El archivo {file} no se pudo usar", en="The file {file} could not be used"
)
TASK_REFUSED_FILE_ADVICE = Text(
    es="Los precios y las existencias siguen como estaban. Corrige el archivo y vuelve a enviarlo.",
    en="Prices and stock stay as they were. Correct the file and send it again.",
)
TASK_CENTRAL_SILENT = Text(
    es="La central no confirma los eventos de {ago}",
    en="Central has not confirmed events from {ago}",
)
TASK_CENTRAL_SILENT_WHY = Text(
    es="Esperan aquí {count} y no se pierden.", en="{count} wait here; none is lost."
)
TASK_CENTRAL_SILENT_ADVICE = Text(
    es="Si sigue así, avisa a quien lleva el sistema central y revisa la conexión.",
    en="If this goes on, tell whoever runs the central system and check the connection.",
)
TASK_FALSE_PRIOR = Text(
    es="La rebaja de {what} anuncia un precio anterior falso",
    en="The reduction of {what} claims a false price before",
)
TASK_FALSE_PRIOR_WHY = Text(
    es="Dice {claimed}; el precio más bajo de los 30 días anteriores fue {lowest}.",
    en="It says {claimed}; the lowest price of the 30 days before was {lowest}.",
)
TASK_FALSE_PRIOR_ADVICE = Text(
    es="Etiqueta y página comparan con el más bajo. Corrige el precio anterior donde se creó.",
    en="Label and page compare with the lowest. Correct the price before where it was made.",
)
TASK_TIME = Text(es="No sabemos qué hora es de verdad", en="We do not know what time it really is")
TASK_TIME_WHY = Text(
    es="Ninguna oferta empieza ni termina hasta saberlo; siguen los precios de la última hora "
    "segura.",
    en="No offer begins or ends until we do; the prices of the last time that was sure stay.",
)
TASK_TIME_ADVICE = Text(
    es="Conecta el equipo Anaquel a internet o a la central: toma la hora por sí solo. Si no hay, "
    "avisa a quien lo administra.",
    en="Connect the box to the internet or to central: it takes the time by itself. If there is "
    "none, tell whoever runs it.",
)
TASK_OTHER = Text(es="Revisar {what}", en="Check {what}")
KIND_LOCATION = Text(es="lugar", en="place")
KIND_GROUP = Text(es="grupo", en="group")
KIND_PRODUCT = Text(es="artículo", en="article")
KIND_OFFERS = Text(es="precio de", en="price of")
KIND_STOCK = Text(es="existencias de", en="stock of")
KIND_TASK = Text(es="tarea", en="task")
KIND_BINDING = Text(es="vínculo", en="binding")

# Label list
SEARCH_LABELS = Text(es="Buscar etiqueta", en="Search labels")
SEARCH_LABELS_HINT = Text(es="Nombre, código o GTIN", en="Name, code or GTIN")
ALL = Text(es="Todas", en="All")
RANGE = Text(es="{first} a {last} de {count}", en="{first} to {last} of {count}")
PREVIOUS = Text(es="Anteriores", en="Previous")
NEXT = Text(es="Siguientes", en="Next")
NO_LABELS = Text(es="Todavía no hay etiquetas", en="There are no labels yet")
NO_LABELS_ADVICE = Text(
    es="Acerca una etiqueta al equipo Anaquel y enciéndela. Aparece aquí en cuanto se presenta.",
    en="Switch a label on near the box. It appears here as soon as it introduces itself.",
)
NO_MATCH = Text(es="Ninguna etiqueta coincide", en="No label matches")
NO_MATCH_ADVICE = Text(
    es="Prueba con menos letras o quita el filtro.", en="Try fewer letters or remove the filter."
)
CLEAR = Text(es="Ver todas", en="Show all")
SHOULD_SHOW = Text(es="Debe mostrar", en="Should show")
SHOWS = Text(es="Muestra", en="Shows")
NO_PICTURE = Text(es="Sin imagen", en="No picture")
NOT_OURS = Text(es="No es nuestra", en="Not ours")
ARTICLE = Text(es="Artículo", en="Article")
STATE = Text(es="Estado", en="State")
BATTERY = Text(es="Pila", en="Battery")
HEARD = Text(es="Última señal", en="Last heard")
UNBOUND = Text(es="Sin vincular", en="Not bound")
GONE = Text(es="{key} ya no está en el catálogo", en="{key} is no longer in the catalogue")
FROM = Text(es="desde {price}", en="from {price}")
NO_PRICE = Text(es="Sin precio", en="No price")
FACET_SHOWN = Text(es="Correctas", en="Right")
FACET_TEST = Text(es="En prueba", en="On test")
FACET_UNDER_WAY = Text(es="En camino", en="On the way")
FACET_SILENT = Text(es="No confirman", en="Not confirming")
FACET_PAUSED = Text(es="En pausa", en="Paused")
FACET_DIFFERS = Text(es="Difieren: envío cancelado", en="Differ: wave cancelled")
FACET_FAILED = Text(es="Con fallo", en="Failed")
FACET_OTHER = Text(es="Otra imagen", en="Other picture")
FACET_OFFLINE = Text(es="Sin conexión", en="No connection")
FACET_UNBOUND = Text(es="Sin vincular", en="Not bound")
