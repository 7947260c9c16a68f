"""What the staff site says about people, their devices and tokens."""

from __future__ import annotations

from gateway.web.words import Text

# Signing in on a shared device
WHO = Text(es="¿Quién eres?", en="Who are you?")
SHORT = Text(es="Clave corta o tarjeta", en="Short code or badge")
SHORT_HINT = Text(
    es="Escribe tus 4 a 6 cifras, o escanea tu tarjeta.",
    en="Type your 4 to 6 digits, or scan your badge.",
)
WITH_PASSWORD = Text(es="Entrar con contraseña", en="Sign in with a password")
WITH_SHORT = Text(es="Elegir tu nombre", en="Pick your name")
WRONG_SHORT = Text(
    es="La clave o la tarjeta no es correcta. Inténtalo otra vez.",
    en="The code or the badge is not right. Try again.",
)
WRONG_PASSWORD = Text(
    es="La contraseña no es correcta. Inténtalo otra vez.",
    en="The password is not right. Try again.",
)
SHARED_HERE = Text(es="Equipo compartido: {name}", en="Shared device: {name}")
LOCKED_FOR = Text(es="Bloqueado: {name}", en="Locked: {name}")
LOCKED_LEAD = Text(
    es="Lo que tenías en la página sigue ahí.", en="What you had on the page is still there."
)
UNLOCK = Text(es="Seguir", en="Go on")
LOCK = Text(es="Bloquear", en="Lock")
SOMEBODY_ELSE = Text(es="Soy otra persona", en="I am somebody else")

# Enrolling a device
ENROL = Text(es="Compartir este equipo", en="Share this device")
ENROL_LEAD = Text(
    es="En un equipo compartido cada quien entra con una clave corta o su tarjeta.",
    en="On a shared device everybody signs in with a short code or a badge.",
)
ENROL_CODE = Text(es="Código de la página Equipos", en="Code from the page Devices")
ENROL_WRONG = Text(
    es="Ese código no vale, o ya pasó su tiempo. Pide otro en la página Equipos.",
    en="That code is not right, or its time is over. Ask for another on the page Devices.",
)
ENROL_ALREADY = Text(es="Ya se comparte como {name}.", en="It is shared already, as {name}.")
DEVICES = Text(es="Equipos compartidos", en="Shared devices")
DEVICES_LEAD = Text(
    es="Teléfonos y escáneres de la tienda en los que se entra con una clave corta o una tarjeta.",
    en="Phones and scanners of the shop on which a short code or a badge signs in.",
)
DEVICES_NONE = Text(es="Todavía ninguno", en="None yet")
DEVICE_ADD = Text(es="Añadir un equipo", en="Add a device")
DEVICE_NAME = Text(es="Nombre, como está escrito en él", en="Name, as it is written on it")
DEVICE_INVITE = Text(es="Crear un código", en="Make a code")
DEVICE_CODE = Text(es="Código para {name}", en="Code for {name}")
DEVICE_CODE_ADVICE = Text(
    es="Escanéalo con ese equipo, o abre en él {address} y escribe el código. Vale una vez, "
    "durante 15 minutos.",
    en="Scan it with that device, or open {address} on it and type the code. It is good once, for "
    "15 minutes.",
)
DEVICE_REMOVE = Text(es="Quitar", en="Remove")
DEVICE_REMOVE_OF = Text(es="Quitar {name}", en="Remove {name}")
DEVICE_ENROLLED = Text(es="Añadido por {by} {ago}", en="Added by {by} {ago}")
LAST_USED = Text(es="Último uso", en="Last used")
DID_DEVICE_REMOVED = Text(
    es="Ya no se comparte; las sesiones en él terminaron.",
    en="It is shared no more; the sessions on it have ended.",
)

# The first person
SET_UP = Text(es="Bienvenida a Anaquel", en="Welcome to Anaquel")
SET_UP_LEAD = Text(
    es="Crea la primera cuenta. Será de administración y podrá añadir a las demás personas.",
    en="Make the first account. It is an administrator's and can add everybody else.",
)
SET_UP_CODE = Text(es="Código del equipo", en="Code of the box")
SET_UP_HINT = Text(
    es="Está en el archivo set-up.txt de la carpeta de datos. Cambia en cada arranque.",
    en="It stands in the file set-up.txt of the data folder. It changes at every start.",
)
SET_UP_WRONG = Text(
    es="Ese no es el código de ahora. Míralo otra vez en el equipo.",
    en="That is not the code now. Look at the box again.",
)
SET_UP_GO = Text(es="Empezar", en="Begin")

# The first steps of a shop
STEPS = Text(es="Primeros pasos", en="First steps")
STEP_SHOP = Text(
    es="Di qué tienda es: nombre, país, moneda", en="Say which shop it is: name, country, currency"
)
STEP_CATALOGUE = Text(es="Trae tu catálogo", en="Bring in your catalogue")
STEP_LABELS = Text(es="Adopta las etiquetas", en="Adopt the labels")
STEP_BIND = Text(es="Vincula la primera a su artículo", en="Bind the first one to its article")
STEP_CARD = Text(
    es="Imprime la tarjeta: página del personal, Wi-Fi y clientes",
    en="Print the card: staff page, Wi-Fi and shoppers",
)
STEP_DRESS = Text(
    es="Pon el horario, el logotipo y tu color", en="Set opening hours, logo and your colour"
)
STEPS_PUT_AWAY = Text(es="Quitar esta lista", en="Put this list away")
STEP_PEOPLE = Text(es="Añade a quienes trabajan aquí", en="Add those who work here")
STEP_BACKUPS = Text(es="Guarda una copia fuera del equipo", en="Keep a backup away from the box")
STEP_OR_RESTORE = Text(
    es="¿El equipo es nuevo y la tienda no? Restaura una copia",
    en="Is the box new and the shop is not? Restore a backup",
)
STEP_DONE = Text(es="hecho", en="done")

# People
PEOPLE = Text(es="Personas", en="People")
PEOPLE_LEAD = Text(
    es="Quién puede entrar y qué puede hacer. Los nombres no salen de la tienda.",
    en="Who may sign in, and do what. Names do not leave the shop.",
)
ROLE = Text(es="Puesto", en="Role")
CLERK = Text(es="Personal", en="Clerk")
MANAGER = Text(es="Encargada o encargado", en="Manager")
ADMINISTRATOR = Text(es="Administración", en="Administrator")
PERSON_ADD = Text(es="Añadir una persona", en="Add a person")
PASSWORD_FIRST = Text(es="Contraseña para empezar", en="Password to begin with")
PASSWORD_HINT = Text(es="Al menos 8 caracteres.", en="At least 8 characters.")
PASSWORD_NEW = Text(es="Contraseña nueva", en="New password")
PASSWORD_NOW = Text(es="Contraseña de ahora", en="Password now")
WRONG_NOW = Text(
    es="La contraseña o clave de ahora no es correcta.",
    en="The password or code you have now is not right.",
)
PASSWORD_BAD = Text(
    es="La contraseña necesita de 8 a 256 caracteres, y no es de las que cualquiera prueba primero "
    "(contraseña1, fechas). Varias palabras juntas sirven bien.",
    en="The password needs 8 to 256 characters, and is not one that anybody tries first "
    "(password1, dates). Several words together do well.",
)
PIN_BAD = Text(
    es="La clave corta son 4 a 6 cifras, y no las que cualquiera prueba primero (1234, 0000).",
    en="A short code is 4 to 6 digits, not those that anybody tries first (1234, 0000).",
)
NAME_BAD = Text(
    es="Ese nombre ya está, o no sirve: de 1 a 64 letras.",
    en="That name is there already, or is none: 1 to 64 letters.",
)
DEVICE_NAME_BAD = Text(
    es="Ese nombre no sirve: de 1 a 40 letras. Caben 200 equipos.",
    en="That is no name: 1 to 40 letters. There is room for 200 devices.",
)
TOKEN_NAME_BAD = Text(
    es="Ese nombre ya está, o no sirve: de 1 a 64 de A-Z a-z 0-9 . _ -",
    en="That name is there already, or is none: 1 to 64 of A-Z a-z 0-9 . _ -",
)
PASSWORD_CHANGE = Text(es="Cambiar la contraseña", en="Change the password")
ADD = Text(es="Añadir", en="Add")
CHANGE = Text(es="Cambiar", en="Change")
REMOVE = Text(es="Quitar", en="Remove")
REMOVE_OF = Text(es="Quitar a {name}", en="Remove {name}")
REMOVE_SURE = Text(
    es="Sí, {name} ya no debe poder entrar", en="Yes, {name} must not sign in any more"
)
PIN = Text(es="Clave corta", en="Short code")
PIN_PROOF = Text(
    es="Tu contraseña o tu clave corta de ahora", en="Your present password or short code"
)
PIN_SET = Text(es="Tiene clave corta", en="Has a short code")
PIN_NONE = Text(es="Sin clave corta", en="No short code")
PIN_HINT = Text(
    es="4 a 6 cifras, solo para equipos compartidos.", en="4 to 6 digits, for shared devices only."
)
PIN_CHANGE = Text(es="Guardar la clave corta", en="Keep the short code")
BADGE_MAKE = Text(es="Imprimir una tarjeta", en="Print a badge")
BADGE_HAS = Text(es="Tiene tarjeta", en="Has a badge")
BADGE_LEAD = Text(
    es="Se ve solo ahora: imprímela. La anterior ya no vale. Sirve en equipos compartidos.",
    en="Seen only now: print it. The one before is worth nothing. It works on shared devices.",
)
MORE = Text(es="Cambiar algo de {name}", en="Change something of {name}")
SESSIONS = Text(es="Sesiones abiertas", en="Open sessions")
SESSION_HERE = Text(es="esta", en="this one")
SESSION_END = Text(es="Terminar", en="End")
SESSION_END_OF = Text(
    es="Terminar la sesión de {name} en {client}", en="End {name}'s session on {client}"
)
SESSION_UNKNOWN = Text(es="un navegador", en="a browser")
ME = Text(es="Tu cuenta", en="Your account")
DID_ADDED = Text(es="Añadida.", en="Added.")
DID_CHANGED = Text(es="Cambiado.", en="Changed.")
DID_REMOVED = Text(es="Ya no puede entrar.", en="May sign in no more.")
DID_ENDED_SESSION = Text(es="La sesión terminó.", en="The session has ended.")
PERSON_GONE = Text(es="Esa persona ya no está", en="That person is gone")
PERSON_GONE_ADVICE = Text(es="Mira la lista de Personas.", en="Look at the list of people.")
OF_HIGHER = Text(es="Eso lo cambia quien administra", en="An administrator changes that")
OF_ONESELF = Text(
    es="Eso lo tiene que hacer otra persona por ti", en="Somebody else has to do that for you"
)

# Tokens of devices and systems
TOKENS = Text(es="Aparatos y sistemas", en="Devices and systems")
TOKENS_LEAD = Text(
    es="Lo que envía lecturas o escribe el catálogo por HTTP, cada uno con su propia clave.",
    en="What sends readings or writes the catalogue over HTTP, each with a token of its own.",
)
TOKEN_NONE = Text(es="Todavía ninguno", en="None yet")
TOKEN_EVENTS = Text(es="Envía lecturas", en="Sends readings")
TOKEN_CATALOGUE = Text(es="Escribe el catálogo", en="Writes the catalogue")
TOKEN_NAME = Text(es="Nombre, sin espacios", en="Name, without spaces")
TOKEN_SCOPE = Text(es="Qué hace", en="What it does")
TOKEN_ADD = Text(es="Dar una clave", en="Give a token")
TOKEN_SHOWN = Text(es="Clave de {name}, solo se ve ahora", en="Token of {name}, seen only now")
TOKEN_SHOWN_ADVICE = Text(
    es="Se manda con cada petición como Authorization: Bearer CLAVE.",
    en="It goes with each request as Authorization: Bearer TOKEN.",
)
TOKEN_END = Text(es="Quitar la clave", en="End the token")
TOKEN_END_OF = Text(es="Quitar la clave de {name}", en="End the token of {name}")
DID_TOKEN_ENDED = Text(es="La clave ya no vale.", en="The token is worth nothing now.")
