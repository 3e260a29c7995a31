from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import language as module
from bot.core.language import detect_language


@pytest.fixture
def no_model(monkeypatch):
    def refuse():
        raise AssertionError("the model was loaded")

    monkeypatch.setattr(module, "_identifier", refuse)


@pytest.mark.usefixtures("no_model")
@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Trade talks stalled. The minister said that the tariffs would stay."),
        ("en", "Hello"),
        ("en", "12 345"),
        ("de", "Die Regierung hat am Freitag neue Zölle angekündigt, die ab Montag gelten sollen."),
        ("fr", "Le ministre a dit que les droits seraient appliqués dans les prochains jours par le pays."),
        ("es", "El ministro dijo que los aranceles se aplican desde el lunes y que no habrá más."),
        ("it", "Il ministro ha detto che i dazi saranno applicati da lunedì e che non ci sono altre misure."),
        ("pt", "O ministro disse que as tarifas não serão aplicadas antes da reunião com os países."),
        ("nl", "De minister zei dat de heffingen vanaf maandag gelden en dat er geen andere zijn."),
        ("pl", "Minister powiedział, że nowe cła są już w mocy i że nie będzie innych."),
        ("ru", "Правительство объявило новые пошлины."),
        ("ru", "Министр отказался комментировать"),
        ("uk", "Уряд оголосив нові мита."),
        ("uk", "Та про це не казали"),
        ("be", "Урад аб’явіў новыя мыты ўчора"),
        ("bg", "Правителството обяви в петък нови мита, които ще се прилагат."),
        ("sr", "Влада је објавила њене царине"),
        ("mk", "Владата објави нови царини ѓ"),
        ("kk", "Үкімет жаңа баждарды жариялады қазір"),
        ("ja", "政府は新しい関税を発表した。"),
        ("zh", "政府周五宣布新的关税措施。"),
        ("zh", "这家商店叫の物语，政府周五宣布新的关税措施并继续谈判。"),
        ("ko", "정부는 새로운 관세를 발표했다"),
        ("ar", "أعلنت الحكومة رسوما جديدة"),
        ("fa", "دولت تعرفه‌های جدید اعلام کرد که پذیرفته شد"),
        ("ur", "حکومت نے نئے ٹیرف کا اعلان کیا ہے"),
        ("hi", "सरकार ने नए शुल्क की घोषणा की है"),
        ("mr", "सरकारने नवीन शुल्क जाहीर केले आहे"),
        ("el", "Η κυβέρνηση ανακοίνωσε νέους δασμούς"),
        ("he", "הממשלה הודיעה על מכסים"),
        ("th", "รัฐบาลประกาศภาษี"),
    ],
)
def test_the_usual_languages_are_told_without_a_model(language, text):
    assert detect_language(text) == language


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("et", "Valitsus teatas reedel uutest tollimaksudest, mis hakkavad kehtima esmaspäeval"),
        ("lt", "Vyriausybė penktadienį paskelbė naujus muitus, kurie įsigalios pirmadienį"),
    ],
)
def test_rarer_languages_are_told_by_the_model(language, text):
    assert detect_language(text) == language


@given(st.text(alphabet=st.characters(), max_size=80))
@settings(max_examples=150)
def test_any_text_has_a_language(text):
    assert detect_language(text).isalpha()
