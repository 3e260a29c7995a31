"""Digests, stories and settings in a chat, over real HTTP, with the bot as a process of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.app import make_analyzer
from bot.model import Article
from bot.preview.server import PreviewServer
from bot.store.sql import open_store
from tests.conftest import TOKEN, BotProcess

SUBJECTS = (
    ("Tokyo", "Japan", "steel plate"),
    ("Ottawa", "Canada", "lentils and pulses"),
    ("Seoul", "South Korea", "memory chips"),
    ("Brasilia", "Brazil", "frozen orange juice"),
    ("Hanoi", "Vietnam", "running shoes"),
    ("Canberra", "Australia", "barley and wine"),
    ("Ankara", "Turkey", "washing machines"),
    ("Mexico City", "Mexico", "fresh tomatoes"),
    ("Pretoria", "South Africa", "citrus fruit"),
    ("Jakarta", "Indonesia", "nickel ore"),
    ("Cairo", "Egypt", "cotton yarn"),
    ("Lima", "Peru", "copper cable"),
)


def articles(now):
    for n, (capital, country, goods) in enumerate(SUBJECTS):
        text = (
            f"{capital} said on Friday that it would answer the import tariff on {goods} within ten days, as the trade "
            "agreement between the two governments allows where no notice was given three months before. "
            f"The government of {country} called the duty on {goods} a breach of the agreement that both sides had "
            "signed only two years ago, and said it would bring it before the panel in Geneva if talks failed. "
            f"Exporters of {goods} in {country} expect a fifth of their orders to be lost by the spring. "
            f"Officials of the trade ministry in {capital} will meet importers of {goods} next week."
        )
        title = f"{capital} to answer tariff on {goods}"
        source, at = f"Outlet {n % 5}", now - timedelta(hours=1, minutes=n)
        yield Article(title, text, source=source, url=f"https://a.example/{n}", published_at=at)


@pytest.fixture
def newsroom(bot_process):
    """A store with twelve stories on tariffs, in the bot's own folder."""
    folder = bot_process.folder / "data" / "var"
    folder.mkdir(parents=True)
    store, analyzer, now = open_store(f"sqlite:///{folder}/communique.db"), make_analyzer(), datetime.now(UTC)
    store.add_articles([analyzer.annotate(article) for article in articles(now)], now - timedelta(minutes=30))
    store.close()


@pytest.fixture
async def ada(telegram, bot_process, newsroom):  # noqa: ARG001 -- filled before the bot starts
    await bot_process.start()
    return telegram.chats.add_private("Ada")


async def say(telegram, chat, text, *, count=1, **more):
    telegram.people.send_text(chat, text, **more)
    return await telegram.wait_for(chat, count=count, timeout=30)


async def press(telegram, chat, message, label, **more):
    mark = telegram.mark()
    query = telegram.people.press(chat, message.message_id, label, **more)
    answer = await telegram.wait_for_answer(query, timeout=40)
    return mark, answer


async def ask_digest(telegram, chat, text="/digest"):
    """Ask for a digest and return it; where it takes long, a note comes before it and goes."""
    asked = telegram.people.send_text(chat, text)
    found = []

    def told():
        later = [each for each in telegram.messages(chat, by_bot=True) if each.message_id > asked]
        found[:] = [each for each in later if "Settings" in labels(each)]
        return bool(found)

    await telegram.wait_until(told, timeout=40)
    return found[0]


async def change(telegram, chat, message, label, **more):
    """Press a button and return what came of it."""
    mark, _ = await press(telegram, chat, message, label, **more)
    (came,) = await telegram.wait_for(chat, since=mark, timeout=30)
    return came


def labels(message):
    return [button["text"] for row in message.buttons for button in row]


def kinds(message):
    return [block["type"] for block in message.data["rich_message"]["blocks"]]


async def test_a_digest_of_ten_stories_is_one_rich_message_with_buttons_that_go_on(telegram, ada):
    digest = await ask_digest(telegram, ada)
    assert kinds(digest).count("details") == 10
    assert labels(digest) == ["More on a story", "Less like this", "More stories", "Search", "Settings"]

    picking = await change(telegram, ada, digest, "More on a story")
    assert labels(picking) == [*map(str, range(1, 11)), "More stories", "Back"]
    assert "rich_message" in picking.data
    back = await change(telegram, ada, picking, "Back")
    assert labels(back) == labels(digest)

    await change(telegram, ada, digest, "More on a story")
    story = await change(telegram, ada, digest, "1")
    assert labels(story) == ["More like this", "Less like this", "Mute this story"]
    assert story.text.split("\n")[0] in digest.text


async def test_what_the_digest_had_no_room_for_is_the_next_page(telegram, ada):
    digest = await ask_digest(telegram, ada)
    rest = await change(telegram, ada, digest, "More stories")
    assert kinds(rest).count("details") == 2
    told = [goods for _, _, goods in SUBJECTS if goods in digest.text]
    further = [goods for _, _, goods in SUBJECTS if goods in rest.text]
    assert len(told) == 10
    assert not set(told) & set(further)


async def test_a_page_asked_for_again_repeats_nothing_that_the_chat_has_had(telegram, ada):
    await say(telegram, ada, "/subscribe tariffs 08:00 UTC")
    digest = await ask_digest(telegram, ada)
    rest = await change(telegram, ada, digest, "More stories")
    assert kinds(rest).count("details") == 2
    nothing = await change(telegram, ada, digest, "More stories")
    assert nothing.text == "That was all of it."


async def test_a_muted_story_is_not_told_again_until_it_is_unmuted(telegram, ada):
    digest = await ask_digest(telegram, ada)
    await change(telegram, ada, digest, "More on a story")
    story = await change(telegram, ada, digest, "1")
    headline = story.text.split("\n")[0]
    mark, answer = await press(telegram, ada, story, "Mute this story")
    assert answer["text"].startswith("Muted")
    (muted,) = await telegram.wait_for(ada, since=mark)
    assert "Unmute" in labels(muted)
    again = await ask_digest(telegram, ada)
    assert headline not in again.text
    await change(telegram, ada, muted, "Unmute")
    again = await ask_digest(telegram, ada)
    assert headline in again.text


async def test_more_and_less_like_a_story_name_its_topics_and_places(telegram, ada):
    digest = await ask_digest(telegram, ada)
    await change(telegram, ada, digest, "Less like this")
    asked = await change(telegram, ada, digest, "2")
    assert "shall count less" in asked.text
    assert "📦 Tariffs" in labels(asked)
    leaned = await change(telegram, ada, asked, "📦 Tariffs")
    assert leaned.message_id == asked.message_id
    assert leaned.text == "📦 Tariffs counts less here from now on."
    undone = await change(telegram, ada, leaned, "Undo")
    assert undone.text.endswith("counts as everything else again.")


async def test_settings_change_in_their_own_message_and_outlive_a_restart(telegram, bot_process, ada):
    (settings,) = await say(telegram, ada, "/settings")
    for label, shown in (
        ("Topics", "✓ 📦 Tariffs"),
        ("⛔ Sanctions", "✓ ⛔ Sanctions"),
        ("Back", "Topics"),
        ("Times", "✓ 08:00"),
        ("18:00", "✓ 18:00"),
        ("Back", "Topics"),
        ("Alerts: off", "Alerts: on"),
        ("Start the digests", "Pause the digests"),
    ):
        settings = await change(telegram, ada, settings, label)
        assert shown in labels(settings), label
    assert len(telegram.messages(ada, by_bot=True)) == 1
    await bot_process.stop()
    await bot_process.start()
    days = await change(telegram, ada, settings, "Days")
    assert "✓ Mon" in labels(days)
    (shown,) = await say(telegram, ada, "/settings")
    assert "alliances, tariffs and sanctions, daily at 08:00 and 18:00" in shown.text
    assert "Alerts: on" in shown.text


@pytest.mark.parametrize(
    ("view", "button", "typed", "shown"),
    [
        ("Places", "Another place", "Vietnam, NATO", "✓ 🇻🇳 Vietnam"),
        ("Times", "Another time", "06:45 and 7.30 pm", "✓ 06:45"),
        ("Time zone", "Another zone", "lisbon", "✓ Lisbon"),
        ("Quiet hours", "Other hours", "22:30 to 06:30", "✓ 22:30–06:30"),
    ],
)
async def test_what_a_button_has_no_room_for_is_asked_in_words(telegram, ada, view, button, typed, shown):
    (settings,) = await say(telegram, ada, "/settings")
    await change(telegram, ada, settings, view)
    asked = await change(telegram, ada, settings, button)
    assert asked.asks
    again, question = await say(telegram, ada, "bananas at noon o'clock", count=2, reply_to=asked.message_id)
    assert again.text.startswith("I didn't understand")
    assert question.text == asked.text
    (changed,) = await say(telegram, ada, typed, reply_to=asked.message_id)
    assert shown in labels(changed)


async def test_the_search_button_asks_for_words(telegram, ada):
    digest = await ask_digest(telegram, ada)
    asked = await change(telegram, ada, digest, "Search")
    (found,) = await say(telegram, ada, "nickel ore", reply_to=asked.message_id)
    assert "Jakarta to answer tariff on nickel ore" in found.text


async def test_words_are_included_excluded_and_removed_again(telegram, ada):
    (none,) = await say(telegram, ada, "/exclude")
    assert none.text.startswith("No words are excluded.")
    (listed,) = await say(telegram, ada, '/exclude nickel "copper cable"')
    assert listed.text.startswith("Never told: stories with “nickel” and “copper cable”.")
    digest = await ask_digest(telegram, ada)
    assert "nickel" not in digest.text
    left = await change(telegram, ada, listed, "Remove “nickel”")
    assert labels(left) == ["Remove “copper cable”"]
    (included,) = await say(telegram, ada, "/include lithium")
    assert included.text.startswith("Always told, whatever their topic: stories with “lithium”.")
    (refused,) = await say(telegram, ada, "/include " + "x" * 90)
    assert "too long" in refused.text


async def test_alerts_are_turned_on_and_off(telegram, ada):
    assert (await say(telegram, ada, "/alerts"))[0].text.startswith("Alerts are off")
    assert (await say(telegram, ada, "/alerts on"))[0].text.startswith("Alerts are on")
    assert (await say(telegram, ada, "/alerts"))[0].text.startswith("Alerts are on")
    assert (await say(telegram, ada, "/alerts off"))[0].text.startswith("Alerts are off")


@pytest.mark.usefixtures("newsroom")
async def test_in_a_group_only_administrators_press_what_changes_settings(telegram, bot_process):
    owner, guest = telegram.chats.add_user("Owner"), telegram.chats.add_user("Guest")
    group = telegram.chats.add_group("Desk", admins=[owner], members=[guest])
    await bot_process.start()
    (settings,) = await say(telegram, group, "/settings", user_id=guest)
    mark, answer = await press(telegram, group, settings, "Alerts: off", user_id=guest)
    assert "only its administrators" in answer["text"]
    mark, answer = await press(telegram, group, settings, "Alerts: off", user_id=owner)
    (changed,) = await telegram.wait_for(group, since=mark)
    assert "Alerts: on" in labels(changed)
    await change(telegram, group, settings, "Places", user_id=guest)
    asked = await change(telegram, group, settings, "Another place", user_id=owner)
    (refused,) = await say(telegram, group, "Vietnam", user_id=guest, reply_to=asked.message_id)
    assert "only its administrators" in refused.text
    (changed,) = await say(telegram, group, "Vietnam", user_id=owner, reply_to=asked.message_id)
    assert "✓ 🇻🇳 Vietnam" in labels(changed)


@pytest.mark.usefixtures("newsroom")
async def test_in_a_channel_nobody_is_asked_what_only_a_command_can_answer(telegram, bot_process):
    await bot_process.start()
    owner = telegram.chats.add_user("Owner")
    channel = telegram.chats.add_channel("Desk", owner=owner)
    (settings,) = await say(telegram, channel, "/settings", user_id=owner)
    for view, button, like in (
        ("Places", "Another place", "like vietnam:"),
        ("Times", "Another time", "like 06:45:"),
        ("Time zone", "Another zone", "like Europe/Lisbon:"),
        ("Quiet hours", "Other hours", "like quiet 22:30-06:30:"),
    ):
        await change(telegram, channel, settings, view, user_id=owner)
        told = await change(telegram, channel, settings, button, user_id=owner)
        assert not told.asks
        assert like in told.text
        assert told.text.endswith("/subscribe alliances tariffs 08:00 UTC daily")
        await change(telegram, channel, settings, "Back", user_id=owner)
    line = "/subscribe alliances tariffs vietnam 06:45 Europe/Lisbon daily quiet 22:30-06:30"
    (subscribed,) = await say(telegram, channel, line, user_id=owner)
    assert "06:45" in subscribed.text
    digest = await ask_digest(telegram, channel)
    _, answer = await press(telegram, channel, digest, "Search", user_id=owner)
    assert answer["text"].startswith("Nobody can answer me in a channel. Write to @")
    assert answer["show_alert"]
    assert not any("force_reply" in str(call) for call in telegram.calls("sendMessage"))


@pytest.mark.usefixtures("newsroom")
async def test_rich_messages_can_be_turned_off(telegram, bot_process):
    await bot_process.start(COMMUNIQUE_RICH="off")
    ada = telegram.chats.add_private("Ada")
    telegram.people.send_text(ada, "/digest")
    await telegram.wait_until(lambda: any(map(labels, telegram.messages(ada, by_bot=True))), timeout=40)
    assert not telegram.calls("sendRichMessage")
    assert "not in effect" not in bot_process.said()
    assert all("rich_message" not in message.data for message in telegram.messages(ada, by_bot=True))


@pytest.mark.usefixtures("newsroom")
async def test_an_owed_digest_goes_to_an_older_server_in_classic_parts_once(bot_process):
    older = PreviewServer(TOKEN, clock=lambda: datetime.now(UTC), bot_api="10.0")
    await older.start()
    process = BotProcess(bot_process.folder, older.url)
    try:
        await process.start()
        ada = older.chats.add_private("Ada")
        at = datetime.now(UTC) + timedelta(minutes=1)
        await say(older, ada, f"/subscribe tariffs {at:%H:%M} UTC")
        older.people.send_text(ada, "/digest")

        def done():
            return sum(bool(message.buttons) for message in older.messages(ada, by_bot=True)) == 2

        await older.wait_until(done, timeout=90)
        parts = [message for message in older.messages(ada, by_bot=True) if "Subscribed" not in message.text]
        assert len(parts) >= 4
        assert len(older.calls("sendRichMessage")) == 1
        said = "\n".join(message.text for message in parts)
        assert said.count("to answer tariff on") == 20
    finally:
        await process.end()
        await older.stop()
