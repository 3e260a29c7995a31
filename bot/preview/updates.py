"""Hands updates to the bot, by long polling or webhook, with Telegram's rules of confirming; it makes no update itself.

A method call in the answer to a webhook is not carried out.
"""

from __future__ import annotations

import asyncio
import ipaddress
import itertools
import re
from contextlib import suppress
from urllib.parse import urlsplit

import aiohttp

from bot.preview.parameters import Parameters
from bot.preview.refusals import ApiError, Json, bad_request
from bot.preview.world import World

_LONGEST_POLL = 50
"""Seconds Telegram holds a getUpdates at most."""
_NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
_SECRET = re.compile(r"[A-Za-z0-9_\-]{1,256}")
_LONGEST_PAUSE = 60.0
"""Seconds between two attempts of a webhook."""


class Updates:
    """The queue of updates and who takes them."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._pending: list[Json] = []
        self._numbers = itertools.count(700_000_001)
        self._allowed: list[str] = []
        self._turn: asyncio.Future[None] | None = None
        self._task: asyncio.Task[None] | None = None
        self._arrived = asyncio.Event()
        self._webhook = ""
        self._secret = ""
        self._most_connections = 40
        self._error: Json = {}

    @property
    def pending(self) -> list[Json]:
        """The updates not yet confirmed, oldest first."""
        return list(self._pending)

    def put(self, kind: str, payload: Json) -> int | None:
        """Queue an update; return its id, or None where the bot does not want that kind."""
        if kind not in self._allowed if self._allowed else kind in _NOT_BY_DEFAULT:
            return None
        number = next(self._numbers)
        self._pending.append({"update_id": number, kind: payload})
        self._arrived.set()
        if self._turn is not None and not self._turn.done():
            self._turn.set_result(None)
        return number

    async def poll(self, parameters: Parameters) -> list[Json]:
        """Answer getUpdates.

        Raises:
            ApiError: 409 while a webhook is set, and for a poll that a later one ends.
        """
        if self._webhook:
            method = (
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            )
            raise ApiError(409, f"Conflict: {method}")
        offset, limit = parameters.integer("offset"), parameters.integer("limit", 100)
        seconds = min(_LONGEST_POLL, max(0, parameters.integer("timeout")))
        self._allow(parameters)
        self._end_poll("terminated by other getUpdates request; make sure that only one bot instance is running")
        self._confirm(offset)
        if not self._pending and seconds:
            await self._wait(seconds)
        return self._pending[: min(100, max(1, limit))]

    async def _wait(self, seconds: float) -> None:
        turn = self._turn = asyncio.get_running_loop().create_future()
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await turn
        finally:
            if self._turn is turn:
                self._turn = None

    def _confirm(self, offset: int) -> None:
        if offset > 0:
            self._pending = [update for update in self._pending if update["update_id"] >= offset]
        elif offset < 0:
            self._pending = self._pending[offset:]

    def _end_poll(self, reason: str) -> None:
        if self._turn is not None and not self._turn.done():
            self._turn.set_exception(ApiError(409, f"Conflict: {reason}"))
        self._turn = None

    def _allow(self, parameters: Parameters) -> None:
        allowed = parameters.decoded("allowed_updates", "allowed updates")
        if allowed is None:
            return
        if not isinstance(allowed, list) or not all(isinstance(kind, str) for kind in allowed):
            raise bad_request("can't parse allowed updates: expected an Array of Strings")
        self._allowed = list(allowed)

    def set_webhook(self, parameters: Parameters) -> bool:
        """Answer setWebhook; an empty url is deleteWebhook.

        Raises:
            ApiError: 400 for a url that is not on loopback (nothing else is reachable from here) or a bad secret.
        """
        url, secret = parameters.text("url"), parameters.text("secret_token")
        if not url:
            return self.delete_webhook(parameters)
        if not _on_loopback(url):
            raise bad_request("bad webhook: only http addresses on loopback can be reached from here")
        if secret and not _SECRET.fullmatch(secret):
            raise bad_request("secret token contains unallowed characters")
        self._allow(parameters)
        if parameters.flag("drop_pending_updates"):
            self._pending.clear()
        self._most_connections = min(100, max(1, parameters.integer("max_connections", 40)))
        self._webhook, self._secret, self._error = url, secret, {}
        self._end_poll("terminated by setWebhook request")
        self._stop_task()
        self._task = asyncio.get_running_loop().create_task(self._deliver())
        return True

    def delete_webhook(self, parameters: Parameters) -> bool:
        """Answer deleteWebhook."""
        self._webhook, self._secret, self._error = "", "", {}
        self._stop_task()
        if parameters.flag("drop_pending_updates"):
            self._pending.clear()
        return True

    def webhook_info(self, _: Parameters) -> Json:
        """Answer getWebhookInfo."""
        info: Json = {
            "url": self._webhook,
            "has_custom_certificate": False,
            "pending_update_count": len(self._pending),
            **self._error,
        }
        if self._webhook:
            info["max_connections"] = self._most_connections
        if self._allowed:
            info["allowed_updates"] = self._allowed
        return info

    def release(self) -> None:
        """Answer a waiting poll with what there is."""
        if self._turn is not None and not self._turn.done():
            self._turn.set_result(None)

    async def close(self) -> None:
        """End a waiting poll and the webhook's deliveries."""
        self.release()
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def _stop_task(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _deliver(self) -> None:
        pause = 0.1
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session:
            while True:
                if not self._pending:
                    self._arrived.clear()
                    await self._arrived.wait()
                    continue
                update = self._pending[0]
                if await self._post(session, update):
                    self._pending = [kept for kept in self._pending if kept["update_id"] != update["update_id"]]
                    self._world.journal.wake()
                    pause = 0.1
                else:
                    await asyncio.sleep(pause)
                    pause = min(_LONGEST_PAUSE, 2 * pause)

    async def _post(self, session: aiohttp.ClientSession, update: Json) -> bool:
        headers = {"X-Telegram-Bot-Api-Secret-Token": self._secret} if self._secret else {}
        try:
            async with session.post(self._webhook, json=update, headers=headers) as response:
                if response.ok:
                    return True
                reason = f"Wrong response from the webhook: {response.status} {response.reason}"
        except (aiohttp.ClientError, TimeoutError) as error:
            reason = f"Connection failed: {type(error).__name__}"
        self._error = {"last_error_date": self._world.unix(), "last_error_message": reason}
        return False


def _on_loopback(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        return parts.scheme in {"http", "https"} and (host == "localhost" or ipaddress.ip_address(host).is_loopback)
    except ValueError:
        return False
