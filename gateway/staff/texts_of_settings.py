"""What the page of the shop's settings says."""

from __future__ import annotations

from gateway.web.words import Text

SETTINGS = Text(es="Ajustes de la tienda", en="Settings of the shop")
SETTINGS_LEAD = Text(
    es="Valen en cuanto los guardas, sin reiniciar nada. Cada cambio queda anotado.",
    en="They count as soon as you save them, with nothing to restart. Every change is noted.",
)
SETTINGS_SAVE = Text(es="Guardar", en="Save")
SETTINGS_SAVED = Text(es="Guardado. Vale desde ahora.", en="Saved. It counts from now on.")
SETTINGS_SAME = Text(es="Nada es distinto de antes.", en="Nothing is other than before.")
SETTINGS_WRONG = Text(
    es="No se guardó nada. Corrige lo que está marcado y guarda otra vez.",
    en="Nothing was saved. Correct what is marked, and save again.",
)
SETTINGS_LOCKED = Text(
    es="Lo fija la central. Aquí no se puede cambiar.",
    en="Set by central. It cannot be changed here.",
)
SETTINGS_ADMIN = Text(
    es="Lo cambia quien administra el sistema.", en="An administrator changes it."
)
SETTINGS_HERE = Text(es="De este país", en="Of this country")
SETTINGS_OTHERS = Text(es="De otros países", en="Of other countries")
SETTINGS_NONE = Text(es="ninguno", en="none")
SETTINGS_PICTURE = Text(es="una imagen", en="a picture")
SETTINGS_NO_PICTURE = Text(es="Quitar", en="Remove")
SETTINGS_BAD_PICTURE = Text(
    es="Esta imagen no se puede leer. Elige un PNG, JPEG o WebP.",
    en="This picture cannot be read. Choose a PNG, JPEG or WebP.",
)
SETTINGS_PICTURE_SCRIPT = Text(
    es="Para elegir una imagen hace falta JavaScript.",
    en="Choosing a picture needs JavaScript.",
)
SETTINGS_DEFAULT = Text(es="de fábrica", en="default")
SETTINGS_CHANGES = Text(es="Últimos cambios", en="Latest changes")
SETTINGS_UNCHANGED = Text(es="Nadie ha cambiado nada todavía.", en="Nobody has changed anything.")
SETTINGS_BY_CENTRAL = Text(es="la central", en="central")
SETTINGS_WAS = Text(es="antes {was}", en="before {was}")
SETTINGS_FILE = Text(es="Llevar a otra tienda", en="Take to another shop")
SETTINGS_FILE_HINT = Text(
    es="Descarga los ajustes como archivo. En la otra tienda, pega aquí lo que dice el archivo: "
    "vale todo o nada.",
    en="Download the settings as a file. In the other shop, paste here what the file says: all of "
    "it counts, or nothing.",
)
SETTINGS_DOWNLOAD = Text(es="Descargar los ajustes", en="Download the settings")
SETTINGS_PASTE = Text(es="Lo que dice el archivo", en="What the file says")
SETTINGS_TAKE = Text(es="Usar estos ajustes", en="Use these settings")
SETTINGS_NO_FILE = Text(
    es="No es un archivo de ajustes de Anaquel: pega todo lo que dice, desde la primera llave "
    "hasta la última.",
    en="This is no file of Anaquel's settings: paste all that it says, from the first brace to "
    "the last.",
)
SETTINGS_BOX = Text(
    es="Lo que es de la caja (redes, carpetas, conexiones) está en config.toml.",
    en="What belongs to the box (networks, folders, connections) stands in config.toml.",
)
