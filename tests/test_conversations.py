"""Whole conversations over real HTTP, with the bot as a process of its own."""

from __future__ import annotations

import json
import signal
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from bot.model import Article, Placing, StoryHead
from bot.preview.people import Origin
from bot.store.sql import open_store

pytestmark = pytest.mark.asyncio


@pytest.fixture
async def ada(telegram, bot_process):
    await bot_process.start()
    return telegram.chats.add_private("Ada")


async def say(telegram, chat, text, *, count=1, **more):
    telegram.people.send_text(chat, text, **more)
    return await telegram.wait_for(chat, count=count, timeout=20)


def button_texts(message):
    return [button["text"] for row in message.buttons for button in row]


async def test_start_greets_with_two_buttons_and_publishes_the_menu(telegram, ada):
    (greeting,) = await say(telegram, ada, "/start")
    assert greeting.text.startswith("Communiqué reads the world's news")
    assert button_texts(greeting) == ["A digest every morning", "What happened today"]
    menu = telegram.calls("setMyCommands")[0].parameters["commands"]
    commands = {row["command"] for row in (json.loads(menu) if isinstance(menu, str) else menu)}
    assert {
        "start",
        "help",
        "summary",
        "digest",
        "subscribe",
        "unsubscribe",
        "settings",
        "latest",
        "topics",
    } <= commands


async def test_a_forwarded_article_is_answered_in_its_own_sentences(telegram, ada, seed_text):
    seed_text += (
        "The allies will meet on the cost of American bases and on their joint exercises before that, the ministry "
        "said; the defense treaty is not to be joined with trade.\n"
    )
    forwarded = telegram.people.forward_text(ada, seed_text, origin=Origin("channel", "Quay Dispatch", "quaydispatch"))
    (answer,) = await telegram.wait_for(ada, timeout=20)
    title, signs, *sentences, kept = [line for line in answer.text.split("\n") if line]
    assert title == "Meridia answers quota on cold-rolled steel"
    assert "🇯🇵" in signs
    assert "🇺🇸" in signs
    assert "📦 tariffs" in signs
    assert "🤝 alliances" in signs
    assert len(sentences) == 3
    assert all(sentence in seed_text for sentence in sentences)
    assert kept.startswith("3 of ")
    assert "word for word" in kept
    assert "from Quay Dispatch" in kept
    assert answer.data["reply_to_message"]["message_id"] == forwarded
    assert {"Shorter", "Longer", "Full text"} <= set(button_texts(answer))


async def test_the_buttons_below_a_summary_change_its_length_in_place(telegram, ada, seed_text):
    telegram.people.forward_text(ada, seed_text)
    (answer,) = await telegram.wait_for(ada, timeout=20)
    query = telegram.people.press(ada, answer.message_id, "Shorter")
    await telegram.wait_for_answer(query)
    (shorter,) = await telegram.wait_for(ada)
    assert shorter.message_id == answer.message_id
    assert "1 of " in shorter.text
    telegram.people.press(ada, answer.message_id, "Full text")
    (full,) = await telegram.wait_for(ada)
    assert "a record last year" in full.text


async def test_a_text_that_telegram_cut_in_two_is_one_article(telegram, ada, seed_text):
    paragraphs = seed_text.split("\n", 1)[1]
    telegram.people.forward_text(ada, "Long read on steel\n" + paragraphs.replace("Thursday", "Friday") * 4)
    (answer,) = await telegram.wait_for(ada, timeout=20)
    total = int(answer.text.split("3 of ")[1].split()[0])
    assert total > 45
    assert len(telegram.messages(ada, by_bot=True)) == 1


async def test_summary_as_a_reply_reads_the_message_replied_to(telegram, ada, seed_text):
    telegram.people.send_text(ada, "hello")
    await telegram.wait_for(ada, timeout=20)
    group_text = telegram.people.send_text(ada, seed_text[:900])
    await telegram.wait_for(ada)
    (answer,) = await say(telegram, ada, "/summary", reply_to=group_text)
    assert "word for word" in answer.text


async def test_a_text_document_is_read(telegram, ada, seed_text):
    telegram.people.send_document(ada, seed_text.encode(), name="steel.txt", mime="text/plain")
    (answer,) = await telegram.wait_for(ada, timeout=20)
    assert answer.text.startswith("Meridia answers quota")


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        ("hello there", "Forward me an article"),
        ("/addfeed harborpost.example", "Only this bot's operators can do that."),
        ("/subscribe 25:99", "I didn't understand the time 25:99. Like this: /subscribe"),
        ("/latest bananas", "I didn't understand"),
        ("/nonsense", "I don't know /nonsense. /help lists what I can do."),
        ("/unsubscribe", "No digest is subscribed here."),
        ("/search", "Search for what?"),
        ("/summary zanzibar quota", "Nothing found for “zanzibar quota”"),
        ("/privacy", "What I keep of a chat"),
        ("/topics", "📦 Tariffs: /latest tariffs"),
    ],
)
async def test_each_command_says_what_was_wrong_and_what_would_work(telegram, ada, sent, answered):
    (answer,) = await say(telegram, ada, sent)
    assert answered in answer.text


async def test_too_short_an_article_is_refused_with_its_count(telegram, ada):
    telegram.people.forward_text(ada, "Talks went on. A deal is near.")
    (answer,) = await telegram.wait_for(ada, timeout=20)
    assert answer.text == "Too short to shorten: 2 sentences."


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGKILL])
async def test_a_subscription_outlives_the_process(telegram, bot_process, sign):
    ada = telegram.chats.add_private("Ada")
    await bot_process.start()
    (answer,) = await say(telegram, ada, "/subscribe tariffs 08:00 Asia/Tokyo weekdays")
    assert "Subscribed: tariffs, weekdays at 08:00, Asia/Tokyo." in answer.text
    assert "Next digest: " in answer.text
    assert "08:00 (Asia/Tokyo)" in answer.text
    status = await bot_process.stop(sign)
    assert status == (0 if sign is signal.SIGTERM else -signal.SIGKILL)
    await bot_process.start()
    (settings,) = await say(telegram, ada, "/settings")
    assert "tariffs, weekdays at 08:00, Asia/Tokyo." in settings.text
    assert "/subscribe tariffs 08:00 Asia/Tokyo weekdays" in settings.text
    assert "Traceback" not in bot_process.said()


async def test_what_was_sent_while_the_bot_was_down_is_answered_on_return(telegram, bot_process):
    ada = telegram.chats.add_private("Ada")
    await bot_process.start()
    await say(telegram, ada, "/start")
    await bot_process.stop(signal.SIGKILL)
    telegram.people.send_text(ada, "/topics")
    await bot_process.start()
    (answer,) = await telegram.wait_for(ada, timeout=20)
    assert "Topics" in answer.text


def move_back(bot_process, chat, *, by):
    """Let the subscription's next run lie in the past, as if the bot had been down."""
    due = datetime.now(UTC) - by
    with sqlite3.connect(bot_process.folder / "data/var/communique.db") as db:
        db.execute(
            "UPDATE subscriptions SET next_digest_at = ?, next_slot = ?, next_local_date = ? WHERE chat_id = ?",
            (due.strftime("%Y-%m-%d %H:%M:%S.%f"), due.strftime("%H:%M:%S.000000"), due.date().isoformat(), chat),
        )
    db.close()


async def test_a_digest_comes_once_and_never_again_after_a_restart(telegram, bot_process):
    ada = telegram.chats.add_private("Ada")
    await bot_process.start()
    due = datetime.now(UTC) + timedelta(minutes=3)
    await say(telegram, ada, f"/subscribe {due:%H:%M} UTC")
    await bot_process.stop()
    move_back(bot_process, ada, by=timedelta(hours=1))
    mark = telegram.mark()
    await bot_process.start()
    (digest,) = await telegram.wait_for(ada, since=mark, timeout=20)
    assert "Nothing new on alliances and tariffs" in digest.text
    await bot_process.stop(signal.SIGKILL)
    mark = telegram.mark()
    await bot_process.start()
    await say(telegram, ada, "/topics")
    assert len(await telegram.wait_for(ada, since=mark)) == 1


async def test_a_digest_missed_for_more_than_six_hours_is_skipped(telegram, bot_process):
    ada = telegram.chats.add_private("Ada")
    await bot_process.start()
    await say(telegram, ada, "/subscribe 08:00 UTC")
    await bot_process.stop()
    move_back(bot_process, ada, by=timedelta(hours=7))
    mark = telegram.mark()
    await bot_process.start()
    (settings,) = await say(telegram, ada, "/settings")
    assert "Next digest" in settings.text
    assert len(await telegram.wait_for(ada, since=mark)) == 1


async def test_only_administrators_change_a_group(telegram, bot_process):
    owner, member = telegram.chats.add_user("Owner"), telegram.chats.add_user("Member")
    group = telegram.chats.add_group("Desk", members=[member], admins=[owner])
    await bot_process.start()
    (refused,) = await say(telegram, group, "/subscribe", user_id=member)
    assert "only its administrators" in refused.text
    (answer,) = await say(telegram, group, "/subscribe", user_id=owner)
    assert answer.text.startswith("Subscribed: alliances and tariffs, daily at 08:00, UTC.")


async def test_forum_topics_are_separate_subscriptions(telegram, bot_process):
    owner = telegram.chats.add_user("Owner")
    forum = telegram.chats.add_group("Desk", admins=[owner], forum=True)
    steel = telegram.chats.add_topic(forum, "Steel")
    await bot_process.start()
    (answer,) = await say(telegram, forum, "/subscribe tariffs 07:00", user_id=owner, thread_id=steel)
    assert answer.data["message_thread_id"] == steel
    (general,) = await say(telegram, forum, "/settings", user_id=owner)
    assert "No digest is subscribed here." in general.text


async def test_the_first_button_leads_to_a_subscription_and_a_taste(telegram, ada):
    (greeting,) = await say(telegram, ada, "/start")
    telegram.people.press(ada, greeting.message_id, "A digest every morning")
    (question,) = await telegram.wait_for(ada)
    assert question.text == "When shall it come?"
    telegram.people.press(ada, question.message_id, "07:00")
    subscribed, taste = await telegram.wait_for(ada, count=2)
    assert "daily at 07:00" in subscribed.text
    assert "alliances and tariffs" in taste.text


async def test_somebody_who_asks_too_often_is_told_when_to_come_back(telegram, ada):
    for _ in range(21):
        telegram.people.send_text(ada, "/topics")
    await telegram.wait_until(lambda: len(telegram.messages(ada, by_bot=True)) == 21, timeout=60)  # 1/s
    assert telegram.messages(ada, by_bot=True)[-1].text.startswith("Slow down a little: I'll listen again in ")


async def test_a_group_that_becomes_a_supergroup_keeps_its_subscription(telegram, bot_process):
    owner = telegram.chats.add_user("Owner")
    group = telegram.chats.add_group("Desk", admins=[owner], bot_admin=True)
    await bot_process.start()
    await say(telegram, group, "/subscribe energy 07:30", user_id=owner)
    new = telegram.chats.migrate(group)
    (answer,) = await say(telegram, new, "/settings", user_id=owner)
    assert "energy, daily at 07:30" in answer.text


async def test_a_failure_of_ours_is_said_with_an_id_that_the_log_has(telegram, bot_process):
    owner = telegram.chats.add_user("Owner")
    group = telegram.chats.add_group("Desk", admins=[owner])
    await bot_process.start()
    telegram.faults.inject("bad_gateway", times=1, method="getChatMember")
    (answer,) = await say(telegram, group, "/subscribe", user_id=owner)
    assert answer.text.startswith("My mistake, sorry. (")
    assert answer.text.split("(")[1].rstrip(")") in bot_process.said()


async def test_a_trend_is_a_chart_with_its_numbers(telegram, bot_process):
    now = datetime.now(UTC)
    with closing(open_store(f"sqlite:///{bot_process.folder}/data/var/communique.db")) as store:
        for n in range(3):
            at = now - timedelta(days=n)
            news = Article(f"Duty {n}", "A duty was set.", published_at=at, topics=("tariffs",), places=("JP",))
            kept, _ = store.add_article(news, at)
            head = StoryHead(kept.id, kept.id, kept.title, "en", at, at)
            assert store.place_articles([Placing(kept.id, kept.id)], [head], turn=store.story_turn())
    await bot_process.start()
    ada = telegram.chats.add_private("Ada")
    (answer,) = await say(telegram, ada, "/trend tariffs japan 30d")
    assert answer.data["photo"]
    assert answer.data["caption"].startswith("Tariffs · Japan\n\n3 stories in 30 days")
    (nothing,) = await say(telegram, ada, "/trend energy")
    assert "I have no stories on Energy" in nothing.text or "0 stories" in (nothing.data.get("caption") or "")
    (misunderstood,) = await say(telegram, ada, "/trend tarifs")
    assert "tariffs" in misunderstood.text


async def test_why_explains_a_storys_place(telegram, bot_process):
    (bot_process.folder / "data/var").mkdir(parents=True)
    store = open_store(f"sqlite:///{bot_process.folder}/data/var/communique.db")
    now = datetime.now(UTC)
    for title, text in (
        ("Duty on steel", "Customs officers will charge a duty on steel plate from January. Mills had asked for it."),
        ("Pact on patrols", "Norway and Finland fly patrols together from spring. Generals signed in Bodø."),
    ):
        article = Article(title, text, "Kairos Wire", topics=("tariffs",), places=("JP",), published_at=now)
        store.add_article(article, now)
    store.close()
    ada = telegram.chats.add_private("Ada")
    await bot_process.start()
    (all_of_them,) = await say(telegram, ada, "/why")
    assert "1st of 2: 1 independent source" in all_of_them.text
    assert "2nd of 2" in all_of_them.text
    (one,) = await say(telegram, ada, "/why pact")
    assert "Pact on patrols" in one.text
    assert "Duty" not in one.text
    (second,) = await say(telegram, ada, "/why 2")
    assert second.text.startswith("2. ")
    (none,) = await say(telegram, ada, "/why 7")
    assert none.text == "The last digest has no story 7. /why alone explains all of them."
