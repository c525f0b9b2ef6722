"""What can be said about a bot folder: every complaint's code and its wording in both languages."""

from typing import NamedTuple


class Kind(NamedTuple):
    """A sort of complaint. A code that begins with W is a warning.

    In the wordings a bar parts what was found from what to do.
    """

    code: str
    ru: str
    en: str


FILE_MISSING = Kind(
    "E002",
    "в папке бота нет файла bot.yaml| — создайте его: «bot: Название» и «start: сценарий»",
    "the bot's folder has no bot.yaml|: create it with “bot: Name” and “start: flow”",
)
FILE_TOO_BIG = Kind(
    "E001",
    "файл больше мегабайта| — разделите его на несколько",
    "the file is over a megabyte|: split it",
)
YAML_CHARACTER = Kind(
    "E001",
    "в файле есть недопустимый символ| — сохраните файл в кодировке UTF-8",
    "the file holds a forbidden character|: save it as UTF-8",
)
YAML_DEPTH = Kind(
    "E001",
    "слишком глубокая вложенность| — вынесите часть в отдельный сценарий",
    "nested too deeply|: move a part into a flow of its own",
)
YAML_BRACES = Kind(
    "E001",
    "текст, который начинается с {{{{|, возьмите в кавычки",
    "|put a text that begins with {{{{ in quotes",
)
YAML_KEY = Kind(
    "E001",
    "ключ должен быть словом| — возьмите его в кавычки",
    "a key must be a word|: put it in quotes",
)
YAML_COLON = Kind(
    "E001",
    "в тексте есть двоеточие с пробелом| — возьмите текст в кавычки",
    "the text has a colon and a space in it|: put the text in quotes",
)
YAML_FIRST_CHARACTER = Kind(
    "E001",
    "текст не может начинаться с «{text}»| — возьмите его в кавычки",
    "a text cannot begin with “{text}”|: put it in quotes",
)
YAML_AFTER_QUOTE = Kind(
    "E001",
    "после закрывающей кавычки что-то стоит| — возьмите в кавычки весь текст (кавычки внутри него"
    " замените на «ёлочки»)",
    "something follows the closing quote|: put the whole text in quotes (and use other quotes"
    " inside it)",
)
YAML_TAB = Kind(
    "E001",
    "отступ сделан табуляцией| — замените её пробелами",
    "the line is indented by a tab|: use spaces",
)
YAML_SPACE = Kind(
    "E001",
    "отступ сделан неразрывным пробелом (так бывает после копирования)| — замените его обычным",
    "the line is indented by a no-break space (copying does that)|: use plain spaces",
)
YAML_UNCLOSED = Kind(
    "E001",
    "кавычка или скобка открыта и не закрыта| — закройте её там, где кончается текст",
    "a quote or a bracket is opened and never closed|: close it where the text ends",
)
YAML_OPEN_QUOTE = Kind(
    "E001",
    "кавычка, открытая в этой строке, закрылась только в строке {last}, и там после неё что-то"
    " стоит| — закройте её там, где кончается текст",
    "the quote opened in this line is closed in line {last} only, with something after it there|:"
    " close it where the text ends",
)
YAML_GLUED = Kind(
    "E001",
    "|после двоеточия нужен пробел: «{key}: {text}»",
    "|a space belongs after the colon: “{key}: {text}”",
)
YAML_DASH = Kind(
    "E001",
    "|после «-» нужен пробел: «- {text}»",
    "|a space belongs after the dash: “- {text}”",
)
YAML_SEPARATOR = Kind(
    "E001",
    "сценарии в одном файле разделяет строка из трёх дефисов| — напишите «---» вместо «{text}»",
    "a line of three dashes parts the flows of a file|: write “---” instead of “{text}”",
)
YAML_LOOSE_TEXT = Kind(
    "E001",
    "«{text}» — не ключ и не пункт списка|. Если это ключ, после него нужны двоеточие и пробел;"
    " если текст в несколько строк — напишите «|» после его ключа, а все строки — ниже и глубже ключа",
    "“{text}” is neither a key nor an item of a list|. A key wants a colon and a space after it; for"
    " a text of several lines write “|” after its key, and all the lines below, deeper than the key",
)
YAML_STEP = Kind(
    "E001",
    "отступ этой строки в пробелах — {found}, а строки над ней начинаются на {expected}| — поставьте"
    " её вровень с той строкой, к которой она в пару",
    "the line is indented by {found} spaces, the lines above it begin at {expected}|: put it level"
    " with the line it belongs with",
)
YAML_ESCAPE = Kind(
    "E001",
    "в двойных кавычках «{text}» не прочитать| — возьмите текст в одинарные: '…'",
    "“{text}” cannot be read in double quotes|: put the text in single ones, '…'",
)
YAML_CURLY_QUOTES = Kind(
    "E001",
    'для YAML кавычки {text} — просто буквы| — возьмите текст в прямые: "…"',
    'to YAML the quotes {text} are mere letters|: put the text in straight ones, "…"',
)
YAML_INDENT = Kind(
    "E001",
    "строка не на своём месте| — проверьте в ней и в строках перед ней отступ, двоеточие и пробел"
    " после ключа, «-» и пробел в списках, закрыта ли кавычка",
    "the line is out of place|: check in it and in the lines before it the indent, the colon and"
    " space after a key, the “-” and space of lists, whether a quote is closed",
)
YAML_ALIAS = Kind(
    "E001",
    "ссылки YAML («{text}») не поддерживаются| — повторите текст или возьмите его в кавычки",
    "YAML references (“{text}”) are not supported|: repeat the text or put it in quotes",
)
YAML_TAG = Kind(
    "E001",
    "метки YAML («{text}») не поддерживаются| — возьмите текст в кавычки",
    "YAML tags (“{text}”) are not supported|: put the text in quotes",
)
TWO_IN_ONE = Kind(
    "E003",
    "второй сценарий в том же файле| — отделите его от первого строкой ---",
    "a second flow in the same file|: put a line with --- between the two",
)
DUPLICATE_KEY = Kind(
    "E003",
    "ключ «{key}» уже есть в строке {first}| — оставьте один",
    "the key “{key}” stands in line {first} already|: keep one",
)
COMMENT_CUTS = Kind(
    "W010",
    "«{text}» пропадёт: # с пробелом начинает комментарий|. Возьмите текст в кавычки",
    "“{text}” will be lost: a space and # begin a comment|. Put the text in quotes",
)
SINGLE_BRACES = Kind(
    "W012",
    "«{found}» останется в тексте как есть| — значение вставляют двойные скобки: {{{{ {name} }}}}",
    "“{found}” stays in the text as it is|: a value takes double braces, {{{{ {name} }}}}",
)
STATEMENT = Kind(
    "W013",
    "«{found}» останется в тексте как есть| — условия пишутся действием if, повторы — each",
    "“{found}” stays in the text as it is|: conditions are the action if, loops are each",
)
FORMULA = Kind(
    "W014",
    '«{text}» останется текстом| — чтобы посчитать, напишите в кавычках и скобках: "{{{{ {text}'
    ' }}}}"',
    'nothing is worked out in “{text}”|: put it in quotes and braces, "{{{{ {text} }}}}"',
)
COMMA_CUTS = Kind(
    "E004",
    "запятая внутри {{…}} разрезала текст: «{text}» стало отдельным ключом|. Возьмите текст в"
    " кавычки",
    "a comma inside {{…}} cut a text in two: “{text}” became a key|. Put the text in quotes",
)

# ---------------------------------------------------------------- shapes

EXPECTED = Kind(
    "E010",
    "в «{where}» здесь должно стоять другое|: {what}",
    "“{where}” wants something else here|: {what}",
)
UNKNOWN_VERB = Kind(
    "E011",
    "не знаю действия «{name}»|{nearest}",
    "there is no action “{name}”|{nearest}",
)
VERB_FIRST = Kind(
    "E011",
    "действие начинается со своего слова| — поставьте «{name}» первым ключом",
    "an action begins with its verb|: put “{name}” first",
)
KEY_AS_ACTION = Kind(
    "E011",
    "«{name}» — не действие, а его ключ|: уберите «- » и поставьте вровень с «{homes}»",
    "“{name}” is no action but a key of one|: drop the “- ” and put it level with “{homes}”",
)
TWO_VERBS = Kind(
    "E012",
    "«{name}» — отдельное действие|: поставьте перед ним «- » и уберите лишний отступ",
    "“{name}” is an action of its own|: put “- ” before it",
)
BESIDE = Kind(
    "E010",
    "|у «{where}» значение стоит сразу после двоеточия, а остальные ключи — вровень с ним",
    "|the value of “{where}” stands right after its colon, its other keys level with it",
)
BELONGS_INSIDE = Kind(
    "E012",
    "|ключ «{name}» пишется внутри «{where}», с отступом под ним",
    "|the key “{name}” stands inside “{where}”, indented under it",
)
UNKNOWN_KEY = Kind(
    "E012",
    "ключ «{name}» не подходит к «{where}»|{nearest}",
    "the key “{name}” does not belong to “{where}”|{nearest}",
)
MISSING_KEY = Kind(
    "E013",
    "в «{where}» не хватает ключа «{key}»| — добавьте его",
    "“{where}” lacks the key “{key}”|: add it",
)
BAD_CHOICE = Kind(
    "E019",
    "«{name}» не подходит к «{where}»| — бывает: {allowed}",
    "“{name}” does not fit “{where}”|: it may be {allowed}",
)
UNLABELLED = Kind(
    "E010",
    "у кнопки нет надписи| — напишите её перед «{name}»: «Надпись: {{{name}: {value}}}»",
    "the button has no label|: write it before “{name}”, as in “Label: {{{name}: {value}}}”",
)
COLLECTS_NOTHING = Kind(
    "W015",
    "collect при «as: {type}» ничего не даёт: берётся первое же присланное|. Несколько снимков"
    " собирает «as: photos»",
    "collect does nothing with “as: {type}”: the first thing sent is taken|. “as: photos” gathers"
    " several",
)
TRUE_IS_TEXT = Kind(
    "W016",
    "«{text}» без кавычек — обычный текст| — напишите {right}, а если нужен текст, возьмите его в кавычки",
    "“{text}” is a plain text here|: write {right}, or put it in quotes if a text is meant",
)
TOO_FEW = Kind(
    "E013",
    "«{where}» пусто| — добавьте хотя бы одно действие",
    "“{where}” is empty|: add at least one action",
)

# ---------------------------------------------------------------- names

UNKNOWN_STEP = Kind(
    "E014",
    "в сценарии «{flow}» нет шага «{name}»|{nearest}",
    "the flow “{flow}” has no step “{name}”|{nearest}",
)
NO_STEPS_HERE = Kind(
    "E014",
    "обработчик бота не знает шагов («{name}»)| — вызовите сценарий: call или start",
    "a handler of the bot has no steps to go to (“{name}”)|: use call or start",
)
UNKNOWN_FLOW = Kind(
    "E015",
    "нет сценария «{name}»|{nearest}",
    "there is no flow “{name}”|{nearest}",
)
UNKNOWN_TYPE = Kind(
    "E016",
    "не знаю типа «{name}»|{nearest}",
    "there is no type “{name}”|{nearest}",
)
UNKNOWN_ACTION = Kind(
    "E017",
    "в каталоге нет действия «{name}»|{nearest}",
    "the catalogue has no action “{name}”|{nearest}",
)
UNKNOWN_QUEUE = Kind(
    "E018",
    "среди очередей в bot.yaml (ключ queues) нет «{name}»|{nearest}",
    "the queues of bot.yaml (key queues) have no “{name}”|{nearest}",
)
UNKNOWN_EVENT = Kind(
    "E019",
    "не знаю события «{name}» (свои пишут через точку: payment.paid)|{nearest}",
    "there is no event “{name}” (those of your own have a dot: payment.paid)|{nearest}",
)
EVENT_HERE = Kind(
    "E019",
    "событие «{name}» сюда не приходит — перенесите обработчик в meanwhile сценария (или бота)",
    "the event “{name}” does not come here: move the handler to the meanwhile of the flow (or the bot)",
)
MISFIT_HERE = Kind(
    "E019",
    "у вопроса с save непонятый ответ — промах, а не «{name}»: скажите, что делать, в retry и else",
    "to a question with save what nobody understands is a misfit, not “{name}”: use retry and else",
)
NOT_AWAITED = Kind(
    "E019",
    "«{name}» не ждут: на него отвечает обработчик в meanwhile|. wait ждёт событий с точкой:"
    " payment.paid",
    "“{name}” is not waited for|: a handler in meanwhile answers it. wait is for events with a"
    " dot: payment.paid",
)
UNKNOWN_CHANNEL = Kind(
    "E019",
    "нет канала «{name}»|{nearest}",
    "there is no channel “{name}”|{nearest}",
)
EVERY_HERE = Kind(
    "E056",
    "every пишут в meanwhile бота (bot.yaml) или в when сценария: здесь его слышно не всегда| — перенесите",
    "every belongs into the bot's meanwhile (bot.yaml) or a flow's when: here it is not always heard|: move it",
)
EVERY_SPEAKS = Kind(
    "E056",
    "every без for идёт без клиента, а «{verb}» обращается к клиенту ({where})| — добавьте рядом с every,"
    " для кого: «for: user.поле == …» или «for: yes», если для всех",
    "every without for runs without a customer, yet “{verb}” speaks to one ({where})|: say for whom next to"
    " every, “for: user.field == …”, or “for: yes” for everybody",
)
FOR_ALONE = Kind(
    "E012",
    "for говорит, для кого работает every| — добавьте every или уберите for",
    "for says whom every is for|: add every, or drop for",
)
FOR_WHOM = Kind(
    "E020",
    "в «for» можно читать user, chat, now, today и hours, а «{name}» — нет| — уберите это из условия",
    "“for” reads user, chat, now, today and hours, not “{name}”|: drop it",
)
UNKNOWN_HOURS = Kind(
    "E018",
    "среди часов работы в bot.yaml (ключ hours) нет «{name}»|{nearest}",
    "the working hours of bot.yaml (key hours) have no “{name}”|{nearest}",
)
UNKNOWN_SOURCE = Kind(
    "E018",
    "среди источников в bot.yaml (ключ knowledge) нет «{name}»|{nearest}",
    "the sources of bot.yaml (key knowledge) have no “{name}”|{nearest}",
)
UNKNOWN_SECRET = Kind(
    "E018",
    "среди секретов в bot.yaml (ключ secrets) нет «{name}»|{nearest}",
    "the secrets of bot.yaml (key secrets) have no “{name}”|{nearest}",
)
SECRET_HERE = Kind(
    "E032",
    "секреты можно брать только в with у do: здесь их увидел бы клиент| — уберите их отсюда",
    "secrets may stand only in the with of do, here customers could see them|: take them away",
)
BAD_SECRET_NAME = Kind(
    "E022",
    "«{name}» не годится для имени секрета|: нужны латинские буквы, цифры и _",
    "“{name}” cannot name a secret|: use Latin letters, digits and _",
)
SECRET_UNSET = Kind(
    "W032",
    "у секрета «{name}» нет значения| — задайте EASYFLOW_SECRETS__{setting}",
    "the secret “{name}” has no value|: set EASYFLOW_SECRETS__{setting}",
)
OPEN_ADDRESS = Kind(
    "E033",
    "адрес сервера в «{name}» должен быть написан прямо здесь: https://сервер/… — подставлять можно"
    " только то, что после него",
    "the server in “{name}” must be written out here: https://server/… Only what follows it may be"
    " filled in",
)
TOKEN_IN_FILE = Kind(
    "W034",
    "«{where}» написан прямо в файле — его увидит каждый, кто видит файл|. Напишите ${{{name}}} и"
    " задайте переменную окружения",
    "“{where}” stands in the file, for everybody to read|: write ${{{name}}} and set that variable of"
    " the environment",
)
NO_SUCH_RESULT = Kind(
    "W035",
    "«{name}» всегда пусто: «{action}» такого не даёт|{nearest}",
    "“{name}” is always empty: “{action}” gives no such field|{nearest}",
)
NO_DOCUMENTS_YET = Kind(
    "W091",
    "загруженных документов в этой версии ещё нет — источник «{name}» пока пуст",
    "there are no uploaded documents in this version yet: the source “{name}” is empty",
)
ACTION_MISSING = Kind(
    "W092",
    "действие «{name}» пока не заработает: {reason}",
    "the action “{name}” will not work yet: {reason}",
)
NO_CALENDAR = Kind(
    "W093",
    "нет файла calendar.yaml — «{name}» предлагает услуги выдуманного салона|. Опишите в нём свои",
    "there is no calendar.yaml: “{name}” offers the services of an invented salon|. List yours in it",
)
NOT_IN_CANNED = Kind(
    "E045",
    "готовый ответ не знает «{name}»: никакой сценарий его не шлёт|. В нём бывает: {allowed}",
    "a ready answer does not know “{name}”, for no flow sends it|. In it may stand: {allowed}",
)
CLOCK_TOO_LONG = Kind(
    "W095",
    "срок «{name}» не короче, чем «{other}», и теряет смысл| — сделайте его короче",
    "“{name}” is no shorter than “{other}”, which makes it pointless|: make it shorter",
)
UNKNOWN_VARIABLE = Kind(
    "E020",
    "переменной «{name}» никто не даёт значения{more}|{nearest}",
    "nobody gives the variable “{name}” a value{more}|{nearest}",
)
UNKNOWN_FIELD = Kind(
    "E021",
    "среди полей клиента в bot.yaml (ключ user) нет «{name}»|{nearest}",
    "the customer's fields in bot.yaml (key user) have no “{name}”|{nearest}",
)
BAD_NAME = Kind(
    "E022",
    "«{name}» не годится для имени|: нужны буквы, цифры и _ (первой — буква)",
    "“{name}” cannot be a name|: use letters, digits and _ (a letter first)",
)
RESERVED_NAME = Kind(
    "E022",
    "«{name}» — слово языка, шаг так назвать нельзя| — возьмите другое имя",
    "“{name}” is a word of the language and cannot name a step|: take another name",
)
READ_ONLY = Kind(
    "E023",
    "«{name}» можно только читать| — возьмите другое имя",
    "“{name}” can only be read|: take another name",
)
MISSING_WITH = Kind(
    "E024",
    "«{target}» требует «{name}»| — добавьте в with",
    "“{target}” needs “{name}”|: add it to with",
)
EXTRA_WITH = Kind(
    "E025",
    "«{target}» не принимает «{name}»|{nearest}",
    "“{target}” does not take “{name}”|{nearest}",
)
TWO_FLOWS = Kind(
    "E026",
    "сценарий «{name}» уже есть: {first}| — переименуйте один из них",
    "there is a flow “{name}” already: {first}|. Rename one of them",
)
FORMER_IN_USE = Kind(
    "E026",
    "«{name}» ещё есть, а was называет имя, которого больше нет| — уберите was или назовите"
    " прежнее имя",
    "“{name}” is still there, and was names what is there no more|: drop it or give the former"
    " name",
)
FORMER_FIRST = Kind(
    "E013",
    "was стоит первым пунктом шага| — перенесите его в начало",
    "was is the first item of a step|: move it to the beginning",
)
UNKNOWN_SHARE = Kind(
    "E014",
    "доля названа у «{name}», а такой группы в cases нет|{nearest}",
    "a share is given for “{name}”, and there is no such group in cases|{nearest}",
)
TWO_TRIGGERS = Kind(
    "E027",
    "слова «{name}» уже запускают другое: {first}, и второе никогда не сработает| — оставьте одно",
    "“{name}” starts something else already: {first}, and the second one never would|: keep one",
)
SHADOWED_TRIGGER = Kind(
    "W027",
    "слова «{name}» раньше перехватывает обработчик бота: {first}| — оставьте что-то одно",
    "a handler of the bot takes “{name}” first: {first}|. Keep one of the two",
)
NEEDS_UNMET = Kind(
    "W028",
    "сценарий «{target}» начинают сообщения, а «{name}» им взять неоткуда| — сделайте optional:"
    " yes",
    "messages start the flow “{target}” and cannot give “{name}”|: make it optional: yes",
)
EXTRA_RESULT = Kind(
    "E025",
    "сценарий «{target}» не обещает «{name}» в gives|{nearest}",
    "the flow “{target}” does not promise “{name}” in gives|{nearest}",
)
WRONG_TYPE = Kind(
    "E028",
    "«{target}»: «{name}» — это {type}, а «{value}» не подходит| — исправьте значение или тип в needs"
    " и gives",
    "“{target}”: “{name}” is {type}, and “{value}” is none|: mend the value, or the type in needs and"
    " gives",
)
TYPES_DIFFER = Kind(
    "E028",
    "«{target}»: «{name}» — это {type}, а «{variable}» — {other}| — дайте другое значение или"
    " исправьте тип",
    "“{target}”: “{name}” is {type}, and “{variable}” is {other}|: give another value or mend the type",
)
NEVER_GIVEN = Kind(
    "W026",
    "сценарий «{target}» обещает «{name}» и нигде не даёт| — добавьте в done: {{{name}: …}} или уберите"
    " из gives",
    "the flow “{target}” promises “{name}” and never gives it|: add it to done or drop it from gives",
)
STRAY_FILE = Kind(
    "W029",
    "этот файл никто не читает|: сценарии лежат в папке flows, проверки — в tests",
    "nothing reads this file|: flows belong into the folder flows, tests into tests",
)
MIXED_ALPHABETS = Kind(
    "E030",
    "в имени «{name}» смешаны русские и латинские буквы: {odd}| — наберите имя на одной раскладке",
    "the name “{name}” mixes Russian and Latin letters: {odd}|. Type it in one alphabet",
)
NO_FILE = Kind(
    "E031",
    "нет файла «{name}»| — положите его в папку бота{nearest}",
    "there is no file “{name}”|: put it into the bot's folder{nearest}",
)

# ---------------------------------------------------------------- values

BAD_EXPRESSION = Kind(
    "E040",
    "в выражении ошибка, знак {column}|: {reason}",
    "the expression is wrong at character {column}, “{rest}”|: {reason}",
)
BRACES_IN_EXPRESSION = Kind(
    "E044",
    "в «{where}» скобки {{{{ }}}} не нужны| — оставьте само выражение",
    "“{where}” takes no {{{{ }}}}|: leave the bare expression",
)
BAD_TEXT = Kind(
    "E041",
    "в тексте ошибка, знак {column}|: {reason}",
    "the text is wrong at character {column}, “{rest}”|: {reason}",
)
BAD_VALUE = Kind(
    "E042",
    "{reason}",
    "{reason}",
)
BAD_PATTERN = Kind(
    "E043",
    "{reason}",
    "{reason}",
)

# ---------------------------------------------------------------- the whole

ENDLESS_LOOP = Kind(
    "E050",
    "бесконечный круг без ожидания: {path}|. Добавьте ask или выход",
    "an endless loop without waiting: {path}|. Add an ask or a way out",
)
LOOP_WITHOUT_WAITING = Kind(
    "W050",
    "круг без ожидания: {path}. Если условие не изменится, он не кончится| — добавьте ask или"
    " выход",
    "a loop without waiting: {path}. It never ends if its condition does not change|: add an ask"
    " or a way out",
)
UNREACHABLE_STEP = Kind(
    "W051",
    "до шага «{name}» никто не доходит| — перейдите к нему (go) или уберите его",
    "nothing ever gets to the step “{name}”|: go there or take it away",
)
UNREACHABLE_FLOW = Kind(
    "W052",
    "сценарий «{name}» никто не запускает| — добавьте when или call",
    "nothing starts the flow “{name}”|: add when or a call",
)
UNREACHABLE_ACTION = Kind(
    "W053",
    "действие никогда не выполнится: перед ним стоит «{name}»| — поставьте его раньше или уберите",
    "this action never runs: “{name}” stands before it|. Put it earlier or take it away",
)
NEVER_ANSWERED = Kind(
    "W054",
    "если никто не ответит, клиент будет ждать в тишине| — добавьте в handoff: «unanswered:"
    " {{after: 15m, then: {{say: …}}}}» либо очереди в bot.yaml: «unclaimed: 15m»",
    "if nobody answers, the customer waits in silence for ever|: add to handoff “unanswered:"
    " {{after: 15m, then: {{say: …}}}}”, or to the queue in bot.yaml “unclaimed: 15m”",
)
LONG_LABEL = Kind(
    "W060",
    "надпись кнопки «{name}» не поместится целиком ({limits} знаков)| — сократите её",
    "the label “{name}” does not fit as a whole ({limits} characters)|: make it shorter",
)
MANY_BUTTONS = Kind(
    "W061",
    "кнопок {count}, а кнопками покажут не все: {limits}; станут строками с номерами| — разделите"
    " вопрос на два или возьмите options",
    "there are {count} buttons, more than are shown as such: {limits}; they become numbered"
    " lines|. Make two questions of it, or take options",
)
SAME_LABELS = Kind(
    "E062",
    "две кнопки называются одинаково: «{name}», напечатанный ответ не различить| — переименуйте"
    " одну",
    "two buttons are called “{name}”, and a typed answer could mean either|: rename one",
)
UNFIT_LABEL = Kind(
    "E063",
    "надпись «{name}» не читается как ответ «{type}»| — скажите, что она значит: «{name}:"
    " значение» или «{name}: {{go: шаг}}»",
    "the label “{name}” is no answer of type “{type}”|: say what it means, “{name}: value” or"
    " “{name}: {{go: step}}”",
)

# ---------------------------------------------------------------- what no dialog needs or gets to

UNUSED_VARIABLE = Kind(
    "W021",
    "переменную «{name}» никто не читает| — уберите её или используйте",
    "nobody reads the variable “{name}”|: take it away or use it",
)
NO_WAY_OUT = Kind(
    "W056",
    "из сценария «{name}» нет выхода: клиент уйдёт только словом «отмена»|. Добавьте done там,"
    " где дело сделано",
    "the flow “{name}” never ends, a customer leaves it by “cancel” only|: add done where the"
    " work is done",
)
CONSTANT_CONDITION = Kind(
    "W057",
    "«{text}» всегда {said}: в условии нет ни одной переменной| — напишите, что проверить",
    "“{text}” is always {said}, it reads no variable|: say what to look at",
)
IMPOSSIBLE_CASE = Kind(
    "W058",
    "«{name}» никогда не бывает «{case}»|{nearest}",
    "“{name}” is never “{case}”|{nearest}",
)
NOTHING_TO_CHOOSE = Kind(
    "E064",
    "на вопрос с «as: {type}» нечего выбрать| — добавьте buttons или options",
    "a question with “as: {type}” offers nothing to choose|: add buttons or options",
)
NEITHER_YES_NOR_NO = Kind(
    "W064",
    "ни одна кнопка не значит «да» или «нет»| — напишите, что значит надпись: «Согласен: yes»",
    "no button means yes or no|: say what a label means, as in “I agree: yes”",
)
NEVER_COMES = Kind(
    "W065",
    "{name} никогда не сработает: раньше закончится {end}| — уменьшите срок",
    "{name} never comes, {end} is over before it|: make it sooner",
)
USELESS_IN_MENU = Kind(
    "W066",
    "«{key}» не сработает: вопрос без save — меню, ответы в нём не проверяются|. Добавьте save",
    "“{key}” does nothing: a question without save is a menu whose answers are not checked|. Add"
    " save",
)
SHOWN_OTHERWISE = Kind(
    "W067",
    "{title} покажет «{key}» иначе: {how}| — если это важно, напишите для него своё: «{name}: …»",
    "{title} shows “{key}” otherwise: {how}|. Where that matters, write it anew for it: “{name}: …”",
)
SHARED_IN_WORDS = Kind(
    "W068",
    "в {title} нет кнопки «{name}», которая отправляет такое сама: клиент напишет ответ словами|"
    " — скажите об этом в вопросе",
    "{title} has no button like “{name}” that shares such a thing: the customer types the answer|."
    " Say so in the question",
)
OUTSIDE_WINDOW = Kind(
    "W063",
    "{key} может прийти, когда клиент молчит больше суток: WhatsApp пропустит только шаблон|. {cure};"
    " если бота там нет, назовите его каналы в bot.yaml: channels",
    "{key} may come after a day of silence, when WhatsApp lets only templates through|: {cure};"
    " if the bot is not there, name its channels in bot.yaml: channels",
)
PERSONAL_DATA = Kind(
    "W070",
    "«{name}» хранит личные данные там, где их не покажет и не сотрёт команда для данных клиента|"
    " — запишите их в user",
    "“{name}” keeps personal data where the command for a customer's data neither shows nor"
    " erases it|: save it in user",
)
SHORT_PHRASE = Kind(
    "W036",
    "«{name}» найдётся почти в любом сообщении| — возьмите выражение длиннее или точное слово без"
    " contains",
    "“{name}” is found in almost any message|: take a longer phrase, or an exact word without"
    " contains",
)
MATCHES_ALL = Kind(
    "W037",
    "«{name}» подходит к любому сообщению| — сузьте выражение",
    "“{name}” fits any message|: narrow the expression",
)
SHADOWED_PHRASE = Kind(
    "W038",
    "«{name}» никогда не сработает: раньше найдётся «{other}» ({first})| — уберите одно из двух"
    " или поставьте более длинное раньше",
    "“{name}” never comes, “{other}” is found before it ({first})|: take one of the two away or"
    " put the longer one first",
)
SAME_MEANING = Kind(
    "W039",
    "этот же смысл уже описан: {first}| — опишите разницу",
    "this meaning is described already: {first}|. Say what is different",
)
SILENT_AT_FIRST = Kind(
    "W030",
    "на /start и на непонятное сообщение бот промолчит| — добавьте start: сценарий",
    "the bot says nothing to /start and to what it does not understand|: add start with a flow",
)
