from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import settings
from gateway.settings import SettingsError

GOOD = """
[shop]
store = "s042"
gateway = "gw-1"
public_base = "https://q.example.com"
[data]
folder = "data"
"""


def write(folder: Path, text: str) -> Path:
    file = folder / "config.toml"
    file.write_text(text, encoding="utf-8")
    return file


def with_line(section: str, line: str) -> str:
    """The good file with one more (or another) line in a section."""
    key = line.partition(" ")[0]
    lines = [old for old in GOOD.splitlines() if not old.startswith(f"{key} ")]
    if f"[{section}]" in lines:
        lines.insert(lines.index(f"[{section}]") + 1, line)
    else:
        lines += [f"[{section}]", line]
    return "\n".join(lines)


def refused(file: Path) -> list[str]:
    with pytest.raises(SettingsError) as raised:
        settings.load(file)
    return str(raised.value).splitlines()


ID = 'write 1 to 64 of A-Z a-z 0-9 . _ -, like "s042"'
HOST = 'write a host name or an IP address alone, like "broker.example.com" or "127.0.0.1"'
ADDRESS = 'write an address as phones open it, like "https://q.example.com"'
FAMILY = 'write "openepaperlink", "hanshow", or one that you installed'
POINT = 'write its address with http:// or https:// before it, like "http://192.168.1.50"'
COUNTRY = 'write the two capitals of ISO 3166, like "MX" or "ES"'
CURRENCY = 'is no currency; write its ISO 4217 code, like "MXN" or "EUR"'
TOPIC = 'write words of A-Z a-z 0-9 . _ - with / between them, like "anaquel/v1"'
ADAPTER = 'write an adapter as hciconfig names it, like "hci0"'
WRONG = [
    ("bluetooth", 'adapters = ["usb0"]', f'bluetooth.adapters.0 = "usb0": {ADAPTER}'),
    (
        "bluetooth",
        'adapters = ["hci0", "hci0"]',
        "bluetooth.adapters = ['hci0', 'hci0']: names hci0 twice; name each adapter once",
    ),
    ("shop", 'store = "tienda 1"', f'shop.store = "tienda 1": {ID}'),
    ("shop", 'store = ""', f'shop.store = "": {ID}'),
    ("shop", 'store = "s042\\n"', f'shop.store = "s042\n": {ID}'),
    ("shop", "gateway = 7", "shop.gateway = 7: write a text in quotes"),
    ("shop", f'gateway = "{"g" * 65}"', f'shop.gateway = "{"g" * 60}…": {ID}'),
    ("shop", 'public_base = "q.example.com"', f'shop.public_base = "q.example.com": {ADDRESS}'),
    ("shop", 'public_base = "ftp://a"', f'shop.public_base = "ftp://a": {ADDRESS}'),
    ("shop", 'public_base = "https://a?b"', f'shop.public_base = "https://a?b": {ADDRESS}'),
    ("data", "folder = 5", "data.folder = 5: write a path in quotes"),
    (
        "access_points",
        'a = { family = "Open Paper", url = "http://a" }',
        f'access_points.a.family = "Open Paper": {FAMILY}',
    ),
    (
        "access_points",
        'a = { family = "hanshow", url = "a:9000" }',
        f'access_points.a.url = "a:9000": {POINT}',
    ),
    (
        "access_points",
        'a = { family = "openepaperlink", url = "http://a", reached_at = "http://b" }',
        "[access_points.a]: reached_at is not for openepaperlink; remove it",
    ),
    (
        "access_points",
        'a = { family = "openepaperlink" }',
        "access_points.a.url is missing; add it (see config.example.toml)",
    ),
    (
        "access_points",
        '"a b" = { family = "openepaperlink", url = "http://a" }',
        f'access_points.a b = "a b": {ID}',
    ),
    ("shop_broker", 'host = "mqtt://x"', f'shop_broker.host = "mqtt://x": {HOST}'),
    (
        "shop_broker",
        'port = "1883"',
        'shop_broker.port = "1883": write a whole number without quotes',
    ),
    ("shop_broker", "port = true", "shop_broker.port = true: write a whole number without quotes"),
    ("shop_broker", "port = 65536", "shop_broker.port = 65536: write 65535 or less"),
    ("shop_broker", "port = -1", "shop_broker.port = -1: write 0 or more"),
    ("shop_broker", 'tls = "yes"', 'shop_broker.tls = "yes": write true or false without quotes'),
    ("shop_broker", "tls = 1", "shop_broker.tls = 1: write true or false without quotes"),
    ("shop_broker", "protocol = 5", 'shop_broker.protocol = 5: write "auto", "5" or "3.1.1"'),
    ("shop_broker", "keepalive_s = 1", "shop_broker.keepalive_s = 1: write 5 or more"),
    ("shop_broker", "reconnect_s = 0", "shop_broker.reconnect_s = 0: write a number above 0"),
    ("shop_broker", "reconnect_s = nan", "shop_broker.reconnect_s = nan: write 86400 or less"),
    ("shop_broker", "reconnect_s = inf", "shop_broker.reconnect_s = inf: write 86400 or less"),
    ("shop_broker", 'topic_prefix = "a//b"', f'shop_broker.topic_prefix = "a//b": {TOPIC}'),
    ("shop_broker", 'topic_prefix = "a/#"', f'shop_broker.topic_prefix = "a/#": {TOPIC}'),
    ("feed", 'snapshot_hosts = "x"', 'feed.snapshot_hosts = "x": write a list, like '),
    ("feed", 'snapshot_hosts = ["a b"]', f'feed.snapshot_hosts.0 = "a b": {HOST}'),
    ("feed", 'gap_s = "soon"', 'feed.gap_s = "soon": write a number without quotes'),
    ("feed", "gap_s = true", "feed.gap_s = true: write a number without quotes"),
    ("labels", "at_once = 2.5", "labels.at_once = 2.5: write a whole number without quotes"),
    ("events.keep", "max_bytes = 5", "events.keep.max_bytes = 5: write 100000 or more"),
    (
        "central",
        'broker = "x"',
        'central.broker = "x": is a section; write [central.broker] and its settings below',
    ),
    (
        "central.keys",
        'main = "MIGfMA0G"',
        'central.keys.main = "MIGfMA0G": write the public key as central\'s key command shows it: ',
    ),
    (
        "central.keys",
        '"a b" = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="',
        'central.keys.a b = "a b": write 1 to 64 of A-Z ',
    ),
    ("log", 'level = "INFO"', 'log.level = "INFO": write "debug", "info", "warning" or "error"'),
    ("sources", 'offers = "erp"', 'sources.offers = "erp": write "central", "files", "api" or '),
    ("sources", 'offer = "files"', 'sources.offer: is no kind; write "location", "group", '),
    ("shop", 'curency = "EUR"', 'shop.curency = "EUR": is no setting; did you mean shop.currency?'),
    (
        "central",
        "port = 1",
        "central.port = 1: is no setting; did you mean central.broker.port or ",
    ),
    ("site.staff", "port = 1", "[site] is no section; did you mean sites?"),
    ("log", "colours = 1", "log.colours = 1: is no setting; remove it (config.example.toml has "),
]


@pytest.mark.parametrize(("section", "line", "told"), WRONG)
def test_a_wrong_value_is_one_line_that_says_what_to_write(
    tmp_path: Path, section: str, line: str, told: str
) -> None:
    file = write(tmp_path, with_line(section, line))
    said = "\n".join(refused(file))
    assert said.startswith(f"{file}: {told}")
    assert said.count(str(file)) == 1


OF_THE_SHOP = (
    "shop.country: is a setting of the shop, not of the box; remove it here, and set it on the "
    'page Settings or with: anaquel settings set country "ES"'
)


def test_every_wrong_key_has_its_line(tmp_path: Path) -> None:
    file = write(tmp_path, '[shop]\nstore = "s042"\ncountry = "ES"\n[feed]\ngap_s = 0\n')
    assert refused(file) == [
        f"{file}: {OF_THE_SHOP}",
        f"{file}: shop.gateway is missing; add it (see config.example.toml)",
        f"{file}: shop.public_base is missing; add it (see config.example.toml)",
        f"{file}: [data] is missing; add it (see config.example.toml)",
        f"{file}: feed.gap_s = 0: write a number above 0",
    ]


def test_a_key_above_all_sections_is_told_where_it_belongs(tmp_path: Path) -> None:
    file = write(tmp_path, 'store = "s042"\n' + GOOD)
    assert refused(file) == [f'{file}: store = "s042": is no setting; did you mean shop.store?']


def test_signatures_that_nothing_can_check_are_told(tmp_path: Path) -> None:
    file = write(tmp_path, GOOD + "[central]\nrequire_signature = true\n")
    assert refused(file) == [
        (
            f"{file}: [central] require_signature is true, but [central.keys] has no key to check "
            "with: write central's public key there"
        )
    ]


def test_a_source_that_cannot_be_is_told_without_the_whole_file(tmp_path: Path) -> None:
    text = GOOD + '[central]\nkind = "none"\n[sources]\noffers = "central"\nstock = "central"\n'
    file = write(tmp_path, text)
    assert refused(file) == [
        (
            f"{file}: [sources] gives offers, stock to central, but [central] kind is none: "
            'write "files" there or set kind = "mqtt"'
        )
    ]


def test_a_missing_file_says_where_to_get_one(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    assert refused(file) == [
        (
            f"{file}: cannot be read: No such file or directory; copy config.example.toml there, "
            "or name your file with --config"
        )
    ]
    file.mkdir()
    assert "cannot be read: Is a directory" in refused(file)[0]


def test_what_is_not_toml_is_told_by_line(tmp_path: Path) -> None:
    file = write(tmp_path, "[shop]\nstore: s042\n")
    (line,) = refused(file)
    assert line.startswith(f"{file}: is not TOML: ")
    assert "line 2" in line
    file.write_bytes("[shop]\nname = 'Ñ'".encode("latin-1"))
    assert refused(file) == [f"{file}: is not UTF-8 text; save it as UTF-8"]


def test_a_mark_that_some_editors_put_first_does_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert settings.load(file).shop.store == "s042"


def test_relative_paths_start_at_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    text = (
        GOOD.replace('"data"', '"../data"')
        + '[central.broker]\npassword_file = "secret"\n'
        + '[shop_broker]\nca_file = "/etc/ca.pem"\n'
        + '[feed]\nsnapshot_folder = "snapshots"\n'
    )
    folder = tmp_path / "etc"
    folder.mkdir()
    write(folder, text)
    monkeypatch.chdir(folder)
    for name in (folder / "config.toml", Path("config.toml")):
        loaded = settings.load(name)
        assert loaded.data.folder.resolve() == tmp_path / "data"
        assert loaded.central.broker.password_file == folder / "secret"
        assert loaded.shop_broker.ca_file == Path("/etc/ca.pem")
        assert loaded.feed.snapshot_folder == folder / "snapshots"
        assert loaded.central.broker.ca_file is None


def test_who_owns_a_kind(tmp_path: Path) -> None:
    alone = settings.load(write(tmp_path, GOOD + '[central]\nkind = "none"\n'))
    assert {alone.source_of(kind) for kind in settings.KINDS} == {"files"}
    mixed = settings.load(write(tmp_path, GOOD + '[sources]\nstock = "api"\n'))
    assert (mixed.source_of("stock"), mixed.source_of("offers")) == ("api", "central")


@pytest.mark.parametrize(
    ("section", "line", "name"),
    [
        ("labels", 'quiet_hours = "22:00-06:00"', "quiet_hours"),
        ("labels", 'increases = "when_closed"', "increases"),
        ("guard", 'decides = "central"', "guard_decides"),
        ("guard", 'ranges = { MXN = ["1", "2"] }', "usual_prices"),
        ("shop", "name = 7", "name"),
    ],
)
def test_what_the_shop_sets_itself_is_refused_with_the_way_to_set_it(
    tmp_path: Path, section: str, line: str, name: str
) -> None:
    (told,) = refused(write(tmp_path, with_line(section, line)))
    assert f": {section}.{line.partition(' ')[0]}: is a setting of the shop" in told
    assert f"anaquel settings set {name} " in told


@given(text=st.text(max_size=200))
def test_any_text_is_settings_or_told_in_words(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    file = tmp_path_factory.getbasetemp() / "any.toml"
    file.write_text(text, encoding="utf-8", errors="surrogatepass")
    with pytest.raises(SettingsError):
        settings.load(file)
