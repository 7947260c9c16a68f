"""The words about putting a backup back."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.web.words import Text

RESTORE = Text(es="Restaurar una copia", en="Restore a backup")
RESTORE_LEAD = Text(
    es="Todo lo de la tienda vuelve a ser como en la copia: etiquetas, vínculos, cuentas y "
    "pruebas. Lo que hay ahora en el equipo se aparta, no se borra.",
    en="All of the shop becomes what it was in the backup: labels, bindings, accounts and proof. "
    "What is on the box now is put aside, not deleted.",
)
RESTORE_WHICH = Text(es="¿Qué copia?", en="Which backup?")
RESTORE_NONE = Text(
    es="En este equipo y en las memorias USB conectadas no hay copias de esta tienda.",
    en="There is no backup of this shop on this box or on a USB stick in it.",
)
RESTORE_SENT = Text(es="La que acabas de subir", en="The one that you have just uploaded")
RESTORE_PASSPHRASE = Text(
    es="Contraseña de la copia, si está cifrada", en="Passphrase of the backup, if it is encrypted"
)
RESTORE_LOOK = Text(es="Revisar la copia", en="Check the backup")
RESTORE_UPLOAD = Text(es="Subir un archivo", en="Upload a file")
RESTORE_FILE = Text(es="Archivo de la copia", en="File of the backup")
RESTORE_SEND = Text(es="Subir", en="Upload")
RESTORE_SCRIPT = Text(
    es="Para subir un archivo, el navegador necesita JavaScript. Sin él, copia el archivo a una "
    "memoria USB, en una carpeta llamada anaquel-backups, y conéctala al equipo.",
    en="To upload a file the browser needs JavaScript. Without it, copy the file to a USB stick, "
    "into a folder called anaquel-backups, and plug it into the box.",
)
RESTORE_LOST = Text(
    es="El envío se cortó. Pulsa otra vez: sigue donde quedó.",
    en="The upload was cut off. Press again: it goes on where it was.",
)
RESTORE_FULL = Text(
    es="No cabe en el disco del equipo. Libera espacio y vuelve a intentarlo.",
    en="It does not fit on the disk of the box. Free space and try again.",
)
RESTORE_LOOKING = Text(
    es="Se está leyendo la copia entera. La tienda sigue funcionando.",
    en="All of the backup is being read. The shop goes on working.",
)
RESTORE_GOOD = Text(es="La copia está entera", en="The backup is whole")
RESTORE_SHOP = Text(es="Tienda", en="Shop")
RESTORE_BOX = Text(es="Equipo", en="Box")
RESTORE_TAKEN = Text(es="Hecha", en="Taken")
RESTORE_APP = Text(es="Con Anaquel", en="By Anaquel")
RESTORE_LABELS = Text(es="Etiquetas", en="Labels")
RESTORE_ARTICLES = Text(es="Artículos", en="Articles")
RESTORE_WILL = Text(
    es="El equipo se detiene unos segundos y empieza otra vez con estos datos. Se vuelve a revisar "
    "cada etiqueta, y todos entran otra vez, con las cuentas de la copia.",
    en="The box stops for some seconds and starts again with this data. Every label is looked at "
    "again, and everybody signs in again, with the accounts of the backup.",
)
RESTORE_TYPE = Text(es="Escribe {store} para confirmarlo", en="Type {store} to confirm it")
RESTORE_TYPED_WRONG = Text(
    es="No es lo que había que escribir. No ha cambiado nada.",
    en="That is not what had to be typed. Nothing has changed.",
)
RESTORE_GO = Text(es="Restaurar", en="Restore")
RESTORE_FORGET = Text(es="Dejarlo como está", en="Leave it as it is")
RESTORE_RESTARTING = Text(es="El equipo empieza otra vez", en="The box starts again")
RESTORE_WAIT = Text(
    es="Espera en esta página: sigue sola en cuanto el equipo conteste, en menos de un minuto.",
    en="Wait on this page: it goes on by itself when the box answers, in less than a minute.",
)
RESTORE_GO_ON = Text(es="Seguir", en="Go on")
RESTORE_DONE = Text(es="La copia está restaurada", en="The backup was restored")
RESTORE_DONE_NEXT = Text(
    es="Mira en Hoy qué etiquetas faltan por confirmar. Contraseñas, llaves y permisos de otros "
    "sistemas no están en las copias: ponlos otra vez en sus archivos.",
    en="See on Today which labels have still to confirm. Passwords, keys and tokens of other "
    "systems are in no backup: put them in their files again.",
)
RESTORE_FAILED = Text(
    es="No se pudo restaurar: todo está como antes", en="It was not restored: all is as before"
)
RESTORE_REFUSED = Text(es="Esta copia no se puede usar", en="This backup cannot be used")
RESTORE_NOT_NOW = Text(es="Eso ya no se puede hacer", en="That can no longer be done")
RESTORE_NOT_NOW_ADVICE = Text(
    es="La copia ya no está, o se está leyendo otra. Vuelve a la página y elige de nuevo.",
    en="The backup is gone, or another is being read. Go back to the page and choose again.",
)

FAULTS: Mapping[str, Text] = {
    "passphrase": Text(
        es="Falta su contraseña, o no es esa. Escríbela otra vez.",
        en="Its passphrase is missing, or is not that one. Type it again.",
    ),
    "damaged": Text(
        es="El archivo está dañado o no es una copia. Usa otro.",
        en="The file is damaged, or no backup. Use another one.",
    ),
    "newer": Text(
        es="La hizo un Anaquel más nuevo. Actualiza este equipo y vuelve a intentarlo.",
        en="A newer Anaquel made it. Update this box and try again.",
    ),
    "other_shop": Text(
        es="Es de otra tienda. Usa la de esta. ¿Este equipo es nuevo y la tienda tiene una "
        "central? Conéctala antes en Importar un archivo: así el equipo se llama como la tienda.",
        en="It is of another shop. Use one of this shop. Is this box new and has the shop a "
        "central system? Connect that first in Import a file: then the box is called as the shop.",
    ),
    "no_room": Text(
        es="No cabe en el disco del equipo. Libera espacio y vuelve a intentarlo.",
        en="It does not fit on the disk of the box. Free space and try again.",
    ),
    "other": Text(
        es="Enseña esto a quien administra el equipo.", en="Show this to whoever runs the box."
    ),
}
