"""The words about backups."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.web.words import Text

BACKUPS = Text(es="Copias de seguridad", en="Backups")
BACKUPS_LEAD = Text(
    es="Todo lo de la tienda en un archivo. Guarda siempre una copia fuera del equipo Anaquel: si "
    "el equipo falla, con ella vuelves a empezar.",
    en="All of the shop in one file. Always keep a copy away from the box: if the box fails, you "
    "start again with it.",
)
BACKUP_NOW = Text(es="Hacer una ahora", en="Make one now")
BACKUP_MAKING = Text(
    es="Se está haciendo una copia. La tienda sigue funcionando.",
    en="A backup is being made. The shop goes on working.",
)
BACKUP_ASKED = Text(es="La copia se hará enseguida.", en="The backup will be made right away.")
BACKUP_NONE = Text(es="Todavía no hay copias en este equipo", en="No backup on this box yet")
BACKUP_NONE_ADVICE = Text(
    es="Haz una ahora y descárgala, o espera a la hora de {at}.",
    en="Make one now and download it, or wait until {at}.",
)
BACKUP_NONE_UNTIMED = Text(
    es="Haz una ahora y descárgala. No hay hora fijada para hacerlas.",
    en="Make one now and download it. There is no set time for them.",
)
BACKUP_HERE = Text(es="En este equipo", en="On this box")
BACKUP_TAKEN = Text(es="De", en="From")
BACKUP_SIZE = Text(es="Tamaño", en="Size")
BACKUP_MB = Text(es="{count} MB", en="{count} MB")
BACKUP_DOWNLOAD = Text(es="Descargar", en="Download")
BACKUP_DOWNLOAD_OF = Text(es="Descargar la de {time}", en="Download the one from {time}")
BACKUP_SEALED = Text(es="Cifrada", en="Encrypted")
BACKUP_OPEN = Text(es="Sin cifrar", en="Not encrypted")
BACKUP_NOT_YOURS = Text(es="Esta copia no está cifrada", en="This backup is not encrypted")
BACKUP_NOT_YOURS_ADVICE = Text(
    es="En ella están las contraseñas de todos, como resúmenes: se la lleva quien administra el "
    "sistema. Con una frase de paso en [backup] la puede llevar también la gerencia.",
    en="In it are everybody's passwords, as hashes: an administrator takes it along. With a "
    "passphrase under [backup] managers may take it too.",
)
BACKUP_FOR_ADMIN = Text(
    es="Sin cifrar: se la lleva quien administra", en="Not encrypted: for an administrator"
)
BACKUP_OPEN_ADVICE = Text(
    es="Quien tenga el archivo puede leerlo. Guárdalo donde nadie más llegue.",
    en="Whoever has the file can read it. Keep it where nobody else gets at it.",
)
BACKUP_ELSEWHERE = Text(es="Fuera del equipo", en="Away from the box")
BACKUP_PLACE = Text(es="Lugar", en="Place")
BACKUP_NEWEST = Text(es="La más nueva", en="The newest")
BACKUP_NOWHERE = Text(es="Ninguna copia ha salido del equipo", en="No copy has left the box")
BACKUP_NOWHERE_ADVICE = Text(
    es="Descarga una, o conecta una memoria USB con una carpeta llamada anaquel-backups.",
    en="Download one, or plug in a USB stick with a folder called anaquel-backups.",
)
BACKUP_TROUBLE = Text(es="No llegó", en="Did not arrive")
BACKUP_GONE = Text(es="Esa copia ya no está", en="That backup is gone")
BACKUP_GONE_ADVICE = Text(
    es="Las más viejas se borran. Elige otra de la lista.",
    en="The oldest ones are deleted. Choose another from the list.",
)

TASK_BACKUP_OVERDUE = Text(
    es="Hace más de una semana que ninguna copia de seguridad sale de este equipo",
    en="No backup has left this box for more than a week",
)
TASK_BACKUP_OVERDUE_WHY = Text(
    es="Si el equipo falla hoy, se pierde lo de estos días: qué etiqueta es de qué artículo, "
    "cuentas y pruebas.",
    en="If the box fails today, what these days brought is lost: which label stands for which "
    "article, accounts and proof.",
)
TASK_BACKUP_OVERDUE_ADVICE = Text(
    es="Descarga una copia, o conecta la memoria USB de las copias.",
    en="Download a backup, or plug in the USB stick for backups.",
)
TASK_BACKUP_OVERDUE_CLERK = Text(
    es="Conecta la memoria USB de las copias, o avisa a quien lleva la tienda.",
    en="Plug in the USB stick for backups, or tell whoever runs the shop.",
)
TASK_BACKUP_FAILED = Text(
    es="La copia de seguridad no se pudo hacer", en="The backup could not be made"
)
TASK_BACKUP_FAILED_WHY = Text(
    es="La tienda sigue funcionando, y las copias anteriores siguen ahí.",
    en="The shop goes on working, and earlier backups are still there.",
)
TASK_BACKUP_FAILED_ADVICE = Text(
    es="Se intenta otra vez cada hora. Si no mejora, enseña esto a quien administra el equipo.",
    en="It is tried again every hour. If it gets no better, show this to whoever runs the box.",
)

PLACES: Mapping[str, Text] = {
    "usb": Text(es="Memoria USB", en="USB stick"),
    "folder": Text(es="Carpeta de otro disco", en="Folder on another disk"),
    "sftp": Text(es="Otro equipo (SFTP)", en="Another machine (SFTP)"),
    "central": Text(es="Central", en="Central"),
    "download": Text(es="Descargada", en="Downloaded"),
    "command": Text(es="Copiada con una orden", en="Copied by a command"),
}
