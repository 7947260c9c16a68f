"""The one table of the shop's own settings: what there is, what each may be, and who changes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from gateway.settings import forms
from gateway.settings.sections import Shop
from gateway.wording.text import Text

LONGEST: Final = 500
"""Characters of a value as it is written, where its setting says nothing else."""
LOGO: Final = "logo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One of them. ``least`` is the least role that may change it.

    ``choices`` are the only values where there are some, with the words for each. ``hint`` says
    what it does and what to write. ``longest`` is how many characters are read.
    """

    name: str
    title: Text
    hint: Text
    read: forms.Read
    choices: Mapping[str, Text] = field(default_factory=dict)
    least: Literal["manager", "administrator"] = "manager"
    longest: int = LONGEST

    @property
    def default(self) -> str | None:
        """What holds while nobody has said anything else."""
        value: str | None = Shop.model_fields[self.name].default
        return value


_LANGUAGES: Final = {"es": Text(es="Español", en="Spanish"), "en": Text(es="Inglés", en="English")}
_INCREASES: Final = {
    "at_once": Text(es="en seguida", en="at once"),
    "when_closed": Text(es="cuando la tienda cierra", en="when the shop closes"),
}
_DECIDES: Final = {
    "manager": Text(es="las gerencias de la tienda", en="the shop's managers"),
    "central": Text(es="la central", en="central"),
}
_ON_OFF: Final = {"on": Text(es="sí", en="yes"), "off": Text(es="no", en="no")}
_HOLDS: Final = {
    "staff": Text(es="cuando alguien lo acepta", en="once somebody accepts it"),
    "stock": Text(es="en seguida, si hay existencias", en="at once, if it is in stock"),
    "off": Text(es="no se aparta nada", en="nothing is held"),
}
_CENTRAL: Final = {
    "no": Text(es="no", en="no"),
    "ask": Text(es="sí; si no contesta, decide la tienda", en="yes; without answer the shop does"),
}

SETTINGS: Final = (
    Setting(
        name="name",
        title=Text(es="Nombre de la tienda", en="Name of the shop"),
        hint=Text(
            es="Lo leen los clientes. Si la central envía el nombre de la tienda, vale el suyo.",
            en="Shoppers read it. Where central sends the shop's name, that one counts.",
        ),
        read=forms.words(100),
    ),
    Setting(
        name="language",
        title=Text(es="Idioma", en="Language"),
        hint=Text(
            es="De las etiquetas, y de las páginas para teléfonos que no piden ninguno de los dos.",
            en="Of labels, and of pages for phones that ask for neither.",
        ),
        read=forms.one_of(_LANGUAGES),
        choices=_LANGUAGES,
    ),
    Setting(
        name="second_language",
        title=Text(es="Segundo idioma de las etiquetas", en="Second language of labels"),
        hint=Text(
            es="Para plantillas que dicen las cosas dos veces.",
            en="For templates that say things twice.",
        ),
        read=forms.one_of(_LANGUAGES),
        choices=_LANGUAGES,
    ),
    Setting(
        name="country",
        title=Text(es="País", en="Country"),
        hint=Text(
            es="Decide las reglas de los precios y cómo se escriben.",
            en="It decides the rules for prices and how they are written.",
        ),
        read=forms.country,
    ),
    Setting(
        name="currency",
        title=Text(es="Moneda", en="Currency"),
        hint=Text(
            es="De los archivos que no dicen la suya.",
            en="Of files that do not name theirs.",
        ),
        read=forms.currency,
    ),
    Setting(
        name="time_zone",
        title=Text(es="Zona horaria", en="Time zone"),
        hint=Text(
            es="Decide cuándo empieza y termina una oferta.",
            en="It decides when an offer begins and ends.",
        ),
        read=forms.time_zone,
    ),
    Setting(
        name="brand_color",
        title=Text(es="Color de la marca", en="Brand colour"),
        hint=Text(
            es="Como #24408e. De los botones y enlaces que ven los clientes; las letras se hacen "
            "más claras u oscuras hasta que se leen bien.",
            en="Like #24408e. Of buttons and links that shoppers see; letters are made lighter or "
            "darker until they read well.",
        ),
        read=forms.color,
    ),
    Setting(
        name=LOGO,
        title=Text(es="Logotipo", en="Logo"),
        hint=Text(
            es="En lugar del nombre, arriba en las páginas de los clientes. Un PNG, JPEG o WebP; "
            "esta página lo reduce a lo que hace falta.",
            en="In place of the name, at the top of shoppers' pages. A PNG, JPEG or WebP; this "
            "page makes it as small as it needs to be.",
        ),
        read=forms.logo,
        longest=2 * forms.LOGO_BYTES,
    ),
    Setting(
        name="footer",
        title=Text(es="Pie de página", en="Footer"),
        hint=Text(
            es="Al pie de las páginas de los clientes: dirección, teléfono, devoluciones.",
            en="At the foot of shoppers' pages: address, telephone, how to return things.",
        ),
        read=forms.words(300),
    ),
    Setting(
        name="hours",
        title=Text(es="Horario", en="Opening hours"),
        hint=Text(
            es="Como lun-vie 09:00-20:00, sáb 10:00-14:00. Si la central envía el horario, vale el "
            "suyo.",
            en="Like mon-fri 09:00-20:00, sat 10:00-14:00. Where central sends the hours, those "
            "count.",
        ),
        read=forms.opening_hours,
    ),
    Setting(
        name="increases",
        title=Text(es="Un precio sube", en="A price rises"),
        hint=Text(
            es="Cuando la tienda cierra: nadie paga más de lo que decía la etiqueta. Necesita el "
            "horario de la tienda.",
            en="When the shop closes: nobody pays more than the label said. It needs the shop's "
            "opening hours.",
        ),
        read=forms.one_of(_INCREASES),
        choices=_INCREASES,
    ),
    Setting(
        name="quiet_hours",
        title=Text(es="Horas de silencio", en="Quiet hours"),
        hint=Text(
            es="Como 22:00-06:30. Entonces las etiquetas descansan, menos por lo urgente.",
            en="Like 22:00-06:30. Labels are left alone then, but for what is urgent.",
        ),
        read=forms.quiet_hours,
    ),
    Setting(
        name="opening_check",
        title=Text(es="Revisión de apertura", en="Opening check"),
        hint=Text(
            es="A qué hora se cuentan las etiquetas correctas, como 08:30; no, para que solo la "
            "haga quien la pida. Sin hora: una hora antes de abrir, si se conoce el horario.",
            en="At what time right labels are counted, like 08:30; no, so that it is only made "
            "when somebody asks. Without a time: an hour before opening, if the hours are known.",
        ),
        read=forms.opening_check,
    ),
    Setting(
        name="usual_prices",
        title=Text(es="Precios normales", en="Usual prices"),
        hint=Text(
            es="Como MXN 0.50 20000. Un precio fuera de ahí se retiene.",
            en="Like MXN 0.50 20000. A price outside is held.",
        ),
        read=forms.usual_prices,
    ),
    Setting(
        name="bring",
        title=Text(es="Traer tallas al cliente", en="Bring sizes to shoppers"),
        hint=Text(
            es="El cliente lo pide desde su teléfono, en la tienda. Solo en el horario, y mientras "
            "alguien tiene abierta la página del personal.",
            en="Shoppers ask for it on their phone, in the shop. Only in opening hours, and while "
            "somebody has the staff page open.",
        ),
        read=forms.one_of(_ON_OFF),
        choices=_ON_OFF,
    ),
    Setting(
        name="bring_to",
        title=Text(es="A dónde se trae", en="Where it is brought to"),
        hint=Text(
            es="Como Probador 1, Probador 2, Zona niños. El cliente elige uno.",
            en="Like Fitting room 1, Fitting room 2, Children. The shopper picks one.",
        ),
        read=forms.names_of_places,
    ),
    Setting(
        name="entrance_label",
        title=Text(es="Etiqueta de la entrada", en="Label at the entrance"),
        hint=Text(
            es="El código de una etiqueta sin artículo: muestra el código de hoy.",
            en="The code of a label without an article: it shows today's code.",
        ),
        read=forms.label_code,
    ),
    Setting(
        name="hold",
        title=Text(es="Apartar artículos", en="Hold articles"),
        hint=Text(
            es="Para recoger en la tienda con un código. Dice cuándo puede contar el cliente con "
            "ello.",
            en="To be collected in the shop with a code. It says when the shopper can count on it.",
        ),
        read=forms.one_of(_HOLDS),
        choices=_HOLDS,
    ),
    Setting(
        name="hold_minutes",
        title=Text(es="Minutos que se aparta", en="Minutes that it is held"),
        hint=Text(
            es="Desde que se confirma; con la tienda cerrada, desde que abre.",
            en="From when it is confirmed; while the shop is closed, from when it opens.",
        ),
        read=forms.hold_minutes,
    ),
    Setting(
        name="hold_central",
        title=Text(es="La central confirma lo apartado", en="Central confirms holds"),
        hint=Text(
            es="Se le esperan 10 segundos.",
            en="It is waited for 10 seconds.",
        ),
        read=forms.one_of(_CENTRAL),
        choices=_CENTRAL,
    ),
    Setting(
        name="buy_link",
        title=Text(es="Enlace para comprar en línea", en="Link to buy online"),
        hint=Text(
            es="Como https://tienda.example/p/{variant}?tienda={shop}&etiqueta={label}. También "
            "{gtin}, {article} y {size}.",
            en="Like https://shop.example/p/{variant}?store={shop}&label={label}. Also {gtin}, "
            "{article} and {size}.",
        ),
        read=forms.link_template,
    ),
    Setting(
        name="chat_link",
        title=Text(es="Enlace para preguntar por chat", en="Link to ask in a chat"),
        hint=Text(
            es="Como https://wa.me/5213300000000?text={article}%20{size}%20{shop}.",
            en="Like https://wa.me/15550100000?text={article}%20{size}%20{shop}.",
        ),
        read=forms.link_template,
    ),
    Setting(
        name="guard_decides",
        title=Text(es="Sobre lo retenido decide", en="About what is held decide"),
        hint=Text(
            es="Sobre lo que envía la central. Lo cambia quien administra el sistema.",
            en="About what central sends. An administrator changes it.",
        ),
        read=forms.one_of(_DECIDES),
        choices=_DECIDES,
        least="administrator",
    ),
)
