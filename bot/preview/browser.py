"""What the chat page asks of the preview: itself, the state, events, and acts of the person; it trusts no other page.

Every address here wants the Host to be loopback, so that no foreign name can be pointed at it, and every one below
`/preview/` wants this start's key, which only the page (or a program) can read. Tests in another process do the same:
the key stands in the page's `preview-key` meta element, acts are `POST /preview/act/<name>` with a JSON object.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from importlib import resources
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aiohttp import web

from bot.errors import AskedWronglyError
from bot.model import ChatKind
from bot.preview.acts import acts_of
from bot.preview.files import picture_type
from bot.preview.journal import Deed
from bot.preview.parameters import Parameters
from bot.preview.refusals import ApiError, Json, bad_request
from bot.preview.world import PRESENT, ChatMessage, ChatState

if TYPE_CHECKING:
    from bot.preview.server import PreviewServer

_HEARTBEAT = 15.0
"""Seconds between two signs of life on the event stream."""
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_PAGE = {"chat.css": "text/css", "chat.js": "text/javascript", "draw.js": "text/javascript"}
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Browser:
    """The routes of the page on one server."""

    def __init__(self, server: PreviewServer) -> None:
        self._server = server
        self._acts = acts_of(server)

    def add_routes(self, app: web.Application) -> None:
        """Add the routes, each behind its guard."""
        app.router.add_get("/", self._guarded(self._index, keyed=False))
        for name in _PAGE:
            app.router.add_get(f"/{name}", self._guarded(self._static, keyed=False))
        app.router.add_get("/favicon.ico", self._guarded(self._no_icon, keyed=False))
        app.router.add_get("/preview/state", self._guarded(self._state))
        app.router.add_get("/preview/events", self._guarded(self._events))
        app.router.add_get("/preview/messages", self._guarded(self._messages))
        app.router.add_get("/preview/calls", self._guarded(self._calls))
        app.router.add_get("/preview/file/{file_id}", self._guarded(self._file))
        app.router.add_post("/preview/wait", self._guarded(self._wait))
        app.router.add_post("/preview/act/{act}", self._guarded(self._act))

    def _guarded(self, handler: _Handler, *, keyed: bool = True) -> _Handler:
        async def guarded(request: web.Request) -> web.StreamResponse:
            refusal = self._refusal(request, keyed=keyed)
            response = web.Response(status=403, text=refusal) if refusal else await handler(request)
            if not response.prepared:
                response.headers.update(_HEADERS)
            return response

        return guarded

    def _refusal(self, request: web.Request, *, keyed: bool) -> str:
        if not _is_loopback(request.host):
            return "the preview answers on a loopback address only\n"
        origin = request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc != request.host:
            return "another page may not use the preview\n"
        if keyed:
            key = request.headers.get("X-Preview-Key") or request.query.get("key", "")
            if not secrets.compare_digest(key.encode(), self._server.key.encode()):
                return "the key of this start is missing or wrong; load the page anew\n"
        return ""

    async def _index(self, _: web.Request) -> web.Response:
        page = _page_file("index.html").replace("{{key}}", self._server.key)
        return web.Response(text=page, content_type="text/html")

    async def _static(self, request: web.Request) -> web.Response:
        name = request.path.removeprefix("/")
        return web.Response(text=_page_file(name), content_type=_PAGE[name])

    async def _no_icon(self, _: web.Request) -> web.Response:
        return web.Response(status=204)

    async def _state(self, request: web.Request) -> web.Response:
        chats = self._server.world.chats
        if request.query.get("open") and not any(state.kind is ChatKind.PRIVATE for state in chats.values()):
            language = request.headers.get("Accept-Language", "en").partition(",")[0].partition(";")[0].strip()
            self._server.chats.add_private("You", language=language or "en")
        return web.json_response(
            {
                "last": self._server.mark(),
                "start": self._server.key[:8],
                "me": self._server.world.me,
                "notice": self._server.notice,
                "description": self._server.api.menu.descriptions.get(("description", ""), ""),
                "samples": [{"title": s.title, "outlet": s.outlet, "text": s.text} for s in self._server.samples],
                "chats": [self._chat_view(state) for state in chats.values()],
            },
        )

    def _chat_view(self, state: ChatState) -> Json:
        user_id = next(iter(state.members))
        return {
            "chat": state.chat,
            "user_id": user_id,
            "present": state.bot_status in PRESENT,
            "migrated_to": state.migrated_to,
            "topics": [{"id": key, "name": topic.name, "closed": topic.closed} for key, topic in state.topics.items()],
            "commands": self._server.api.menu.commands_for(state, self._server.world.users[user_id]),
            "messages": [_message_view(message) for message in state.messages.values() if not message.deleted],
        }

    async def _messages(self, request: web.Request) -> web.Response:
        try:
            chat_id = Parameters(request.query).integer("chat_id")
            views = [_message_view(message) for message in self._server.messages(chat_id)]
        except (ApiError, AskedWronglyError) as error:
            return _wrong(error)
        return web.json_response(views)

    async def _calls(self, request: web.Request) -> web.Response:
        calls = self._server.calls(request.query.get("method"))
        return web.json_response(
            [
                {
                    "method": call.method,
                    "chat_id": call.chat_id,
                    "at": call.at.isoformat(),
                    "loop_at": call.loop_at,
                    "status": call.status,
                }
                for call in calls
            ],
        )

    async def _file(self, request: web.Request) -> web.Response:
        try:
            stored = self._server.world.files.by_id(request.match_info["file_id"])
        except ApiError as error:
            return _wrong(error)
        kind = picture_type(stored.data)
        if kind is not None:
            return web.Response(body=stored.data, content_type=kind)
        response = web.Response(body=stored.data, content_type="application/octet-stream")
        response.headers["Content-Disposition"] = "attachment"
        return response

    async def _wait(self, request: web.Request) -> web.Response:
        try:
            body = await _body(request)
            since = body.integer("since") if "since" in body else None
            found = await self._server.wait_for(
                body.integer("chat_id"),
                count=body.integer("count", 1),
                timeout=min(300, body.integer("timeout", 10)),
                since=since,
            )
        except (ApiError, AskedWronglyError) as error:
            return _wrong(error)
        except TimeoutError as error:
            return web.json_response({"error": str(error)}, status=408)
        return web.json_response([_message_view(message) for message in found])

    async def _act(self, request: web.Request) -> web.Response:
        act = self._acts.get(request.match_info["act"])
        if act is None:
            return web.json_response({"error": f"no such act; there are {', '.join(sorted(self._acts))}"}, status=404)
        try:
            result = act(await _body(request))
        except (ApiError, AskedWronglyError) as error:
            return _wrong(error)
        return web.json_response({"result": result, "mark": self._server.mark()})

    async def _events(self, request: web.Request) -> web.StreamResponse:
        given = request.headers.get("Last-Event-ID") or request.query.get("after", "")
        journal = self._server.world.journal
        seen = int(given) if given.isascii() and given.isdecimal() and len(given) < 16 else -1  # noqa: PLR2004 -- digits
        response = web.StreamResponse(headers={**_HEADERS, "Content-Type": "text/event-stream"})
        await response.prepare(request)
        with suppress(ConnectionError):
            if (
                not journal.reaches_back_to(seen)
                or request.query.get("start", self._server.key[:8]) != self._server.key[:8]
            ):
                await response.write(b"event: reload\ndata: {}\n\n")
                return response
            while not journal.closed:
                for deed in journal.after(seen):
                    await response.write(f"id: {deed.number}\ndata: {self._deed_view(deed)}\n\n".encode())
                    seen = deed.number
                await self._rest(seen)
                await response.write(b": \n\n")
        return response

    async def _rest(self, seen: int) -> None:
        """Wait for the next deed, or for the time of a heartbeat."""
        journal = self._server.world.journal
        with suppress(TimeoutError):
            async with asyncio.timeout(_HEARTBEAT):
                while journal.last == seen and not journal.closed:
                    await journal.news()

    def _deed_view(self, deed: Deed) -> str:
        view: Json = {
            "kind": deed.kind,
            "chat_id": deed.chat_id,
            "message_id": deed.message_id,
            "by_bot": deed.by_bot,
            "detail": deed.detail,
        }
        if deed.chat_id is not None and deed.message_id is not None:
            view["message"] = _message_view(self._server.chats.state(deed.chat_id).messages[deed.message_id])
        return json.dumps(view, ensure_ascii=False)


def _page_file(name: str) -> str:
    return (resources.files("bot.preview") / "page" / name).read_text(encoding="utf-8")


def _message_view(message: ChatMessage) -> Json:
    return {
        "message": message.data,
        "by_bot": message.by_bot,
        "text": message.text,
        "markup": message.markup,
        "edits": len(message.earlier),
        "deleted": message.deleted,
        "asks": message.asks,
    }


async def _body(request: web.Request) -> Parameters:
    try:
        body: object = await request.json()
    except (ValueError, RecursionError):
        raise bad_request("can't parse JSON object") from None
    if not isinstance(body, dict):
        raise bad_request("can't parse JSON object")
    return Parameters(body)


def _wrong(error: ApiError | AskedWronglyError) -> web.Response:
    return web.json_response({"error": str(error)}, status=400)


def _is_loopback(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
