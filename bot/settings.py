"""Every variable of the environment, read and checked once; it opens nothing that a variable names.

A wrong value is a `SettingError` of one line that names the variable, what it had and what it may be.
Variables are read from the environment, then from a file `.env` in the working folder.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import SettingError

DATA_FOLDER = Path("data/var")
"""Where run-time state is kept, below the working folder."""

DEFAULT_FEEDS = "data/feeds.toml"
"""Stands for the packaged list, wherever the product is installed."""

TOKEN_FORM = re.compile(r"[^\s/?#%]+")  # what can stand in a URL's path; whether it is right, Telegram says
SECRET_FORM = re.compile(r"[A-Za-z0-9_-]{1,256}")  # https://core.telegram.org/bots/api#setwebhook
SECRETS = frozenset({"TELEGRAM_BOT_TOKEN", "COMMUNIQUE_WEBHOOK_SECRET"})
Role = Literal["chat", "gather", "deliver"]
ROLES: tuple[Role, ...] = ("chat", "gather", "deliver")
LATER = "checked, not in effect yet"


def _listed(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _web_address(value: str) -> str:
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError as error:
        raise ValueError("an http or https address") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("an http or https address")
    return value.rstrip("/")


def _host_port(value: str) -> str:
    host, colon, port = value.rpartition(":")
    if not (colon and host and port.isascii() and port.isdigit() and 0 < int(port) < 65536):  # noqa: PLR2004 -- ports
        raise ValueError("host:port, for instance 127.0.0.1:9000")
    return value


def _host_ports(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_host_port(value) for value in values)


def _database_address(value: str) -> str:
    if not re.match(r"(sqlite:///.|postgres(ql)?://.)", value):
        raise ValueError("sqlite:///path/to/file.db or postgresql://user@host/name")
    return value


def _token(value: SecretStr | None) -> SecretStr | None:
    if value is None or not value.get_secret_value().strip():
        return None
    token = value.get_secret_value().strip()
    if not TOKEN_FORM.fullmatch(token):
        raise ValueError("a token as BotFather gives it: digits, a colon, letters (123456:ABC-DEF)")
    return SecretStr(token)


def _webhook_secret(value: SecretStr | None) -> SecretStr | None:
    if value is not None and not SECRET_FORM.fullmatch(value.get_secret_value()):
        raise ValueError("1 to 256 letters, digits, _ and -")
    return value


Ids = Annotated[tuple[int, ...], NoDecode, BeforeValidator(_listed)]


class Settings(BaseSettings):
    """What the operator set; each field says in `description` what README's table says."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    telegram_bot_token: Annotated[SecretStr | None, AfterValidator(_token)] = Field(
        None, description="the bot's token from BotFather; never shown in a log, an error or a traceback"
    )
    telegram_bot_token_file: Path | None = Field(None, description="a file that holds the token, instead")
    telegram_api_url: Annotated[str, AfterValidator(_web_address)] = Field(
        "https://api.telegram.org", description="the Bot API server"
    )
    database_url: Annotated[str, AfterValidator(_database_address)] = Field(
        f"sqlite:///{DATA_FOLDER}/communique.db", description="`sqlite:///file` or `postgresql://user@host/name`"
    )
    communique_feeds: str = Field(
        DEFAULT_FEEDS, description="file of feeds to start with (TOML or OPML), `none` for none"
    )
    communique_poll_minutes: int = Field(
        15,
        ge=0,
        le=1440,
        description="how often a feed is polled at most; 0: `communique poll` always asks all of them",
    )
    communique_admins: Ids = Field((), description="Telegram user ids of the operators, comma-separated")
    communique_allowed_chats: Ids = Field((), description="chat ids the bot answers; empty: everyone")
    communique_trusted_hosts: Annotated[
        tuple[str, ...], NoDecode, BeforeValidator(_listed), AfterValidator(_host_ports)
    ] = Field(
        (),
        description="`host:port` list that may be fetched although the address is private",
    )
    communique_webhook_url: Annotated[str | None, AfterValidator(lambda url: url and _web_address(url))] = Field(
        None,
        description="set: updates come by webhook to this address, else by long polling",
        json_schema_extra={"later": True},
    )
    communique_webhook_secret: Annotated[SecretStr | None, AfterValidator(_webhook_secret)] = Field(
        None, description="what Telegram must send along with each webhook call", json_schema_extra={"later": True}
    )
    communique_listen: Annotated[str | None, AfterValidator(lambda at: at and _host_port(at))] = Field(
        None,
        description="`host:port` of `/health`, `/ready`, `/metrics` and the webhook",
        json_schema_extra={"later": True},
    )
    communique_roles: Annotated[tuple[Role, ...], NoDecode, BeforeValidator(_listed)] = Field(
        ROLES, description="any of `chat,gather,deliver`: what this process does"
    )
    communique_paid_broadcast: bool = Field(
        default=False, description="`true`: up to 1,000 messages a second, paid in Stars"
    )
    communique_spread_seconds: int = Field(
        0, ge=0, le=600, description="digests of one minute leave spread over so many seconds; 0: as fast as they may"
    )
    communique_rich: Literal["auto", "off"] = Field(
        "auto", description="`auto` (rich messages where they are known) or `off`"
    )
    communique_retention_days: int = Field(90, ge=1, le=36500, description="articles are kept this long")
    communique_log: Literal["text", "json"] = Field("text", description="`text` or `json`")
    communique_log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="`DEBUG`, `INFO`, `WARNING` or `ERROR`"
    )

    @property
    def not_in_effect(self) -> tuple[str, ...]:
        """The variables that were set and that nothing heeds yet, so that whoever set them is told."""
        fields = type(self).model_fields.items()
        later = [name for name, field in fields if field.json_schema_extra]
        return tuple(name.upper() for name in later if getattr(self, name) != type(self).model_fields[name].default)

    @property
    def token(self) -> str | None:
        """The token from the variable or the file, or None.

        Raises:
            SettingError: the file can't be read or holds no token.
        """
        if self.telegram_bot_token is not None:
            return self.telegram_bot_token.get_secret_value()
        if self.telegram_bot_token_file is None:
            return None
        try:
            text = self.telegram_bot_token_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingError(
                f"TELEGRAM_BOT_TOKEN_FILE is {str(self.telegram_bot_token_file)!r}, which can't be read: "
                "it may be a text file that holds the token"
            ) from error
        if not TOKEN_FORM.fullmatch(text):
            raise SettingError(
                f"TELEGRAM_BOT_TOKEN_FILE is {str(self.telegram_bot_token_file)!r}, which holds no token: "
                "a token is digits, a colon, letters (123456:ABC-DEF)"
            )
        return text


def read_settings(**given: Any) -> Settings:
    """Read the environment and `.env`; keyword arguments (field names) win over both.

    Raises:
        SettingError: a value is wrong; one line, without secrets.
    """
    try:
        return Settings(**given)
    except ValidationError as error:
        raise SettingError(_sentence(error)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f".env can't be read: {type(error).__name__}; it may be a UTF-8 text file") from None


def _sentence(error: ValidationError) -> str:
    """Say the first thing that is wrong: variable, what it had, what it may be."""
    first = error.errors(include_url=False)[0]
    name = str(first["loc"][0]).upper()
    had = "" if name in SECRETS else f" is {_shown(first['input'])},"
    return f"{name}{had} but may be {_allowed(first)}" if had else f"{name} is not {_allowed(first)}"


def _shown(value: object) -> str:
    text = repr(value if not isinstance(value, tuple | list) else ",".join(map(str, value)))
    text = re.sub(r"(?<=://)[^/@]*@", "…@", text)  # a password in an address
    return text if len(text) <= 80 else f"{text[:77]}…'"  # noqa: PLR2004 -- one line of a terminal


def _allowed(first: Any) -> str:
    """Turn pydantic's reason into what the value may be."""
    context = first.get("ctx", {})
    match first["type"]:
        case "value_error":
            return str(context["error"])
        case "literal_error":
            return str(context["expected"]).replace("'", "")
        case "int_parsing" | "int_type":
            return "a whole number" if len(first["loc"]) == 1 else "whole numbers, comma-separated"
        case "greater_than_equal":
            return f"a whole number from {context['ge']}"
        case "less_than_equal":
            return f"a whole number up to {context['le']}"
        case "bool_parsing":
            return "true or false"
        case _:
            return str(first["msg"]).lower()
