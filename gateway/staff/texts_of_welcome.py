"""The words of the page that explains the staff site's certificate."""

from __future__ import annotations

from gateway.web.words import Text

TITLE = Text(
    es="La primera vez, tu navegador te avisa", en="The first time, your browser warns you"
)
LEAD = Text(
    es="El equipo de la tienda cifra la página del personal con un certificado que hizo él mismo. "
    "Cifra igual que cualquier otro, pero tu teléfono aún no lo conoce: por eso avisa.",
    en="The shop's box encrypts the staff page with a certificate that it made itself. It encrypts "
    "like any other, but your phone does not know it yet: so it warns.",
)
GIVEN_TITLE = Text(es="La página del personal va cifrada", en="The staff page is encrypted")
GIVEN_LEAD = Text(
    es="Ábrela con este botón y guárdala en tu teléfono. Tu navegador no debe avisar de nada.",
    en="Open it with this button and keep it on your phone. Your browser should not warn of "
    "anything.",
)
OPEN = Text(es="Abrir la página del personal", en="Open the staff page")
NO_PASSWORD = Text(es="Aquí no escribas contraseñas", en="Type no password here")
NO_PASSWORD_WHY = Text(
    es="Esta página no va cifrada. La del personal empieza siempre por https.",
    en="This page is not encrypted. The staff page always begins with https.",
)

FOR_GOOD = Text(es="Quitar el aviso para siempre", en="No warning any more")
FOR_GOOD_LEAD = Text(
    es="Instala una vez la autoridad del equipo en cada teléfono o computadora de la tienda. Solo "
    "responde por la red de la tienda: nadie puede usarla para hacerse pasar por tu banco.",
    en="Install the box's authority once on each phone or computer of the shop. It answers for the "
    "shop's own network alone: nobody can use it to pose as your bank.",
)
DOWNLOAD = Text(es="Descargar la autoridad", en="Download the authority")
COMPARE = Text(
    es="Antes de confiar, compara su huella SHA-256 con la que muestra el equipo: la dice "
    "anaquel certificate, y también su registro.",
    en="Before you trust it, compare its SHA-256 fingerprint with what the box itself shows: "
    "anaquel certificate says it, and its log does too.",
)
IPHONE_STEPS = Text(
    es="Descárgala con Safari y toca Permitir.\n"
    "Abre Ajustes, toca Perfil descargado y luego Instalar.\n"
    "En Ajustes, General, Información, Ajustes de confianza de los certificados, activa Anaquel.",
    en="Download it with Safari and tap Allow.\n"
    "Open Settings, tap Profile Downloaded, then Install.\n"
    "In Settings, General, About, Certificate Trust Settings, switch Anaquel on.",
)
ANDROID_STEPS = Text(
    es="Descárgala.\n"
    "Abre Ajustes y busca «certificado de CA» (está en Seguridad, Cifrado y credenciales).\n"
    "Toca Instalar de todos modos y elige anaquel-ca.crt.",
    en="Download it.\n"
    "Open Settings and search for “CA certificate” (it is in Security, Encryption and "
    "credentials).\n"
    "Tap Install anyway and choose anaquel-ca.crt.",
)
WINDOWS_STEPS = Text(
    es="Descárgala, ábrela y elige Instalar certificado, Usuario actual.\n"
    "Elige Colocar todos los certificados en el siguiente almacén: Entidades de certificación raíz "
    "de confianza.\n"
    "Cierra el navegador y ábrelo otra vez.",
    en="Download it, open it, and choose Install Certificate, Current User.\n"
    "Choose Place all certificates in the following store: Trusted Root Certification "
    "Authorities.\n"
    "Close the browser and open it again.",
)

JUST_NOW = Text(es="Entrar sin instalar nada", en="Enter without installing anything")
JUST_NOW_LEAD = Text(
    es="Hazlo solo en la red de la tienda, y si la huella del certificado en el aviso es esta:",
    en="Do it in the shop's own network only, and if the certificate in the warning has this "
    "fingerprint:",
)
IPHONE_ENTER = Text(
    es="Toca Mostrar detalles y luego visitar este sitio web.",
    en="Tap Show Details, then visit this website.",
)
ANDROID_ENTER = Text(
    es="Toca Configuración avanzada y luego Continuar a {host}.",
    en="Tap Advanced, then Proceed to {host}.",
)
WINDOWS_ENTER = Text(
    es="Haz clic en Avanzado y luego en Continuar a {host}.",
    en="Click Advanced, then Continue to {host}.",
)
AUTHORITY_PRINT = Text(es="Huella SHA-256 de la autoridad", en="SHA-256 of the authority")
SITE_PRINT = Text(es="Huella SHA-256 del certificado", en="SHA-256 of the certificate")
