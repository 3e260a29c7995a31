from __future__ import annotations

import os

import pytest

from bot.errors import SettingError
from bot.settings import read_settings


@pytest.fixture(autouse=True)
def bare(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith(("TELEGRAM_", "COMMUNIQUE_", "DATABASE_")):
            monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("TELEGRAM_API_URL", "ftp://x", "TELEGRAM_API_URL is 'ftp://x', but may be an http or https address"),
        ("TELEGRAM_API_URL", "http://[", "an http or https address"),
        ("DATABASE_URL", "mysql://me:secret@x/y", "DATABASE_URL is 'mysql://…@x/y', but may be sqlite:///"),
        ("COMMUNIQUE_ADMINS", "1,x", "COMMUNIQUE_ADMINS is 'x', but may be whole numbers, comma-separated"),
        ("COMMUNIQUE_ROLES", "chat,foo", "but may be chat, gather or deliver"),
        ("COMMUNIQUE_POLL_MINUTES", "-1", "but may be a whole number from 0"),
        ("COMMUNIQUE_POLL_MINUTES", "9999", "but may be a whole number up to 1440"),
        ("COMMUNIQUE_POLL_MINUTES", "often", "but may be a whole number"),
        ("COMMUNIQUE_PAID_BROADCAST", "maybe", "but may be true or false"),
        ("COMMUNIQUE_TRUSTED_HOSTS", "a:b", "but may be host:port"),
        ("COMMUNIQUE_LISTEN", "9000", "but may be host:port"),
        ("COMMUNIQUE_WEBHOOK_SECRET", "two words", "COMMUNIQUE_WEBHOOK_SECRET is not 1 to 256 letters"),
        ("COMMUNIQUE_LOG_LEVEL", "LOUD" * 40, "…', but may be DEBUG, INFO, WARNING or ERROR"),
        ("TELEGRAM_BOT_TOKEN", "no token", "TELEGRAM_BOT_TOKEN is not a token as BotFather gives it"),
    ],
)
def test_a_wrong_value_is_one_line_with_what_it_may_be(monkeypatch, name, value, said):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingError) as error:
        read_settings()
    assert said in str(error.value)
    assert "\n" not in str(error.value)
    assert "secret" not in str(error.value)


def test_an_empty_variable_is_an_absent_one(monkeypatch):
    monkeypatch.setenv("COMMUNIQUE_LOG", "")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", " ")
    assert read_settings().communique_log == "text"
    assert read_settings().token is None


def test_the_token_comes_from_the_environment_a_file_or_dot_env(monkeypatch, tmp_path):
    (tmp_path / ".env").write_text("TELEGRAM_BOT_TOKEN=1:from-dot-env\n")
    assert read_settings().token == "1:from-dot-env"
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "1:from-environment")
    assert read_settings().token == "1:from-environment"
    assert "from-environment" not in repr(read_settings())
    monkeypatch.delenv("TELEGRAM_BOT_TOKEN")
    (tmp_path / ".env").unlink()
    (tmp_path / "token").write_text("1:from-file\n")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN_FILE", "token")
    assert read_settings().token == "1:from-file"


@pytest.mark.parametrize("content", [None, b"", b"two words", b"\xff\xfe"])
def test_a_token_file_without_a_token_is_told(monkeypatch, tmp_path, content):
    if content is not None:
        (tmp_path / "token").write_bytes(content)
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN_FILE", "token")
    with pytest.raises(SettingError, match="TELEGRAM_BOT_TOKEN_FILE is 'token', which"):
        _ = read_settings().token


def test_lists_are_comma_separated(monkeypatch):
    monkeypatch.setenv("COMMUNIQUE_ADMINS", "1, 2,")
    monkeypatch.setenv("COMMUNIQUE_ROLES", "deliver")
    monkeypatch.setenv("COMMUNIQUE_TRUSTED_HOSTS", "127.0.0.1:80")
    settings = read_settings()
    assert settings.communique_admins == (1, 2)
    assert settings.communique_roles == ("deliver",)
    assert settings.communique_trusted_hosts == ("127.0.0.1:80",)


def test_a_dot_env_that_is_no_text_is_told(tmp_path):
    (tmp_path / ".env").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingError, match=r"\.env can't be read"):
        read_settings()


def test_what_is_set_and_not_in_effect_yet_is_told(monkeypatch):
    assert read_settings().not_in_effect == ()
    monkeypatch.setenv("COMMUNIQUE_LISTEN", "127.0.0.1:9000")
    assert read_settings().not_in_effect == ("COMMUNIQUE_LISTEN",)
