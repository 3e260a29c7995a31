"""The bot as a process: connects, polls, ticks, and stops in order; what it is made of comes from `bot/app.py`."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from telegram.error import InvalidToken, TelegramError
from telegram.warnings import PTBDeprecationWarning

from bot import seeds
from bot.app import Parts, lay_out_samples, make_draw, make_gatherer, parts, seed_feeds, settle
from bot.chat import words
from bot.chat.application import BotApplication, build_application, publish_menu
from bot.chat.deliver import Deliverer
from bot.chat.desk import Desk
from bot.chat.pace import Pace
from bot.chat.pages import notice
from bot.chat.send import send_answer
from bot.chat.updates import Trouble, Updates
from bot.core.articlefile import article_from_text
from bot.errors import AskedWronglyError, SettingError, TokenRefusedError
from bot.feeds.http import GuardedWeb
from bot.feeds.reading import Readers
from bot.feeds.workers import Workers
from bot.service.answer import CHAT_ARTICLES_KEPT
from bot.service.gather import Gatherer
from bot.settings import Settings
from bot.store.door import Door

log = structlog.get_logger(__name__)

HEARTBEAT = 1  # seconds: a digest leaves within its minute's first second or two
GATHERING = 15  # seconds between two looks at which feeds are due
SETTLED_KEPT = timedelta(days=30)  # deliveries that were sent, blocked or expired
CLEANING = 3600  # seconds
FINISH_UPDATES = 4.0  # seconds at most for updates under way; all of stopping must take less than 10
FINISH_SENDING = 5.0
FINISH_NOTES = 0.5
SWITCHING = 0.0005  # seconds a thread may keep the event loop from going on, a tenth of Python's own
PREVIEW_TOKEN = "1:preview"  # noqa: S105 -- of the Bot API built in, on loopback


async def serve(settings: Settings, *, stop: asyncio.Event | None = None) -> None:
    """Run the bot until it is told to stop (SIGTERM, SIGINT or the event).

    Raises:
        SettingError: there is no token.
        TokenRefusedError: Telegram does not know the token.
        StoreError: the database can't be opened.
    """
    token = settings.token
    if token is None:
        raise SettingError("TELEGRAM_BOT_TOKEN is not set; it may be the token BotFather gave you (or try: preview)")
    stop = stop or _stop_on_signals()
    with parts(settings) as made:
        await asyncio.to_thread(made.store.drop_samples)
        await _serve(made, settings.telegram_api_url, token, stop)


async def preview(settings: Settings, port: int, *, stop: asyncio.Event | None = None) -> None:
    """Run the same bot against the Bot API built in, with a chat page on loopback.

    Raises:
        AskedWronglyError: the port is taken.
        StoreError: the database can't be opened.
    """
    from bot.preview.people import Sample
    from bot.preview.server import PreviewServer

    stop = stop or _stop_on_signals()
    with parts(settings) as made:
        notice = await asyncio.to_thread(lay_out_samples, made)
        samples = [Sample(**sample) for sample in preview_samples()]
        server = PreviewServer(PREVIEW_TOKEN, clock=made.clock.now, samples=samples, notice=notice)
        try:
            await server.start(port=port)
        except AskedWronglyError as error:
            raise AskedWronglyError(f"{error}; another port may be free: preview --port {port + 1}") from error
        print(f"Communiqué preview: {server.url}  (Ctrl+C stops it)", flush=True)  # noqa: T201 -- what the person reads
        try:
            await _serve(made, server.url, PREVIEW_TOKEN, stop)
        finally:
            await server.stop()


def preview_samples() -> list[dict[str, str]]:
    """Return what the page offers to forward."""
    texts = [file.read_text(encoding="utf-8") for file in seeds.sample_files()]
    read = [article_from_text(text) for text in texts]
    return [{"title": each.title, "outlet": each.source, "text": each.text} for each in read]


async def _serve(made: Parts, api_url: str, token: str, stop: asyncio.Event) -> None:
    sys.setswitchinterval(SWITCHING)
    warnings.filterwarnings("ignore", category=PTBDeprecationWarning)  # python-telegram-bot's, about itself
    settings, door = made.settings, Door()
    web, reading, drawers = GuardedWeb(trusted_hosts=settings.communique_trusted_hosts), Readers(), Workers(most=1)
    gatherer = make_gatherer(made, web, reading, door)
    desk = _desk(made, door, web, reading, gatherer, drawers)
    pace = Pace(paid=settings.communique_paid_broadcast)
    application = build_application(token, api_url, desk, pace)
    deliverer = _deliverer(made, application, door, pace, drawers)
    try:
        await web.start()
        async with _ready_to_gather(made, door, gatherer):
            if not await _connect(application, stop):
                return
            for name in settings.not_in_effect:
                log.warning("setting_not_in_effect_yet", name=name)
            settle()
            log.info("started", bot=application.bot.username, roles=",".join(settings.communique_roles))
            async with _heartbeat(made, door, deliverer, stop), _gathering(made, door, gatherer, application):
                await _chat(Updates(application, desk), application, stop, answers="chat" in settings.communique_roles)
                await desk.parts.finish(FINISH_UPDATES)
            log.info("stopped")
    finally:
        await application.shutdown()
        await application.bot.shutdown()
        await reading.close()
        await drawers.close()
        await web.close()
        door.close()


def _desk(made: Parts, door: Door, web: GuardedWeb, reading: Readers, gatherer: Gatherer, drawers: Workers) -> Desk:
    """Make what answers people; it opens the store before anything is connected: a wrong database is told at once."""
    settings = made.settings
    return Desk(
        answers=made.answers,
        wishes=made.wishes,
        brief=made.brief,
        analyzer=made.analyzer,
        offload=door,
        clock=made.clock,
        web=web,
        reading=reading,
        gatherer=gatherer,
        trends=made.trends,
        draw=make_draw(drawers),
        admins=frozenset(settings.communique_admins),
        allowed_chats=frozenset(settings.communique_allowed_chats),
        rich=settings.communique_rich == "auto",
    )


def _deliverer(made: Parts, application: BotApplication, door: Door, pace: Pace, drawers: Workers) -> Deliverer:
    """Make what sends what is owed."""
    settings = made.settings
    return Deliverer(
        bot=application.bot,
        store=made.store,
        offload=door,
        clock=made.clock,
        vocabulary=lambda: made.analyzer().vocabulary,
        pace=pace,
        paid=settings.communique_paid_broadcast,
        rich=settings.communique_rich == "auto",
        operators=settings.communique_admins,
        draw=make_draw(drawers),
    )


async def _chat(updates: Updates, application: BotApplication, stop: asyncio.Event, *, answers: bool) -> None:
    """Handle updates until told to stop (or only wait for that), then finish what is under way."""
    waiting = asyncio.create_task(stop.wait())
    if not answers:
        await waiting
        return
    polling = asyncio.create_task(updates.poll())
    menu = asyncio.create_task(publish_menu(application))
    await asyncio.wait({waiting, polling}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    menu.cancel()
    if polling.done():
        polling.result()
    polling.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await polling
    await updates.finish(FINISH_UPDATES)


@asynccontextmanager
async def _heartbeat(made: Parts, door: Door, deliverer: Deliverer, stop: asyncio.Event) -> AsyncIterator[None]:
    """Let APScheduler tick: what is due is owed, what is old goes; and what is owed is sent, until told to stop."""
    if "deliver" not in made.settings.communique_roles:
        yield
        return
    planning = asyncio.Lock()

    async def plan() -> None:
        if not planning.locked():  # a morning with many wishes takes longer than a beat
            async with planning:
                await _edge("planning", lambda: _plan(made, door, deliverer, stop))

    async def clean() -> None:
        await _edge("cleaning", lambda: door(_clean, made))

    async def deliver() -> None:
        while not stop.is_set():
            await _edge("delivering", deliverer.tick)
            await deliverer.pause(HEARTBEAT)

    async def end_sending() -> None:
        await stop.wait()
        deliverer.stop()  # at once, while updates are finished: both have little time
        await asyncio.wait({delivering}, timeout=FINISH_SENDING)
        await deliverer.finish(FINISH_NOTES)

    scheduler = AsyncIOScheduler(timezone=UTC, job_defaults={"coalesce": True, "misfire_grace_time": None})
    scheduler.add_job(plan, "interval", seconds=HEARTBEAT, max_instances=2)
    scheduler.add_job(clean)  # at once, too: a bot that is started often must not keep what it promised to drop
    scheduler.add_job(clean, "interval", seconds=CLEANING)
    scheduler.start()
    delivering, ending = asyncio.create_task(deliver()), asyncio.create_task(end_sending())
    try:
        yield
    finally:
        scheduler.pause()
        stop.set()  # also where the bot ends because of an error
        await ending
        delivering.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await delivering
        scheduler.shutdown(wait=False)


async def _plan(made: Parts, door: Door, deliverer: Deliverer, stop: asyncio.Event) -> None:
    """Owe what is due, page by page, then what breaks; what one page owes leaves while the next one is planned."""
    pages, loop = made.brief.owe_pages(made.clock.now()), asyncio.get_running_loop()
    while not stop.is_set():
        began = loop.time()
        if await door(next, pages, None) is None:
            break
        deliverer.wake()
        if deliverer.has_plenty:
            await asyncio.sleep(loop.time() - began)  # planning holds the interpreter's lock, which sending needs
    if not stop.is_set() and await door(made.alerts.owe_breaking, made.clock.now()) > 0:
        deliverer.wake()


@asynccontextmanager
async def _ready_to_gather(made: Parts, door: Door, gatherer: Gatherer) -> AsyncIterator[None]:
    """Let what a first poll needs be started while the bot connects."""
    if "gather" not in made.settings.communique_roles:
        yield
        return
    await door(seed_feeds, made.store, made.settings)
    preparing = asyncio.create_task(_edge("preparing", gatherer.prepare))
    try:
        yield
    finally:
        preparing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await preparing


@asynccontextmanager
async def _gathering(made: Parts, door: Door, gatherer: Gatherer, application: BotApplication) -> AsyncIterator[None]:
    """Let feeds be polled when they are due, beside everything else; operators hear of those that fell silent."""
    if "gather" not in made.settings.communique_roles:
        yield
        return

    async def gather() -> None:
        while True:
            await _edge("gathering", poll)
            await asyncio.sleep(GATHERING)

    async def poll() -> None:
        report = await gatherer.poll_due()
        await door(made.storylines.place_new, made.clock.now())
        if report.feeds:
            log.info("polled", feeds=report.feeds, failed=report.failed, new_articles=report.new_articles)
        told = [*map(words.feed_aside, report.aside), *map(words.feed_silent, report.silent)]
        for admin in made.settings.communique_admins if told else ():
            await send_answer(application.bot, admin, notice(*told))

    gathering = asyncio.create_task(gather())
    try:
        yield
    finally:
        gathering.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await gathering


async def _edge(doing: str, work: Callable[[], Awaitable[object]]) -> None:
    """The edge of a loop: whatever goes wrong is logged, and the next tick tries again."""
    try:
        await work()
    except Exception:
        log.exception("tick_failed", doing=doing)


def _clean(made: Parts) -> None:
    now = made.clock.now()
    made.store.drop_chat_articles(now - CHAT_ARTICLES_KEPT)
    made.store.drop_articles(now - timedelta(days=made.settings.communique_retention_days))
    made.store.drop_settled(now - SETTLED_KEPT)


async def _connect(application: BotApplication, stop: asyncio.Event) -> bool:
    """Ask Telegram who we are, until it answers; return False if told to stop before.

    Raises:
        TokenRefusedError: the token is wrong.
    """
    trouble = Trouble("telegram_unreachable")
    while not stop.is_set():
        try:
            await application.initialize()
        except InvalidToken:
            raise TokenRefusedError(
                "Telegram does not know this token (TELEGRAM_BOT_TOKEN); it may be the one BotFather gave you"
            ) from None
        except TelegramError as error:
            pause = trouble.met(str(error))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)
        else:
            trouble.over()
            return True
    return False


def _stop_on_signals() -> asyncio.Event:
    """Return an event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    return stop
