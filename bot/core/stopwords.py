# ruff: noqa: RUF001 -- letters and signs of many scripts
"""The function words of the languages that are read in full; it knows neither sentences nor how words are told apart.

Three readers use them: ranking (they carry no meaning), sentence splitting (a capital on one of them, after a
period, is the start of a sentence) and the language detection (they are the most frequent words there are).
The lists are short on purpose: articles, pronouns, prepositions, conjunctions, auxiliaries and the commonest
adverbs, which make 40–50 % of running text; words of content are not among them, however frequent.
"""

from __future__ import annotations

_EN = """a about after again against all also am an and any are as at be because been before being between both
but by can could did do does doing down during each either few for from further had has have having he her here
hers him his how however i if in into is it its itself just may me meanwhile might more most much must my no nor
not now of off on once one only or other our out over own per said same says she should since so some still such
than that the their them then there these they this those though through to too under until up upon us very was we
were what when where whether which while who whom whose why will with within without would yet you your it's he's
she's that's i'm we're they're don't doesn't didn't isn't wasn't won't can't couldn't wouldn't i've we've they've
i'd he'd let's"""

_DE = """aber alle allem allen aller alles als also am an ander andere anderen anderer auch auf aus bei beim
bereits bin bis bist da dabei dadurch damit danach dann daran darauf darf das dass davon dazu dein dem den denn
der deren des dessen deshalb die dies diese diesem diesen dieser dieses doch dort du durch ebenfalls ein eine
einem einen einer eines er es etwa euch für gegen gibt hab habe haben hat hatte hatten hier hin hinter ich ihm ihn
ihnen ihr ihre ihrem ihren ihrer im immer in indem ins ist ja jede jedem jeden jeder jedes jedoch jetzt kann kein
keine keinen können könnte laut machen mehr mein mich mir mit muss müssen nach nachdem nicht nichts noch nun nur
ob oder ohne sagte sehr sein seine seinem seinen seiner seit selbst sich sie sind so sollen sollte sondern sowie
über um und uns unser unter vom von vor war waren warum was wegen weil weiter welche wenn wer werde werden wie
wieder wird wir wo worden wurde wurden während würde würden zu zum zur zwar zwischen"""

_FR = """a afin ai ainsi alors après au aucun aucune aussi autre autres aux avait avaient avant avec avoir ayant
c'est ce ceci cela celle celles celui cependant ces cet cette ceux chaque chez comme comment contre d'un d'une
dans de depuis des deux dit donc dont du elle elles en encore entre est et étaient était été être eu eux fait
faire fois fut il ils j'ai je jusqu l'on la le les leur leurs lors lorsque lui là ma mais me même mes moins mon ne
ni non nos notre nous on ont ou où par parce pas pendant peu peut peuvent plus plusieurs pour pourquoi pourrait
puis qu'il qu'elle qu'ils qu'un quand que quel quelle quelles qui quoi sa sans se selon sera ses si son sont sous
sur ta te tes ton tous tout toute toutes très tu un une vers voici voilà vos votre vous y à"""

_ES = """a además ahora al algo algunos ante antes así aún aunque bajo bien cada casi como con contra cual cuales
cuando cuyo de del desde después dice dijo donde dos durante e el él ella ellas ellos en entonces entre era eran
es esa esas ese eso esos esta está están estaba este esto estos ha había habían han hasta hay haya la las le les
lo los más me mientras mi mis mucho muy nada ni no nos nosotros nuestra nuestro o os otra otras otro otros para
pero poco por porque pues puede pueden que qué quien quienes se sea según ser será si sido sin sino sobre solo son
su sus también tan tanto te tiene tienen toda todas todo todos tras tu un una unas uno unos usted y ya yo"""

_IT = """a abbiamo ad agli ai al alcuni alla alle allo altre altri altro anche ancora anzi avere aveva avevano c'è
che chi ci ciò come con contro cosa così cui d'un da dagli dai dal dalla dalle dallo degli dei del della delle
dello dell' dentro deve di dopo dove due durante e ed è era erano essere fa fino fra già gli ha hanno ho i il in
infatti invece io l'ha la le lei li lo loro lui ma mai me mentre mi mia mio molto ne né negli nei nel nella nelle
nello nessun no noi non nostra nostro o ogni oltre oppure per perché perciò però più poi prima può possono qualche
quale quando quanto quella quelle quelli quello questa queste questi questo qui quindi sarà se secondo sembra
sempre senza si sia siamo solo sono sopra sotto stata state stati stato su sua sue sui sul sulla sulle suo suoi
tra tu tutta tutte tutti tutto un una uno verso vi voi"""

_PT = """a à ainda além algo alguns ante antes ao aos apenas apesar após aquela aquele aqui as às assim até bem
cada com como contra da das de dela dele deles depois desde dessa desse desta deste diz do dois dos durante e é
ela elas ele eles em então enquanto entre era eram essa essas esse esses esta está estão estas estava este estes
eu foi foram há isso isto já la lhe lo mais mas me mesmo meu minha muito muitos na não nas nem nenhum no nos nós
nossa nosso num numa o onde os ou para pela pelas pelo pelos perante pode podem pois por porque porém quais qual
quando quanto que quem se seja sem sempre ser será seu seus sido só sob sobre sua suas também tão tem têm tinha
toda todas todo todos tua tudo um uma umas uns você vocês"""

_RU = """а без более больше будет будут бы был была были было быть в вам вас весь во вот все всё всего всех вы где
да даже для до другие других его ее её если есть еще ещё ж же за здесь и из из-за или им их к как какой когда
которая которого которое которой которые который которых кто ли либо между меня мне может можно мы на над надо нам
нас не него нее неё нет ни них но ну о об однако он она они оно от очень по под после потом потому почему при про
раз с сам себе себя сегодня со собой так также такие такой там тем теперь то тогда того тоже той только том тот
тут ты у уже хотя чего чем через что чтобы эта эти этим этих это этого этой этом этот я является"""

_UK = """а або адже але б без більш більше біля буде будуть був була були було бути в вам вас весь ви від він вона
вони воно все всі всіх вже втім де для до дуже є з за зараз зі й його із інші інших її їм їх і як яка яке який
яких якого якої якщо які коли крім кого лише між мене мені ми може можна на над нам нас наш не неї нього немає ні
них ніж о об однак один одна от перед під після по поки потім при про проте раз сам себе свої своїх своєї свого
собі та так також такий такі там те тепер ти тим тих ті тільки то тобто того тому тоді той тут у усі ця це цей цих
ці цього цієї цьому через чи чого чому ще що щоб я"""

_JA = """これ それ あれ この その あの ここ そこ こと もの ため よう など から まで より ので のに だけ ほど
しか でも について により による として において にとって という といった した する して され される いる いた
ある あった なる なった ない なかった です ます でした ました ません また および ならびに しかし ただし なお
さらに 一方"""

_ZH = """的 了 和 是 在 我 有 他 她 它 这 這 那 个 個 们 們 也 就 都 而 及 与 與 或 但 但是 因为 因為 所以 如果
并 並 并且 对 對 对于 對於 由 于 於 从 從 到 以 为 為 被 把 将 將 上 下 中 说 說 表示 认为 認為 一个 一個 没有
沒有 不 还 還 已 已经 已經 可以 可能 其 之 该 該 此 等 年 月 日"""

_AR = """في من على إلى الى عن مع أن ان إن أو او و ما لا لم لن قد كان كانت كما هذا هذه ذلك تلك التي الذي الذين هو
هي هم بعد قبل بين حتى كل أي اي ثم لكن ولكن عند عندما حيث منذ خلال غير بعض أيضا أكثر اكثر عليه عليها فيه فيها له
لها منها منه وفي ومن وعلى وقد وكان وكانت وأن وان وهو وهي بأن بان إذا اذا ليس لدى نحو ضد دون حول أمام كذلك فقد
يكون تكون يوم قال وقال قالت وقالت ولا وما بها به لذلك"""

STOP_WORDS: dict[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": _EN,
        "de": _DE,
        "fr": _FR,
        "es": _ES,
        "it": _IT,
        "pt": _PT,
        "ru": _RU,
        "uk": _UK,
        "ja": _JA,
        "zh": _ZH,
        "ar": _AR,
    }.items()
}
"""Lower-cased function words by ISO 639-1 code; its keys are the languages that are read in full."""


FREQUENT_WORDS: dict[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "nl": """de het een en van ik te dat die in is niet zijn op aan met voor er maar om hem dan zou wat mijn
            men dit zo door over ze zich bij ook tot je mij uit der daar haar naar heb hoe heeft hebben deze u
            want nog zal me zij nu geen omdat iets worden toch al waren veel meer doen toen moet ben zonder kan
            hun dus alles onder ja eens hier wie werd altijd volgens tegen na wil kon wordt was had ze hij wij""",
        "da": """og i jeg det at en den til er som på de med han af for ikke der var mig sig men et har om vi min
            havde ham hun nu over da fra du ud sin dem os op man hans hvor eller hvad skal selv her alle vil blev
            kunne ind når være dog noget ville jo deres efter ned skulle denne end dette mit også under have dig
            anden hende mine alt meget sit sine vor mod disse hvis din nogle hos blive mange bliver hendes været
            thi jer sådan""",
        "no": """og i jeg det at en et den til er som på de med han av ikke ikkje der så var meg seg men ett har
            om vi min mitt ha hadde hun nå over da ved fra du ut sin dem oss opp man kan hans hvor eller hva skal
            selv her alle vil bli ble blei blitt kunne inn når være kom noen noe ville dere deres kun ja etter ned
            skulle denne for deg si sine sitt mot å meget hvorfor dette disse uten hvordan ingen din ditt blir
            samme hvilken hvilke sånn mellom""",
        "sv": """och det att i en jag hon som han på den med var sig för så till är men ett om hade de av icke mig
            du henne då sin nu har inte hans honom skulle hennes där min man ej vid kunde något från ut när efter
            upp vi dem vara vad över än dig kan sina här ha mot alla under någon eller allt mycket sedan ju denna
            själv detta åt utan varit hur ingen mitt ni bli blev oss din dessa några deras blir mina samma vilken
            er sådan vår blivit""",
        "pl": """i w na z do się nie że o to jest jak od po za przez przy ale dla oraz co tym tego tej jego jej
            ich był była było były są być może który która które których także już tylko czy tak gdy jeszcze pod
            bez więc też został ma we ze lub ten ta te""",
        "cs": """a v na se že je z s do o k i ve pro za by si ale jako po od co tak jsou byl byla bylo byli být
            jeho podle už jen který která které také až při nebo před mezi může kde když není má této tento ze
            jeho svého""",
        "sk": """a v na sa že je z s do o k aj vo pre za by si ale ako po od čo tak sú bol bola bolo boli byť jeho
            podľa už len ktorý ktorá ktoré tiež až pri alebo pred medzi môže kde keď nie má tejto tento zo svojho""",
        "hu": """a az és hogy nem is egy ez azt meg csak de már volt van mint el fel ki még lesz vagy ha ezt arra
            amely aki azonban szerint után között minden pedig majd több""",
        "ro": """și în de la cu pe nu din a o un care este să pentru mai că au fost sunt prin după dar ca sau fi
            între această acest lui al ale ei cel cea lor până fără către despre când""",
        "tr": """ve bir bu da de için ile çok olarak daha en olan gibi kadar sonra ancak ne o ama ki var değil her
            mi göre tarafından olduğunu oldu olan iki ise şey""",
        "fi": """ja on ei että se oli hän ovat myös kun mutta kuin joka jos niin sen ole tai vain nyt hänen mukaan
            sekä olla ovat tämä tämän ollut jo kanssa mitä""",
        "id": """yang dan di dari untuk dengan ini itu pada tidak dalam akan juga ke ada oleh sebagai adalah telah
            bisa karena kata mereka saya lebih sudah tersebut atau""",
        "vi": """và của là có cho không được trong các một những với người này đã để khi về ở từ cũng ông đến như
            tại ra vào sẽ theo nhiều""",
        "hr": """i u je se na da su za od s o a kako to će koji koja koje ne ili iz po što ali biti bio bila nije
            još do prema kao te samo više nakon između""",
        "ca": """de la el i a que les els en un una per amb del no es és al són ha com més va aquest aquesta però
            també han ser seva seu entre dels als fins""",
    }.items()
}
"""The most frequent words of more languages: enough to know them by and to see a sentence start, not to rank by."""


def stop_words(language: str) -> frozenset[str]:
    """Return the function words of a language, or its most frequent words; none for a language without a list.

    >>> "the" in stop_words("en"), stop_words("tlh")
    (True, frozenset())
    """
    return STOP_WORDS.get(language) or FREQUENT_WORDS.get(language, frozenset())
