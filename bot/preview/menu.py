"""The methods about the bot's menu: its commands, descriptions and menu button; what a command does is the bot's."""

from __future__ import annotations

import json
import re

from bot.model import ChatKind
from bot.preview.parameters import Parameters
from bot.preview.refusals import Json, bad_request
from bot.preview.world import ChatState, World

_NAME = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"(?:[a-z]{2})?")
_MOST_COMMANDS = 100
_MOST_DESCRIPTION = 256
_SCOPES = {
    "default": (),
    "all_private_chats": (),
    "all_group_chats": (),
    "all_chat_administrators": (),
    "chat": ("chat_id",),
    "chat_administrators": ("chat_id",),
    "chat_member": ("chat_id", "user_id"),
}
_BUTTONS = frozenset({"commands", "default", "web_app"})


class Menu:
    """Commands by scope and language, and what else the profile of the bot shows."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._commands: dict[tuple[str, str], list[Json]] = {}
        self.descriptions: dict[tuple[str, str], str] = {}
        self.buttons: dict[int | None, Json] = {}

    def set_commands(self, call: Parameters) -> bool:
        """Answer setMyCommands."""
        given = call.decoded("commands", "commands")
        if not isinstance(given, list):
            raise bad_request("can't parse commands: expected an Array of BotCommand")
        if len(given) > _MOST_COMMANDS:
            raise bad_request("BOT_COMMANDS_TOO_MUCH")
        key = self._key(call)
        commands = [_command(command) for command in given]
        if commands:
            self._commands[key] = commands
        else:
            self._commands.pop(key, None)
        self._world.journal.write("menu")
        return True

    def get_commands(self, call: Parameters) -> list[Json]:
        """Answer getMyCommands."""
        return self._commands.get(self._key(call), [])

    def delete_commands(self, call: Parameters) -> bool:
        """Answer deleteMyCommands."""
        self._commands.pop(self._key(call), None)
        self._world.journal.write("menu")
        return True

    def commands_for(self, state: ChatState, user: Json) -> list[Json]:
        """Return the commands a user sees in a chat: the narrowest scope that has any, their language before none."""
        status = state.members.get(user["id"], "")
        chat, scopes = state.id, []
        if state.kind is ChatKind.PRIVATE:
            scopes = [{"type": "chat", "chat_id": chat}, {"type": "all_private_chats"}]
        else:
            scopes.append({"type": "chat_member", "chat_id": chat, "user_id": user["id"]})
            if status in {"administrator", "creator"}:
                scopes.append({"type": "chat_administrators", "chat_id": chat})
            scopes.append({"type": "chat", "chat_id": chat})
            if status in {"administrator", "creator"}:
                scopes.append({"type": "all_chat_administrators"})
            scopes.append({"type": "all_group_chats"})
        for scope in (*scopes, {"type": "default"}):
            for language in (user.get("language_code", ""), ""):
                found = self._commands.get((json.dumps(scope, sort_keys=True), language))
                if found:
                    return found
        return []

    def set_description(self, call: Parameters) -> bool:
        """Answer setMyDescription."""
        return self._describe(call, "description", 512)

    def set_short_description(self, call: Parameters) -> bool:
        """Answer setMyShortDescription."""
        return self._describe(call, "short_description", 120)

    def set_menu_button(self, call: Parameters) -> bool:
        """Answer setChatMenuButton."""
        button = call.decoded("menu_button", "menu button")
        if button is not None and (not isinstance(button, dict) or button.get("type") not in _BUTTONS):
            raise bad_request("can't parse menu button: wrong type")
        chat_id = call.integer("chat_id") or None
        if chat_id is not None and self._world.chat(str(chat_id)).kind is not ChatKind.PRIVATE:
            raise bad_request("chat not found")
        self.buttons[chat_id] = button if isinstance(button, dict) else {"type": "default"}
        return True

    def _describe(self, call: Parameters, kind: str, most: int) -> bool:
        text = call.text(kind)
        if len(text) > most:
            raise bad_request(f"bot {kind.replace('_', ' ')} is too long")
        self.descriptions[kind, _language(call)] = text
        return True

    def _key(self, call: Parameters) -> tuple[str, str]:
        scope = call.decoded("scope", "BotCommandScope")
        if scope is None:
            scope = {"type": "default"}
        if not isinstance(scope, dict) or scope.get("type") not in _SCOPES:
            raise bad_request("can't parse BotCommandScope: unsupported type specified")
        kept: Json = {"type": scope["type"]}
        for name in _SCOPES[scope["type"]]:
            if name == "chat_id":
                kept[name] = self._world.chat(str(scope.get(name, ""))).id
            else:
                kept[name] = Parameters(scope).integer(name)
        return json.dumps(kept, sort_keys=True), _language(call)


def _language(call: Parameters) -> str:
    language = call.text("language_code")
    if not _LANGUAGE.fullmatch(language):
        raise bad_request("invalid language code specified")
    return language


def _command(command: object) -> Json:
    if not isinstance(command, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    name, description = command.get("command"), command.get("description")
    if not isinstance(name, str) or not _NAME.fullmatch(name.removeprefix("/")):
        raise bad_request("BOT_COMMAND_INVALID")
    if not isinstance(description, str) or not 1 <= len(description.strip()) <= _MOST_DESCRIPTION:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name.removeprefix("/"), "description": description}
