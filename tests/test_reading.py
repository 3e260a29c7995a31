"""Links, documents, albums and rich messages in a chat, over real HTTP: a site of ours, the Bot API, the bot."""

from __future__ import annotations

import asyncio
import base64
import html
import io

import pytest
from aiohttp import web

from bot.preview.people import Origin

DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def page(title, paragraphs, *, head=""):
    body = "".join(f"<p>{html.escape(part)}</p>" for part in paragraphs)
    return (
        f"<!doctype html><html lang=en><head><title>{title} - Quay Dispatch</title>"
        f'<meta property="og:title" content="{title}">'
        f'<meta property="og:site_name" content="Quay Dispatch">{head}</head>'
        f"<body><nav><a href=/>Home</a> <a href=/news>News</a></nav><article><h1>{title}</h1>{body}</article>"
        "<footer>All rights reserved</footer></body></html>"
    )


@pytest.fixture
async def site(seed_text):
    title, *paragraphs = seed_text.strip().split("\n")
    paragraphs[0] = paragraphs[0].removeprefix("(Quay Dispatch) ")

    async def article(_):
        return web.Response(text=page(title, paragraphs), content_type="text/html")

    async def slow(_):
        await asyncio.sleep(4)
        return web.Response(text=page(title, paragraphs), content_type="text/html")

    async def locked(_):
        head = '<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":false}</script>'
        return web.Response(text=page(title, paragraphs[:1], head=head)[:1400], content_type="text/html")

    async def inside(_):
        raise web.HTTPFound("http://169.254.169.254/latest/meta-data/")

    async def feed(request):
        link = f"http://{request.host}/article"
        text = html.escape(" ".join(paragraphs))
        item = f"<item><title>{title}</title><link>{link}</link><description>{text}</description></item>"
        return web.Response(
            text=f"<rss version='2.0'><channel><title>Quay Dispatch</title>{item}</channel></rss>",
            content_type="application/rss+xml",
        )

    async def home(_):
        link = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
        return web.Response(text=page("Home", ["Welcome."], head=link), content_type="text/html")

    app = web.Application()
    for path, handler in {
        "/article": article,
        "/slow": slow,
        "/locked": locked,
        "/inside": inside,
        "/feed.xml": feed,
        "/": home,
    }.items():
        app.router.add_get(path, handler)
    runner = web.AppRunner(app, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture
async def ada(telegram, bot_process, site):
    ada = telegram.chats.add_private("Ada")
    await bot_process.start(COMMUNIQUE_TRUSTED_HOSTS=site, COMMUNIQUE_ADMINS=str(ada))
    return ada


async def answer_in(telegram, chat):
    """Wait for the answer itself: on a busy machine the note that it is being read may come before."""
    await telegram.wait_for(chat, timeout=30)
    await telegram.wait_until(lambda: telegram.messages(chat, by_bot=True)[-1].text != "Reading …", timeout=30)
    return telegram.messages(chat, by_bot=True)[-1]


async def say(telegram, chat, text, **more):
    telegram.people.send_text(chat, text, **more)
    return await answer_in(telegram, chat)


@pytest.mark.parametrize("form", ["{}", "/summary {}", "Worth reading: {}"])
async def test_a_link_is_read_and_answered_with_its_source(telegram, ada, site, form):
    answer = await say(telegram, ada, form.format(f"http://{site}/article?utm_source=chat"))
    assert answer.text.startswith("Meridia answers quota on cold-rolled steel")
    assert "from Quay Dispatch" in answer.text
    links = [entity["url"] for entity in answer.entities if entity["type"] == "text_link"]
    assert links == [f"http://{site}/article"]


async def test_a_forward_that_is_only_a_link_is_read(telegram, ada, site):
    telegram.people.forward_text(ada, f"http://{site}/article", origin=Origin("channel", "Desk", "desk"))
    answer = await answer_in(telegram, ada)
    assert "word for word" in answer.text


@pytest.mark.parametrize(
    "link",
    [
        "http://127.0.0.1:9/",
        "http://localhost./",
        "http://2130706433/",
        "http://[::ffff:127.0.0.1]/",
        "http://{site}/inside",
    ],
)
async def test_private_addresses_stay_closed(telegram, ada, site, link):
    answer = await say(telegram, ada, f"/summary {link.format(site=site)}")
    assert answer.text == "That address is inside a private network, so I don't open it."


async def test_a_page_that_is_not_there_or_locked_is_said_so(telegram, ada, site):
    assert "has no such page" in (await say(telegram, ada, f"/summary http://{site}/nowhere")).text
    assert "wants a subscription" in (await say(telegram, ada, f"/summary http://{site}/locked")).text
    assert "That is a feed" in (await say(telegram, ada, f"/summary http://{site}/feed.xml")).text


async def test_what_takes_over_three_seconds_has_a_note_that_becomes_the_answer(telegram, ada, site):
    telegram.people.send_text(ada, f"http://{site}/slow")
    (note,) = await telegram.wait_for(ada, timeout=10)
    assert note.text == "Reading …"
    await telegram.wait_until(lambda: "word for word" in telegram.messages(ada, by_bot=True)[-1].text, timeout=10)
    assert len(telegram.messages(ada, by_bot=True)) == 1
    assert telegram.calls("sendChatAction", chat_id=ada)


def docx_bytes(seed_text):
    from docx import Document

    document = Document()
    title, *paragraphs = seed_text.strip().split("\n")
    document.add_heading(title, 0)
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    raw = io.BytesIO()
    document.save(raw)
    return raw.getvalue()


async def test_documents_of_each_kind_are_read(telegram, ada, seed_text):
    title, body = seed_text.strip().split("\n", 1)
    given = {
        "a.txt": seed_text.encode("utf-16"),
        "a.md": f"# {title}\n\n{body.replace(chr(10), chr(10) * 2)}".encode(),
        "a.html": page(title, body.split("\n")).encode(),
        "a.docx": docx_bytes(seed_text),
    }
    for name, raw in given.items():
        telegram.people.send_document(ada, raw, name=name)
        answer = await answer_in(telegram, ada)
        assert answer.text.startswith("Meridia answers quota on cold-rolled steel"), name
        assert "word for word" in answer.text


async def test_a_document_that_is_broken_is_refused_in_words(telegram, ada):
    for name, raw in {
        "a.pdf": b"%PDF-1.7 broken",
        "a.docx": b"PK\x03\x04broken",
        "a.bin": bytes(range(256)) * 40,
    }.items():
        telegram.people.send_document(ada, raw, name=name)
        answer = await answer_in(telegram, ada)
        assert "I find no article in that" in answer.text, name


async def test_an_album_has_one_answer(telegram, ada, seed_text):
    telegram.people.send_photo(ada, DOT, album="a")
    telegram.people.send_photo(ada, DOT, album="a", caption=seed_text[:1000])
    answer = await answer_in(telegram, ada)
    assert "word for word" in answer.text
    await asyncio.sleep(1.5)
    assert len(telegram.messages(ada, by_bot=True)) == 1


async def test_a_forwarded_rich_message_is_read(telegram, ada, seed_text):
    title, *paragraphs = seed_text.strip().split("\n")
    rich = f"<h2>{title}</h2>" + "".join(f"<p>{html.escape(part)}</p>" for part in paragraphs)
    telegram.people.forward_rich(ada, rich)
    answer = await answer_in(telegram, ada)
    assert answer.text.startswith("Meridia answers quota on cold-rolled steel")


async def test_operators_follow_a_feed_by_any_page_and_its_news_come_in(telegram, ada, site):
    answer = await say(telegram, ada, f"/addfeed http://{site}/")
    assert answer.text == "Quay Dispatch: followed from now on."
    assert "Quay Dispatch" in (await say(telegram, ada, "/sources")).text
    assert "1 feed: 1 fine" in (await say(telegram, ada, "/feeds")).text
    for _ in range(30):
        answer = await say(telegram, ada, "/latest tariffs")
        if "Meridia" in answer.text:
            break
        await asyncio.sleep(2)
    assert "Meridia answers quota on cold-rolled steel" in answer.text
    assert (await say(telegram, ada, "/removefeed Quay Dispatch")).text.startswith("Removed.")


async def test_others_do_not_operate_the_bot(telegram, bot_process):
    bob = telegram.chats.add_private("Bob")
    await bot_process.start()
    assert (await say(telegram, bob, "/addfeed http://x.example/")).text == "Only this bot's operators can do that."


async def test_a_group_hears_its_linked_channel_only_if_it_asked_to(telegram, bot_process, seed_text):
    owner = telegram.chats.add_user("Owner")
    group = telegram.chats.add_group("Desk", admins=[owner], supergroup=True, bot_admin=True)
    await bot_process.start()
    answer = await say(telegram, group, "/settings channel on", user_id=owner)
    assert "summarize here what the linked channel posts" in answer.text
    telegram.people.forward_text(group, seed_text, origin=Origin("channel", "Quay"), user_id=owner, automatic=True)
    answer = await answer_in(telegram, group)
    assert "word for word" in answer.text
