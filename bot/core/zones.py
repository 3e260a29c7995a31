"""Time zones by the names people write, and by their language; when anything is due is `timing.py`'s matter."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from zoneinfo import available_timezones

# Cities, abbreviations and old spellings that are no IANA city, each behind the zone it means. Where an abbreviation
# has several meanings the one with the most people who write it counts: IST is India, CST and EST are America, BST is
# Britain. They name a place, not an offset: "EST" in July means New York's clocks. Abbreviations that are English
# words (ART, CAT, EAT, PET) are left out.
_CITIES = """
Africa/Abidjan yamoussoukro | Africa/Asmara africa/asmera asmera | Africa/Cairo alexandria giza
Africa/Casablanca rabat | Africa/Dar_es_Salaam dodoma | Africa/Douala yaounde
Africa/Johannesburg pretoria cape_town durban sast | Africa/Lagos abuja wat | Africa/Porto-Novo cotonou
America/Adak us/aleutian | America/Anchorage us/alaska akst akdt | America/Argentina/Buenos_Aires america/buenos_aires
America/Argentina/Catamarca america/catamarca | America/Argentina/Cordoba america/cordoba
America/Argentina/Jujuy america/jujuy | America/Argentina/Mendoza america/mendoza | America/Bogota medellin cali
America/Chicago us/central cst cdt ct central_time houston dallas austin san_antonio minneapolis new_orleans
America/Chicago milwaukee st_louis kansas_city memphis nashville oklahoma_city cst6cdt
America/Denver us/mountain navajo mdt mst7mdt mountain_time salt_lake_city albuquerque mst | America/Detroit us/michigan
America/Edmonton calgary canada/mountain | America/Guayaquil quito | America/Halifax canada/atlantic ast adt
America/Indiana/Indianapolis us/east-indiana america/indianapolis | America/Kentucky/Louisville america/louisville
America/Los_Angeles us/pacific pst pdt pt pst8pdt pacific_time san_francisco seattle portland san_diego las_vegas
America/Los_Angeles sacramento silicon_valley | America/Manaus brazil/west
America/Mexico_City mexico/general guadalajara puebla cdmx
America/New_York us/eastern est edt et est5edt eastern_time washington washington_dc boston philadelphia atlanta
America/New_York miami baltimore pittsburgh cleveland orlando nyc charlotte | America/Nuuk america/godthab godthab
America/Phoenix us/arizona tucson | America/Santiago chile/continental clt clst valparaiso
America/Sao_Paulo brazil/east brt brasilia rio_de_janeiro rio | America/St_Johns canada/newfoundland ndt newfoundland
America/Toronto canada/eastern ottawa quebec | America/Vancouver canada/pacific | America/Winnipeg canada/central
Asia/Ashgabat asia/ashkhabad | Asia/Bahrain manama | Asia/Bangkok ict chiang_mai | Asia/Colombo kotte
Asia/Dhaka asia/dacca dacca chittagong | Asia/Dubai abu_dhabi sharjah gst
Asia/Ho_Chi_Minh asia/saigon saigon ho_chi_minh_city hanoi da_nang | Asia/Hong_Kong hkt hongkong
Asia/Jakarta wib bandung | Asia/Jerusalem haifa | Asia/Karachi islamabad lahore rawalpindi pkt
Asia/Kathmandu asia/katmandu katmandu npt
Asia/Kolkata asia/calcutta calcutta ist delhi new_delhi mumbai bombay bangalore bengaluru chennai madras hyderabad
Asia/Kolkata pune ahmedabad | Asia/Kuala_Lumpur putrajaya penang | Asia/Kuwait kuwait_city | Asia/Macau asia/macao macao
Asia/Makassar asia/ujung_pandang | Asia/Manila quezon_city pht | Asia/Qatar doha | Asia/Riyadh jeddah mecca medina
Asia/Seoul kst busan incheon
Asia/Shanghai beijing peking shenzhen guangzhou wuhan chengdu asia/chungking hangzhou nanjing tianjin xian
Asia/Singapore sgt singapore | Asia/Thimphu asia/thimbu
Asia/Tokyo jst osaka kyoto yokohama nagoya sapporo fukuoka kobe hiroshima | Asia/Ulaanbaatar asia/ulan_bator ulan_bator
Asia/Yangon asia/rangoon rangoon naypyidaw | Atlantic/Cape_Verde praia | Atlantic/Faroe atlantic/faeroe torshavn
Australia/Adelaide acst acdt australia/south | Australia/Brisbane australia/queensland gold_coast
Australia/Darwin australia/north | Australia/Perth awst australia/west
Australia/Sydney aest aedt australia/nsw australia/act | Europe/Amsterdam the_hague rotterdam
Europe/Athens thessaloniki eet eest
Europe/Berlin cet cest met mez mesz frankfurt munich muenchen hamburg cologne koeln stuttgart dusseldorf
Europe/Berlin duesseldorf dresden leipzig bonn | Europe/Brussels antwerp | Europe/Bucharest cluj
Europe/Istanbul asia/istanbul ankara izmir trt | Europe/Kyiv europe/kiev kiev kharkiv odesa odessa lviv dnipro
Europe/Lisbon porto wet | Europe/London bst edinburgh glasgow cardiff manchester birmingham liverpool leeds bristol
Europe/Madrid barcelona valencia seville bilbao | Europe/Moscow msk w-su saint_petersburg st_petersburg kazan sochi
Europe/Oslo bergen | Europe/Paris lyon marseille toulouse lille strasbourg bordeaux
Europe/Rome milan naples turin florence venice | Europe/Stockholm gothenburg | Europe/Warsaw krakow gdansk wroclaw
Europe/Zurich bern berne geneva basel lausanne | Pacific/Auckland nzst nzdt wellington christchurch
Pacific/Chatham nz-chat | Pacific/Chuuk pacific/truk | Pacific/Fiji suva | Pacific/Honolulu us/hawaii hst
Pacific/Pohnpei pacific/ponape palikir | GMT gmt gmt0 etc/gmt etc/gmt0 greenwich etc/greenwich etc/gmt+0 etc/gmt-0
UTC utc z zulu uct universal etc/utc etc/uct etc/zulu etc/universal
"""

# Countries that live by one zone, or nearly. Those of many zones (the United States, Canada, Brazil, Russia, Australia,
# Mexico, Indonesia, Congo) name none.
_COUNTRIES = """
Africa/Abidjan ivory_coast | Africa/Accra ghana | Africa/Addis_Ababa ethiopia | Africa/Algiers algeria
Africa/Cairo egypt | Africa/Casablanca morocco | Africa/Dakar senegal | Africa/Dar_es_Salaam tanzania
Africa/Douala cameroon | Africa/Harare zimbabwe | Africa/Johannesburg south_africa | Africa/Kampala uganda
Africa/Khartoum sudan | Africa/Kigali rwanda | Africa/Lagos nigeria | Africa/Luanda angola | Africa/Lusaka zambia
Africa/Maputo mozambique | Africa/Nairobi kenya | Africa/Tripoli libya | Africa/Tunis tunisia
America/Argentina/Buenos_Aires argentina | America/Asuncion paraguay | America/Bogota colombia
America/Caracas venezuela | America/Costa_Rica costa_rica | America/Guatemala guatemala | America/Guayaquil ecuador
America/Havana cuba | America/Jamaica jamaica | America/La_Paz bolivia | America/Lima peru | America/Montevideo uruguay
America/Panama panama | America/Santiago chile | Asia/Almaty kazakhstan | Asia/Amman jordan | Asia/Baghdad iraq
Asia/Bahrain bahrain | Asia/Baku azerbaijan | Asia/Bangkok thailand | Asia/Beirut lebanon | Asia/Colombo sri_lanka
Asia/Damascus syria | Asia/Dhaka bangladesh | Asia/Dubai uae united_arab_emirates | Asia/Ho_Chi_Minh vietnam
Asia/Jerusalem israel | Asia/Kabul afghanistan | Asia/Karachi pakistan | Asia/Kathmandu nepal | Asia/Kolkata india
Asia/Kuala_Lumpur malaysia | Asia/Kuwait kuwait | Asia/Manila philippines | Asia/Muscat oman | Asia/Nicosia cyprus
Asia/Phnom_Penh cambodia | Asia/Pyongyang north_korea | Asia/Qatar qatar | Asia/Riyadh saudi_arabia
Asia/Seoul south_korea korea rok | Asia/Shanghai china prc | Asia/Taipei taiwan roc | Asia/Tashkent uzbekistan
Asia/Tbilisi georgia | Asia/Tehran iran | Asia/Tokyo japan | Asia/Ulaanbaatar mongolia | Asia/Vientiane laos
Asia/Yangon myanmar burma | Asia/Yerevan armenia | Atlantic/Reykjavik iceland | Europe/Amsterdam netherlands holland
Europe/Athens greece | Europe/Belgrade serbia | Europe/Berlin germany | Europe/Bratislava slovakia
Europe/Brussels belgium | Europe/Bucharest romania | Europe/Budapest hungary | Europe/Chisinau moldova
Europe/Copenhagen denmark | Europe/Dublin ireland eire | Europe/Helsinki finland | Europe/Istanbul turkey turkiye
Europe/Kyiv ukraine | Europe/Lisbon portugal | Europe/Ljubljana slovenia
Europe/London uk gb gb-eire britain great_britain united_kingdom england scotland wales | Europe/Luxembourg luxembourg
Europe/Madrid spain | Europe/Minsk belarus | Europe/Oslo norway | Europe/Paris france
Europe/Prague czechia czech_republic | Europe/Riga latvia | Europe/Rome italy | Europe/Sarajevo bosnia
Europe/Skopje north_macedonia | Europe/Sofia bulgaria | Europe/Stockholm sweden | Europe/Tallinn estonia
Europe/Tirane albania | Europe/Vienna austria | Europe/Vilnius lithuania | Europe/Warsaw poland | Europe/Zagreb croatia
Europe/Zurich switzerland | Pacific/Auckland new_zealand nz | Pacific/Kwajalein kwajalein
"""

_AREAS = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
# Last words of keys that are no city: plain words, and countries.
_NO_CITIES = frozenset(["act", "nsw", "lhi", "north", "south", "west", "center", "easter", "wake", "troll"])
_LANDS = """
andorra anguilla antigua aruba bahrain barbados belize bermuda brunei cape_verde cayman costa_rica curacao djibouti
dominica el_salvador fiji gibraltar grenada guadeloupe guam guatemala guernsey guyana isle_of_man jamaica jersey
kuwait luxembourg maldives malta martinique mauritius mayotte monaco montserrat nauru niue palau panama puerto_rico
qatar reunion samoa san_marino sao_tome vatican
"""

# Offsets of a fraction of an hour in minutes, by the zone that keeps each all year; -03:30, +10:30 and +12:45 have
# summer time wherever they are kept, so they name none.
_FRACTIONAL = {
    -570: "Pacific/Marquesas",
    210: "Asia/Tehran",
    270: "Asia/Kabul",
    330: "Asia/Kolkata",
    345: "Asia/Kathmandu",
    390: "Asia/Yangon",
    525: "Australia/Eucla",
    570: "Australia/Darwin",
}
_OFFSET = re.compile(r"(?:utc|gmt)?([+-])(\d{1,2}):?([0-5]\d)?", re.ASCII)


def zone_named(name: str, *, countries: bool = True) -> str | None:
    """Return the IANA key for what a person calls a zone, or None.

    Understood in any case, with spaces or underscores: keys ("Asia/Tokyo"), cities ("new york", and many that IANA
    lacks), usual abbreviations by the place they stand for ("EST" → America/New_York), offsets ("UTC+9" →
    Etc/GMT-9, "+05:30" → Asia/Kolkata; a fraction of an hour only where a zone keeps it all year), and, unless
    `countries` is false, countries with one zone. Old spellings become today's ("Europe/Kiev" → Europe/Kyiv).
    What comes out comes out again when put in.

    >>> zone_named("new york"), zone_named("UTC+9"), zone_named("Delhi"), zone_named("Asia/Tokio")
    ('America/New_York', 'Etc/GMT-9', 'Asia/Kolkata', None)
    """
    plain = _plain(name)
    if offset := _OFFSET.fullmatch(plain.replace("_", "")):
        sign, hours, minutes = offset.groups()
        return _zone_at_offset((int(hours) * 60 + int(minutes or 0)) * (-1 if sign == "-" else 1))
    keys, cities, lands = _zone_names()
    for names in (cities, lands, keys) if countries else (cities, keys):
        if found := names.get(plain) or names.get(plain.replace("-", "_")):
            return found
    return None


def zone_spellings() -> tuple[str, ...]:
    """Return the keys, and cities in lower case, that `zone_named` knows: what a misspelt zone is compared with."""
    keys, cities, _ = _zone_names()
    return (*keys.values(), *(name.replace("_", " ") for name in cities if "/" not in name))


def _plain(name: str) -> str:
    """Return a name without case, accents, dots and apostrophes, its spaces as underscores."""
    letters = unicodedata.normalize("NFKD", name.replace("\N{MINUS SIGN}", "-")).casefold()
    return "_".join(re.sub(r"[\u0300-\u036f.'\N{RIGHT SINGLE QUOTATION MARK}]", "", letters).replace("_", " ").split())


def _zone_at_offset(minutes: int) -> str | None:
    if minutes % 60:
        return _FRACTIONAL.get(minutes)
    hours = minutes // 60
    if not -12 <= hours <= 14:  # noqa: PLR2004 -- the offsets there are
        return None
    return f"Etc/GMT{-hours:+d}" if hours else "UTC"  # Etc/GMT counts westwards


@cache
def _zone_names() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Return keys, cities and countries in plain form → IANA key. Reading tzdata's list costs some 20 ms, once."""
    cities, countries = _names_in(_CITIES), _names_in(_COUNTRIES)
    lands = set(_LANDS.split())
    keys = {_plain(key): key for key in sorted(available_timezones()) if "/" in key}  # others are in the tables
    for plain, key in keys.items():
        area, _, city = key.partition("/")[0], *plain.replace("-", "_").rpartition("/")[1:]
        if area in _AREAS and city not in _NO_CITIES and plain not in cities:
            (countries if city in lands else cities).setdefault(city, key)
    return keys, cities, countries


def _names_in(table: str) -> dict[str, str]:
    return {name: key for key, *names in _rows(table) for name in names}


def _rows(table: str) -> Iterator[list[str]]:
    return (row.split() for row in table.strip().replace("\n", "|").split("|"))


# What a language tells of a zone: nothing where it is spoken over half the world (en, es, ar). French is Paris, which
# is an hour or two from most of its speakers; Portuguese without a country is Lisbon; Russian is Moscow, the time
# of two thirds of Russia.
_LANGUAGES = """
af Africa/Johannesburg | am Africa/Addis_Ababa | ar-eg Africa/Cairo | ar-sa Asia/Riyadh | az Asia/Baku | be Europe/Minsk
bg Europe/Sofia | bn Asia/Dhaka | bs Europe/Sarajevo | ca Europe/Madrid | cs Europe/Prague | cy Europe/London
da Europe/Copenhagen | de Europe/Berlin | de-at Europe/Vienna | de-ch Europe/Zurich | el Europe/Athens
en-gb Europe/London | en-ie Europe/Dublin | en-in Asia/Kolkata | en-nz Pacific/Auckland | en-sg Asia/Singapore
en-za Africa/Johannesburg | es-ar America/Argentina/Buenos_Aires | es-cl America/Santiago | es-co America/Bogota
es-es Europe/Madrid | es-mx America/Mexico_City | es-pe America/Lima | et Europe/Tallinn | eu Europe/Madrid
fa Asia/Tehran | fi Europe/Helsinki | fil Asia/Manila | fr Europe/Paris | fr-ca America/Toronto | ga Europe/Dublin
gl Europe/Madrid | gu Asia/Kolkata | he Asia/Jerusalem | hi Asia/Kolkata | hr Europe/Zagreb | hu Europe/Budapest
hy Asia/Yerevan | id Asia/Jakarta | in Asia/Jakarta | is Atlantic/Reykjavik | it Europe/Rome | iw Asia/Jerusalem
ja Asia/Tokyo | ka Asia/Tbilisi | kk Asia/Almaty | km Asia/Phnom_Penh | kn Asia/Kolkata | ko Asia/Seoul
ky Asia/Bishkek | lo Asia/Vientiane | lt Europe/Vilnius | lv Europe/Riga | mk Europe/Skopje | ml Asia/Kolkata
mn Asia/Ulaanbaatar | mr Asia/Kolkata | ms Asia/Kuala_Lumpur | mt Europe/Malta | my Asia/Yangon | nb Europe/Oslo
ne Asia/Kathmandu | nl Europe/Amsterdam | nl-be Europe/Brussels | nn Europe/Oslo | no Europe/Oslo | pa Asia/Kolkata
pl Europe/Warsaw | ps Asia/Kabul | pt Europe/Lisbon | pt-br America/Sao_Paulo | ro Europe/Bucharest | ru Europe/Moscow
si Asia/Colombo | sk Europe/Bratislava | sl Europe/Ljubljana | so Africa/Mogadishu | sq Europe/Tirane
sr Europe/Belgrade | sv Europe/Stockholm | sw Africa/Nairobi | ta Asia/Kolkata | te Asia/Kolkata | tg Asia/Dushanbe
th Asia/Bangkok | tk Asia/Ashgabat | tl Asia/Manila | tr Europe/Istanbul | uk Europe/Kyiv | ur Asia/Karachi
uz Asia/Tashkent | vi Asia/Ho_Chi_Minh | zh Asia/Shanghai | zh-hant Asia/Taipei | zh-hk Asia/Hong_Kong
zh-sg Asia/Singapore | zh-tw Asia/Taipei
"""


def zone_for_language(code: str | None) -> str:
    """Return the zone where most of a language's speakers live, by Telegram's `language_code`; UTC if it tells nothing.

    >>> zone_for_language("pt-br"), zone_for_language("de"), zone_for_language("en"), zone_for_language(None)
    ('America/Sao_Paulo', 'Europe/Berlin', 'UTC', 'UTC')
    """
    code = (code or "").casefold().replace("_", "-")
    zones = dict(_rows(_LANGUAGES))
    return zones.get(code) or zones.get(code.partition("-")[0]) or "UTC"
