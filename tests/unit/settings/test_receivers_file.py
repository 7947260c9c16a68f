"""Receivers that a page named count beside the settings file, and go when they are removed."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway import settings
from gateway.settings import Mail, SettingsError, Smtp, Webhook, receivers_file

BOX = """\
[shop]
store = "s042"
gateway = "gw-1"
public_base = "https://q.example.com"
[data]
folder = "data"
"""
CHAT = Webhook(format="slack", url_file=Path("any"), about=("task", "outage"))
ERP = Webhook(url_file=Path("any"), secret_file=Path("any"))
URL = "https://hooks.example.com/T0/B0/x?y=z#"
SECRET = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
SMTP = Smtp(
    host="smtp.example.com",
    username="shop",
    password_file=Path("any"),
    sender="shop@example.com",
)


def load(folder: Path, text: str = BOX) -> settings.Settings:
    (folder / "config.toml").write_text(text)
    return settings.load(folder / "config.toml")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    found = load(tmp_path).data.folder
    found.mkdir()
    return found


def test_who_is_added_is_told_from_the_next_load_on_until_removed(
    tmp_path: Path, data: Path
) -> None:
    receivers_file.add_webhook(data, "chat", CHAT, URL, "")
    receivers_file.add_webhook(data, "erp", ERP, URL, SECRET)
    receivers_file.set_smtp(data, SMTP, "pass word")
    receivers_file.add_mail(data, "manager", Mail(to="ana@example.com", about=("summary",)))

    told = load(tmp_path).notices
    assert list(told.webhooks) == ["chat", "erp"]
    chat, erp = told.webhooks["chat"], told.webhooks["erp"]
    assert (chat.format, chat.about, chat.secret_file) == ("slack", ("task", "outage"), None)
    assert chat.url_file.read_text() == f"{URL}\n"
    assert erp.secret_file is not None
    assert erp.secret_file.read_text() == f"{SECRET}\n"
    assert told.mail["manager"].to == "ana@example.com"
    assert told.smtp.password_file is not None
    assert told.smtp.password_file.read_text() == "pass word\n"
    assert all(file.stat().st_mode & 0o77 == 0 for file in (data / "notices").iterdir())
    assert (data / "notices").stat().st_mode & 0o77 == 0

    assert receivers_file.remove(data, "webhooks.erp")
    assert receivers_file.remove(data, "mail.manager")
    told = load(tmp_path).notices
    assert (list(told.webhooks), list(told.mail)) == (["chat"], [])
    assert not erp.secret_file.exists()
    assert not erp.url_file.exists()


@pytest.mark.parametrize("key", ["webhooks.nobody", "mail.chat", "chat", "smtp.host", "", "."])
def test_nobody_else_is_removed(data: Path, key: str) -> None:
    receivers_file.add_webhook(data, "chat", CHAT, URL, "")
    assert not receivers_file.remove(data, key)
    assert list(receivers_file.read(data).webhooks) == ["chat"]


def test_what_the_settings_file_says_goes_before_it(tmp_path: Path, data: Path) -> None:
    receivers_file.add_webhook(data, "chat", CHAT, URL, "")
    receivers_file.set_smtp(data, SMTP, "pass")
    receivers_file.add_mail(data, "manager", Mail(to="ana@example.com"))
    own = (
        '[notices.webhooks.chat]\nformat = "discord"\nurl_file = "own.url"\n'
        '[notices.smtp]\nhost = "mail.example.com"\nsender = "own@example.com"\n'
    )
    told = load(tmp_path, BOX + own).notices
    assert told.webhooks["chat"].format == "discord"
    assert (told.smtp.host, told.smtp.username) == ("mail.example.com", None)
    assert list(told.mail) == ["manager"]


def test_mail_waits_for_a_server(tmp_path: Path, data: Path) -> None:
    receivers_file.add_mail(data, "manager", Mail(to="ana@example.com"))
    assert load(tmp_path).notices.mail == {}
    receivers_file.set_smtp(data, SMTP, "pass")
    assert list(load(tmp_path).notices.mail) == ["manager"]


def test_a_spoiled_file_is_named_with_what_to_do(tmp_path: Path, data: Path) -> None:
    receivers_file.add_webhook(data, "chat", CHAT, URL, "")
    (data / "notices" / "receivers.toml").write_text("[webhooks")
    with pytest.raises(SettingsError, match="delete it and connect receivers of notices again"):
        load(tmp_path)
