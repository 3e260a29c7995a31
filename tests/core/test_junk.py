from __future__ import annotations

import pytest

from bot.core.junk import LONGEST, is_junk, junk_lines
from bot.core.paragraphs import paragraphs

PROSE = "The ministry in Tokyo said on Friday that the duty on steel plate would rise again next month, by 5 percent."

JUNK = [
    "Read more: Tokyo waits",
    "READ ALSO — Ten facts",
    "Related: Ten facts about steel.",
    "By Mary Ito",
    "BY MARY ITO AND JOHN DOE",
    "Share this on Facebook",
    "Photo: Harbor Post",
    "FILE PHOTO: A crane loads coil in Busan on May 3.",
    "(Image: Harbor Post)",
    "Crew unload coil in Busan. (Delta Light / For The Herald)",
    "Crew unload coil in Busan. Photo: Mary Ito",
    "Crew unload coil in Busan. REUTERS/Mary Ito",
    "A crane is seen in this file photo taken in May.",
    "© 2026 Kairos Wire",
    "Subscribe to our newsletter",
    "Sign up for our weekly letter and get the best of our work every Friday.",
    "Get the latest news in your inbox with the Brussels Briefing.",
    "Updated: Nov 20, 2026",
    "Updated 14:32 GMT",
    "https://example.org/a",
    "#trade #steel",
    "Follow us on X and Facebook.",
    "Ann Lee is our trade correspondent.",
    "Ann Lee is a correspondent based in Seoul.",
    "Ann Lee is Japan correspondent.",
    "Kairos Wire's Ann Lee reported from Oslo, and Bo Ek reported from Bergen.",
    "The author is a former ambassador to Japan.",
    "The writer's opinions are her own.",
    "This conversation has been edited for length and clarity.",
    "Support for this reporting was provided by the Harbor Fund.",
    "Want more stories like this? Subscribe to our weekly letter.",
    "You have 2 free articles left this month.",
    "Have a tip? Contact us in confidence.",
    "Explore our full coverage of the dispute.",
    "Above: the port of Busan in May.",
    "MORE: Ten facts about steel.",
    "Ann Lee's name was misspelled in an earlier version of this article.",
    "This article was translated from Korean.",
    "This article was first published on Monday",
    "If you enjoyed this story, consider supporting our work.",
    "Have a question about trade? Write to us at questions@example.org.",
    "For media inquiries: press@example.org",
    "Reporting by Mary Ito; Editing by John Doe",
    "(Reporting by Mary Ito; Editing by John Doe)",
    "Kairos Wire contributed to this report.",
    "mary ito of Kairos Wire CONTRIBUTED TO THIS STORY from Seoul, where she lives and works for it and others.",
    "We use cookies to improve your experience.",
    "The views expressed are the author's own.",
    "12 March 2023:",
    "FEBRUARY 2014.",
    "Advertisement",
    "Lesen Sie auch: Zölle",
    "Lire aussi : L'acier",
    "Lea también: El acero",
    "Leggi anche: L'acciaio",
    "Leia mais: O aço",
    "Читайте также: Сталь",
    "Читайте також: Сталь",
    "関連記事：鉄鋼",
    "责任编辑：某某",
    "اقرأ أيضا: الصلب",
]

STORY = [
    "By Friday the duty had fallen to 5 percent.",
    "The photo was shown to reporters.",
    "Ministers read more than one draft.",
    "The report was published on Monday by the World Trade Organization.",
    "Copyright holders sued the company in March.",
    "Sponsored by Japan, the resolution passed.",
    "Published prices fell.",
    "Sources said the talks would go on.",
    "Contact between the two sides broke off.",
    "March 4 is the day on which the duties take effect.",
    "The minister is a former reporter.",
    "Ann Lee is not a reporter.",
    "Our correspondent said the port was closed.",
    "The ministry reported from January to June on the port.",
    "More than ten ministers came.",
    "Support for this plan has fallen.",
    "Read more " + "carefully, the treaty says that each side may leave it " * 5,
]


def lines_that_are_junk(*lines):
    text = "\n\n".join(lines)
    spans = paragraphs(text)
    assert len(spans) == len(lines)
    return [text[start:end] for (start, end), junk in zip(spans, junk_lines(text, spans), strict=True) if junk]


@pytest.mark.parametrize("line", JUNK)
def test_lines_of_the_page_are_no_part_of_the_story(line):
    assert is_junk(line)


@pytest.mark.parametrize("line", STORY)
def test_sentences_of_the_story_are_kept(line):
    assert not is_junk(line)


def test_a_long_line_is_a_paragraph_whatever_it_starts_with():
    assert is_junk("Photo: " + "a" * (LONGEST - 7))
    assert not is_junk("Photo: " + "a" * LONGEST)


def test_what_nobody_closed_among_closed_paragraphs_is_a_heading_or_a_caption():
    junk = ["A turning point", "What is it?", "March 4", "Workers at the port of Busan", "Tags, trade"]
    page = [PROSE, junk[0], PROSE, junk[1], PROSE, junk[2], PROSE, junk[3], PROSE, junk[4]]
    assert lines_that_are_junk(*page) == junk


def test_without_enough_paragraphs_an_open_line_may_be_the_story():
    assert lines_that_are_junk("Japan to answer duty", "Ministry says reply is near", PROSE) == []


def test_long_items_of_a_list_are_what_a_statement_decides():
    item = "• impose a duty of 25 percent on steel plate from the first of May onwards"
    assert lines_that_are_junk(PROSE, PROSE, PROSE, PROSE, item, "• Ten facts") == ["• Ten facts"]


def test_an_item_that_ends_with_a_semicolon_is_no_heading():
    assert lines_that_are_junk(PROSE, PROSE, PROSE, PROSE, "impose a duty of 25 percent;") == []


def test_who_an_author_is_stands_at_the_end_of_a_page():
    note = "Ann Lee is a fellow at the Harbor Institute and the author of a book on steel."
    assert lines_that_are_junk(PROSE, PROSE, PROSE, PROSE, note) == [note]
    assert lines_that_are_junk(PROSE, note, PROSE, PROSE, PROSE) == []


def test_what_follows_the_end_is_the_press_office():
    about = "The council was founded in 1961 and has twelve members, who meet twice a year in the old customs house."
    page = [PROSE, PROSE, PROSE, PROSE, "ENDS", about]
    assert lines_that_are_junk(*page) == ["ENDS", about]
    assert lines_that_are_junk("Notes to editors", *page[:4]) == ["Notes to editors"]
