"""The one table of the language's words: where each stands, what it means, what its value is."""

from collections.abc import Mapping
from typing import Literal, NamedTuple, get_args

from flows.messengers import MESSENGERS, NAMES

BotWhere = Literal[
    "bot",
    "defaults",
    "queue",
    "nudge",
    "knowledge",
    "channels",
    "account",
    "calendar",
    "service",
    "type",
    "flow",
    "need",
    "step",
    "trigger",
    "handler",
    "verb",
    "say",
    "card",
    "media",
    "channel",
    "ask",
    "button",
    "check",
    "remind",
    "timeout",
    "if",
    "choose",
    "each",
    "call",
    "start",
    "do",
    "later",
    "handoff",
    "unanswered",
    "split",
    "wait",
]
TestWhere = Literal[
    "test",
    "given",
    "mocks",
    "mock",
    "line",
    "client",
    "heard",
    "answers",
    "happening",
    "expect",
    "called",
    "request",
]
Where = BotWhere | TestWhere


class Word(NamedTuple):
    """A key of the language.

    `value` is the shape of what stands after it: kinds of values (`VALUES`), literal words in
    single quotes, `{place}` for the keys of a place, `[x]` for a list, `names: x` (to the end) for names of the
    owner's own with an x each, `a | b` for either. `ru` and `en` are the editor's hover texts.
    `alias` is its Russian name, for the day aliases are read.
    """

    name: str
    where: Where
    value: str
    ru: str
    en: str
    alias: str = ""


# A word is a line, so that the table reads as one and two edits of it seldom meet.
# fmt: off
WORDS: tuple[Word, ...] = (
    # ------------------------------------------------------------ the top of bot.yaml
    Word("bot", "bot", "text", "имя бота", "name of the bot", "бот"),
    Word("language", "bot", "'ru' | 'en' | 'uz'", "язык готовых фраз, дат и чисел", "language of ready phrases, dates and numbers", "язык"),
    Word("timezone", "bot", "timezone", "часовой пояс бота, например Europe/Moscow", "time zone of the bot, such as Europe/London", "пояс"),
    Word("start", "bot", "flow", "сценарий для /start и для первого сообщения, которого никто не узнал", "flow for /start and for a first message nobody claimed", "начать"),
    Word("user", "bot", "names: type", "что бот помнит о человеке всегда и во всех каналах: поле → тип", "what the bot remembers about a person for ever and on all channels: field → type", "клиент"),
    Word("types", "bot", "names: {type}", "ваши виды ответов: имя → на чём основан и что проверить", "your own types of answers: name → base and what narrows it", "типы"),
    Word("hours", "bot", "names: hours", "часы работы по именам: пн-пт 09:00-21:00, сб 10:00-18:00", "named working hours: mon-fri 09:00-21:00, sat 10:00-18:00", "часы"),
    Word("queues", "bot", "names: {queue} | empty", "очереди операторов, в которые передаёт handoff", "operator queues that handoff gives chats to", "очереди"),
    Word("knowledge", "bot", "names: text | {knowledge}", "источники для knowledge.answer: имя → файл или папка в knowledge/", "sources for knowledge.answer: name → a file or folder in knowledge/", "знания"),
    Word("channels", "bot", "{channels}", "где живёт этот бот: канал → его настройки; без ключа решают настройки сервера", "where this bot lives: channel → its settings; without it the server's settings say", "каналы"),
    Word("defaults", "bot", "{defaults}", "правила для всех вопросов", "what holds for every question", "обычно"),
    Word("meanwhile", "bot", "[{handler}]", "обработчики, которые слышат всё и всегда", "handlers that listen everywhere", "попутно"),
    Word("secrets", "bot", "[name]", "имена секретов, которые можно передать действиям; в текстах их нет", "names of secrets that actions may be given; never readable in texts", "секреты"),
    Word("tries", "defaults", "number", "сколько неподходящих ответов подряд терпеть, потом выполнить else", "misfits in a row before else", "попытки"),
    Word("else", "defaults", "block", "что сделать после стольких неподходящих ответов", "what to do after too many misfits", "иначе"),
    Word("expires", "defaults", "duration | 'never'", "после какого молчания закрыть брошенный разговор", "the silence after which an abandoned task is closed", "живёт"),
    Word("quiet", "defaults", "window", "часы, когда бот не напоминает: 22:00-09:00", "hours without reminders: 22:00-09:00", "тишина"),
    Word("resume", "defaults", "'ask' | 'auto' | 'never'", "после отвлечения: ask спросить «Продолжим?», auto вернуться молча, never не возвращаться", "after an interruption: ask “Shall we go on?”, auto go back silently, never do not go back", "вернуться"),
    Word("collect", "defaults", "duration", "склеивать сообщения, пришедшие подряд за это время", "glue messages arriving within this time", "собирать"),
    Word("hours", "queue", "hours_name", "когда работают её операторы: имя из hours", "when its operators work: a name from hours", "часы"),
    Word("group", "queue", "text", "группа Telegram, где работают её операторы: номер или название; без ключа — та, которую к ней подключили", "the Telegram group its operators work in, by number or title; without it, the one set up for it", "группа"),
    Word("say", "queue", "text", "что слышит клиент, когда его передали в очередь", "what the customer hears when a request is made", "сказать"),
    Word("assign", "queue", "'manual' | 'round_robin' | 'least_loaded'", "кто отвечает: manual — кто сам возьмёт, round_robin — по очереди, least_loaded — у кого меньше чатов", "who answers: manual, whoever takes it; round_robin, in turn; least_loaded, whoever has fewest chats", "назначать"),
    Word("capacity", "queue", "number", "сколько чатов сразу давать одному оператору; без ключа — сколько угодно", "how many chats at once one operator is given; any number without it", "вместимость"),
    Word("write", "queue", "'assignee' | 'department' | 'any'", "чьи слова уходят клиенту: assignee — того, кто взял чат, department — любого из этой очереди, any — любого оператора", "whose words reach the customer: assignee, of whoever took the chat; department, of anyone in this queue; any, of any operator", "пишет"),
    Word("unclaimed", "queue", "duration", "сколько ждать, пока чат кто-нибудь возьмёт; потом как unanswered у handoff", "how long to wait until somebody takes the chat; then as unanswered of handoff", "без_оператора"),
    Word("first_reply", "queue", "duration", "обещание: первый ответ за это время", "a promise: the first reply within this time", "первый_ответ"),
    Word("update", "queue", "duration", "обещание: на сообщение клиента отвечают за это время", "a promise: a customer's message is answered within this time", "новости"),
    Word("resolve", "queue", "duration", "обещание: вопрос решён за это время", "a promise: the matter is settled within this time", "решение"),
    Word("operator_silent", "queue", "duration", "оператор молчит столько — чат возвращается в очередь", "an operator silent for so long loses the chat to the queue", "оператор_молчит"),
    Word("customer_silent", "queue", "duration", "клиент молчит столько — чат закрывается", "a customer silent for so long has the chat closed", "клиент_молчит"),
    Word("nudge", "queue", "{nudge}", "напомнить замолчавшему клиенту, прежде чем закрыть чат", "remind a silent customer before the chat is closed", "поторопить"),
    Word("reopen", "queue", "duration", "кто напишет не позже этого после разговора, вернётся к тому же оператору", "who writes no later than this after the talk comes back to the same operator", "открыть_снова"),
    Word("csat", "queue", "'on' | 'off'", "просить ли оценку, когда оператор закрыл разговор", "whether a rating is asked for when an operator closes the chat", "оценка_работы"),
    Word("after", "nudge", "duration", "после какого молчания клиента", "after how long a silence of the customer", "через"),
    Word("say", "nudge", "text", "слова напоминания", "the nudge", "сказать"),
    Word("documents", "knowledge", "text", "категория загруженных документов", "a category of uploaded documents", "документы"),
    *(Word(one.name, "channels", "{account}", one.ru, one.en, one.alias) for one in MESSENGERS),
    Word("token", "account", "text", "ключ, который дал мессенджер: ${TELEGRAM_TOKEN} — переменная окружения", "what the messenger gave: ${TELEGRAM_TOKEN} is a variable of the environment", "ключ"),
    Word("nick", "account", "text", "MAX: имя бота из его адреса max.ru/имя", "MAX: the bot's name in its address max.ru/name", "ник"),
    Word("phone_id", "account", "text", "WhatsApp: номер телефона как id (Phone number ID)", "WhatsApp: the Phone number ID", "номер"),
    Word("app_secret", "account", "text", "WhatsApp: секрет приложения, им подписаны вызовы", "WhatsApp: the app's secret, which signs its calls", "секрет_приложения"),
    Word("verify_token", "account", "text", "WhatsApp: слово для проверки адреса, вы придумываете его сами", "WhatsApp: the word that verifies the address, yours to make up", "слово_проверки"),
    Word("group", "account", "text", "VK: номер сообщества, как в vk.com/club<номер>", "VK: the community's number, as in vk.com/club<number>", "группа"),
    Word("secret", "account", "text", "VK: секретный ключ Callback API; без него бот сам спрашивает о новостях", "VK: the secret of its Callback API; without it the bot asks for news itself", "секрет"),
    Word("confirmation", "account", "text", "VK: строка, которую сервер должен вернуть; без неё бот узнаёт её сам", "VK: the string the server has to answer; without it the bot finds it out", "подтверждение"),
    Word("payments", "account", "text", "Telegram: ключ платёжного провайдера из @BotFather", "Telegram: the payment provider's token from @BotFather", "оплата"),
    Word("webhook_secret", "account", "text", "чем мессенджер подписывает свои вызовы: ${ПЕРЕМЕННАЯ}", "what the messenger signs its calls with: ${VARIABLE}", "подпись"),
    # ------------------------------------------------------------ calendar.yaml
    Word("services", "calendar", "names: {service}", "что можно забронировать: код → услуга", "what can be booked: id → service", "услуги"),
    Word("hours", "calendar", "hours_name | hours", "когда принимают: имя из hours в bot.yaml или вт-вс 10:00-20:00", "when visits are taken: a name of hours in bot.yaml or tue-sun 10:00-20:00", "часы"),
    Word("closed", "calendar", "[text]", "дни, когда не принимают: 2026-12-31", "days without visits: 2026-12-31", "закрыто"),
    Word("step", "calendar", "duration", "через сколько можно начинать визит; без ключа — по длине услуги", "how far apart visits may begin; without it, as far as the service is long", "шаг"),
    Word("horizon", "calendar", "duration", "на сколько вперёд записывают; без ключа — 60 дней", "how far ahead one may book; 60 days without it", "горизонт"),
    Word("name", "service", "text", "название для клиента; без ключа — код", "what customers read; the id without it", "название"),
    Word("price", "service", "number", "цена", "what it costs", "цена"),
    Word("minutes", "service", "number", "сколько минут длится", "how many minutes it takes", "минут"),
    Word("places", "service", "number", "сколько гостей одновременно; без ключа — один", "how many guests at one time; one without it", "мест"),
    Word("as", "type", "type", "вид ответа, на котором основан этот", "the base type", "как"),
    Word("clean", "type", "'digits' | 'letters' | 'signs' | 'spaces' | 'lower' | 'upper'", "что убрать из ответа до проверки: digits оставит одни цифры", "what is done to the answer before matching: digits keeps digits only", "очистить"),
    Word("matches", "type", "pattern", "регулярное выражение, под которое подходит весь ответ", "a regular expression the whole answer fits", "подходит"),
    Word("min", "type", "limit", "наименьшая длина, количество или значение", "least length, count or value", "мин"),
    Word("max", "type", "limit", "наибольшая длина, количество или значение", "greatest length, count or value", "макс"),
    Word("retry", "type", "text", "что сказать, если ответ не подошёл", "what to say when the answer does not fit", "переспросить"),
    # ------------------------------------------------------------ the top of a flow
    Word("flow", "flow", "name", "имя сценария", "name of the flow", "сценарий"),
    Word("about", "flow", "text", "о чём сценарий, одним предложением: для клиента («Продолжим «…»?»), для вас и для модели", "one sentence for the customer (“Shall we go on with …?”), for you and for the model", "о_чём"),
    Word("when", "flow", "text | {trigger} | [text | {trigger}]", "что запускает сценарий; без when он вспомогательный, его вызывают другие", "triggers that start it; a flow without them is a helper that others call", "когда"),
    Word("only_if", "flow", "expression", "сценарий не начнётся, пока это неверно", "the flow cannot start unless this is true", "только_если"),
    Word("needs", "flow", "names: type | {need}", "что сценарию передают: имя → тип", "what the flow is given: name → type", "нужно"),
    Word("gives", "flow", "names: type | {need}", "что сценарий отдаёт: имя → тип", "what the flow gives back: name → type", "даёт"),
    Word("steps", "flow", "names: block", "шаги с именами; выполняются сверху вниз, из одного в следующий", "named steps, run top to bottom, one falling through to the next", "шаги"),
    Word("meanwhile", "flow", "[{handler}]", "обработчики, пока идёт этот сценарий", "handlers while this flow is on top", "попутно"),
    Word("expires", "flow", "duration | 'never'", "после какого молчания закрыть этот сценарий", "how long it may wait in silence before it is closed", "живёт"),
    Word("was", "flow", "name", "прежнее имя: чаты не потеряются при переименовании", "its former name: keeps chats on rename", "было"),
    Word("as", "need", "type", "тип", "its type", "как"),
    Word("optional", "need", "yes_no", "можно ли не передавать", "whether it may be left out", "необязательно"),
    Word("was", "step", "name", "прежнее имя шага, первым пунктом в нём: чаты не потеряются при переименовании", "the step's former name, its first item: keeps chats on rename", "было"),
    # ------------------------------------------------------------ triggers and handlers
    Word("contains", "trigger", "text | [text]", "любое из этих слов или выражений внутри сообщения", "any of these words or phrases inside the message", "содержит"),
    Word("matches", "trigger", "pattern | [pattern]", "регулярное выражение", "a regular expression", "подходит"),
    Word("means", "trigger", "text | [text]", "смысл, описанный предложением; примеры — в «ёлочках»", "a meaning described in a sentence, with examples in quotes", "значит"),
    Word("sends", "trigger", "sent | [sent]", "клиент прислал фото, голосовое, видео, файл, место, контакт или стикер", "the customer sent a photo, voice, video, file, location, contact or sticker", "присылает"),
    Word("event", "trigger", "event | [event]", "что-то случилось: никто не понял сообщение, действие не удалось, пришла оплата", "something happened: nobody understood, an action failed, a payment came", "событие"),
    Word("every", "trigger", "timetable | [timetable]", "расписание: mon-fri 10:00", "a timetable: mon-fri 10:00", "расписание"),
    Word("for", "trigger", "expression | yes_no", "для каких клиентов работает every: выражение о user, yes — для всех", "which customers every runs for: an expression over user, yes for everybody", "для"),
    Word("confidence", "trigger", "limit", "бот не уверен, что понял сообщение: уверенность меньше этого числа от 0 до 1", "the bot is not sure what a message means: less sure than this, from 0 to 1", "уверенность"),
    Word("channel", "trigger", "channel | [channel]", "только в этом канале", "only on this channel", "канал"),
    Word("if", "trigger", "expression", "только пока это верно", "only while this is true", "если"),
    Word("when", "handler", "text | {trigger} | [text | {trigger}]", "что будит обработчик", "triggers that wake it", "когда"),
    Word("then", "handler", "block", "что он делает", "what it does", "тогда"),
    # ------------------------------------------------------------ verbs
    Word("say", "verb", "text | {say}", "говорит клиенту", "sends a message", "сказать"),
    Word("ask", "verb", "text", "спрашивает и ждёт ответа", "sends a question and waits", "спросить"),
    Word("set", "verb", "names: value", "записывает переменные: имя → значение", "gives variables values: name → value", "задать"),
    Word("if", "verb", "expression", "если выражение верно — then, иначе else", "branches: then where it is true, else where not", "если"),
    Word("choose", "verb", "expression", "выбирает вариант по значению", "branches by a value", "выбрать"),
    Word("each", "verb", "expression", "повторяет для каждого элемента списка; элемент — item", "repeats over a list, the element is item", "каждый"),
    Word("go", "verb", "step | 'back' | 'again' | 'cancel'", "переходит к шагу этого сценария, либо назад, заново, отменить", "goes to a step of this flow, or back, again, cancel", "перейти"),
    Word("call", "verb", "flow", "выполняет другой сценарий и возвращается сюда", "runs another flow, then goes on here", "вызвать"),
    Word("start", "verb", "flow", "бросает всё и начинает другой сценарий", "leaves everything and starts another flow", "начать"),
    Word("done", "verb", "empty | names: value", "заканчивает сценарий; может отдать результат", "finishes this flow, with results if it gives any", "готово"),
    Word("do", "verb", "action", "выполняет действие каталога", "runs an action of the catalogue", "сделать"),
    Word("wait", "verb", "duration | {wait}", "ждёт: паузу или событие", "pauses, or waits for an event", "ждать"),
    Word("later", "verb", "{later}", "запускает сценарий в назначенное время, либо отменяет это", "runs a flow at a time, or undoes that", "позже"),
    Word("handoff", "verb", "queue", "передаёт разговор человеку; бот молчит, пока его не вернут", "gives the chat to a person; the bot is silent until it is given back", "оператору"),
    Word("split", "verb", "name", "делит клиентов на группы (A/B); группа клиента не меняется", "an A/B test, sticky per customer", "поделить"),
    Word("goal", "verb", "name", "отмечает достигнутую цель", "marks a conversion", "цель"),
    # ------------------------------------------------------------ say
    Word("text", "say", "text", "слова", "the words", "текст"),
    Word("photo", "say", "media", "картинка: путь в папке бота или адрес", "a photo: a path in the bot's folder or an address", "фото"),
    Word("video", "say", "media", "видео", "a video", "видео"),
    Word("audio", "say", "media", "музыка", "a piece of music", "аудио"),
    Word("voice", "say", "media", "голосовое сообщение", "a voice message", "голос"),
    Word("file", "say", "media", "документ", "a document", "файл"),
    Word("album", "say", "media | [media | {media}]", "несколько картинок и видео одним сообщением", "several photos and videos as one message", "альбом"),
    Word("cards", "say", "[{card}]", "карточки: у каждой заголовок, текст, картинка и кнопки", "cards, each with a title, a text, a photo and buttons", "карточки"),
    Word("buttons", "say", "buttons", "кнопки под сообщением; действуют и позже", "buttons under the message, which stay valid", "кнопки"),
    Word("list", "say", "expression", "список, по строке text на каждый элемент item", "a list: one line of text per element, item", "список"),
    Word("pick", "say", "[text]", "тексты, из которых звучит один случайный", "texts of which one is said by chance", "одно_из"),
    Word("only", "say", "channel | [channel]", "каналы, которые это получат", "channels that get it", "только"),
    Word("once", "say", "yes_no", "никогда не отправлять дважды, даже после сбоя", "never sent twice, even after a crash", "однажды"),
    *(Word(one.name, "say", "text | {channel}", f"что вместо этого получит {one.title}", f"what {one.title} gets instead", one.alias) for one in MESSENGERS),
    Word("web", "say", "text | {channel}", "что вместо этого получит чат на сайте", "what the web chat gets instead", "сайт"),
    Word("title", "card", "text", "заголовок карточки", "the card's title", "заголовок"),
    Word("text", "card", "text", "текст карточки", "the card's text", "текст"),
    Word("photo", "card", "media", "картинка карточки", "the card's photo", "фото"),
    Word("buttons", "card", "buttons", "кнопки карточки", "the card's buttons", "кнопки"),
    Word("photo", "media", "media", "картинка альбома", "a photo of the album", "фото"),
    Word("video", "media", "media", "видео альбома", "a video of the album", "видео"),
    Word("audio", "media", "media", "музыка альбома", "a piece of music of the album", "аудио"),
    Word("file", "media", "media", "документ альбома", "a document of the album", "файл"),
    Word("text", "channel", "text", "слова", "the words", "текст"),
    Word("photo", "channel", "media", "картинка", "a photo", "фото"),
    Word("video", "channel", "media", "видео", "a video", "видео"),
    Word("audio", "channel", "media", "музыка", "a piece of music", "аудио"),
    Word("voice", "channel", "media", "голосовое сообщение", "a voice message", "голос"),
    Word("file", "channel", "media", "документ", "a document", "файл"),
    Word("album", "channel", "media | [media | {media}]", "несколько картинок и видео одним сообщением", "several pictures and videos as one message", "альбом"),
    Word("cards", "channel", "[{card}]", "карточки", "cards", "карточки"),
    Word("list", "channel", "expression", "список, по строке text на каждый элемент item", "a list: one line of text per element item", "список"),
    Word("pick", "channel", "[text]", "тексты, из которых звучит один случайный", "texts of which one is said by chance", "одно_из"),
    Word("buttons", "channel", "buttons", "кнопки", "buttons", "кнопки"),
    Word("template", "channel", "text", "имя утверждённого шаблона WhatsApp: его можно отправить и через сутки молчания", "name of an approved WhatsApp template: it may be sent after a day of silence too", "шаблон"),
    Word("values", "channel", "[value]", "значения шаблона по порядку", "the template's values in order", "значения"),
    # ------------------------------------------------------------ ask
    Word("save", "ask", "variable", "куда записать ответ; user.phone — запомнить о человеке", "variable for the answer; user.phone is remembered about the person", "сохранить"),
    Word("as", "ask", "type", "вид ответа; без него — choice, если есть кнопки, иначе text", "type of the answer; choice where there are buttons, else text", "как"),
    Word("buttons", "ask", "buttons", "надписи кнопок; надпись → значение; надпись → действие", "labels of buttons; label → value; label → action", "кнопки"),
    Word("options", "ask", "expression", "кнопки из списка в переменной; сохраняется элемент целиком", "buttons made from a list in a variable; the whole element is saved", "варианты"),
    Word("label", "ask", "text", "надпись такой кнопки; элемент — item", "the text of such a button, the element is item", "надпись"),
    Word("photo", "ask", "media", "картинка вместе с вопросом", "a photo shown with the question", "фото"),
    Word("video", "ask", "media", "видео вместе с вопросом", "a video shown with the question", "видео"),
    Word("audio", "ask", "media", "музыка вместе с вопросом", "a piece of music sent with the question", "аудио"),
    Word("voice", "ask", "media", "голосовое сообщение вместе с вопросом", "a voice message sent with the question", "голос"),
    Word("file", "ask", "media", "документ вместе с вопросом", "a document sent with the question", "файл"),
    Word("matches", "ask", "pattern", "регулярное выражение, под которое подходит весь ответ", "a regular expression the whole answer fits", "подходит"),
    Word("clean", "ask", "'digits' | 'letters' | 'signs' | 'spaces' | 'lower' | 'upper'", "что убрать из ответа до проверки: digits оставит одни цифры", "what is done to the answer before matching: digits keeps digits only", "очистить"),
    Word("min", "ask", "limit", "наименьшая длина, количество или значение", "least length, count or value", "мин"),
    Word("max", "ask", "limit", "наибольшая длина, количество или значение", "greatest length, count or value", "макс"),
    Word("check", "ask", "{check} | [{check}]", "правила о разобранном ответе", "rules about the parsed answer", "проверить"),
    Word("retry", "ask", "text", "что сказать, если ответ не подошёл", "what to say when the answer does not fit", "переспросить"),
    Word("tries", "ask", "number", "сколько неподходящих ответов подряд терпеть, потом выполнить else", "misfits in a row before else", "попытки"),
    Word("else", "ask", "block", "что сделать после стольких неподходящих ответов", "what to do after too many misfits", "иначе"),
    Word("find", "ask", "yes_no", "искать ответ уже в сообщении, которое запустило сценарий", "look for the answer in the message that started the flow", "найти"),
    Word("known", "ask", "'ask' | 'skip' | 'confirm'", "если ответ уже есть: ask всё равно спросить, skip пропустить, confirm уточнить", "if the answer is there already: ask anyway, skip the question or confirm it", "известно"),
    Word("skip", "ask", "text", "надпись кнопки «без ответа»", "label of a button that leaves it empty", "пропустить"),
    Word("collect", "ask", "duration", "склеивать сообщения, пришедшие подряд за это время", "glue messages arriving within this time", "собирать"),
    Word("remind", "ask", "{remind} | [{remind}]", "напоминания; больше ничего не меняют", "nudges; nothing else changes", "напомнить"),
    Word("timeout", "ask", "{timeout}", "через сколько снять вопрос и что сделать", "after so long the question is abandoned", "срок"),
    Word("expires", "ask", "duration | 'never'", "своё время молчания, never для меню", "overrides the flow's silence, never for menus", "живёт"),
    Word("meanwhile", "ask", "[{handler}]", "обработчики, пока этот вопрос ждёт", "handlers while this question waits", "попутно"),
    # ------------------------------------------------------------ what stands inside the two
    Word("share", "button", "'phone' | 'location'", "просит поделиться номером или местом", "asks for the phone or the location", "поделиться"),
    Word("url", "button", "text", "открывает адрес", "opens an address", "ссылка"),
    Word("name", "button", "text", "что увидит программа как type кнопки", "what an API client sees as its type", "название"),
    Word("with", "button", "names: value", "что увидит программа как data кнопки", "what an API client sees as its data", "с"),
    Word("must", "check", "expression", "правило: выражение, которое должно быть верно", "the rule: an expression that must be true", "должно"),
    Word("say", "check", "text", "что сказать, если правило нарушено", "what to say when it is broken", "сказать"),
    Word("after", "remind", "duration", "через сколько после вопроса", "how long after the question", "через"),
    Word("say", "remind", "text", "слова напоминания", "the nudge", "сказать"),
    Word("after", "timeout", "duration", "через сколько", "after how long", "через"),
    Word("then", "timeout", "block", "что сделать", "what to do", "тогда"),
    # ------------------------------------------------------------ the other verbs
    Word("then", "if", "block", "что делать, если верно", "what to do when it is true", "тогда"),
    Word("else", "if", "block", "что делать, если неверно", "what to do when it is not", "иначе"),
    Word("cases", "choose", "names: block", "значение → что делать", "value → what to do", "случаи"),
    Word("else", "choose", "block", "что делать при любом другом значении", "what to do for any other value", "иначе"),
    Word("then", "each", "block", "что делать с элементом item", "what to do with the element, item", "тогда"),
    Word("with", "call", "names: value", "что передать сценарию: имя из его needs → значение", "inputs of the flow: a name of its needs → value", "с"),
    Word("save", "call", "variable", "куда записать то, что он отдаст", "variable for its results", "сохранить"),
    Word("with", "start", "names: value", "что передать сценарию: имя из его needs → значение", "inputs of the flow: a name of its needs → value", "с"),
    Word("with", "do", "names: value", "что передать действию", "arguments of the action", "с"),
    Word("save", "do", "variable", "куда записать результат", "variable for the result", "сохранить"),
    Word("retries", "do", "number", "сколько раз попробовать ещё", "how often to try again", "повторы"),
    Word("timeout", "do", "duration", "сколько ждать результата", "how long to wait for the result", "срок"),
    Word("failed", "do", "block", "что сделать, если не удалось", "what to do when it failed", "не_вышло"),
    Word("event", "wait", "event", "какого события ждать", "the event to wait for", "событие"),
    Word("save", "wait", "variable", "куда записать событие", "variable for the event", "сохранить"),
    Word("timeout", "wait", "{timeout}", "сколько ждать и что потом сделать", "how long to wait, and what to do then", "срок"),
    Word("at", "later", "expression", "момент", "the moment", "в"),
    Word("after", "later", "duration", "через сколько отсюда", "how long from now", "через"),
    Word("call", "later", "flow", "какой сценарий", "the flow", "вызвать"),
    Word("with", "later", "names: value", "что передать сценарию", "inputs of the flow", "с"),
    Word("id", "later", "text", "метка, по которой это можно отменить", "the name to undo it by", "метка"),
    Word("if_busy", "later", "'wait' | 'now' | 'skip'", "если клиент занят другим: wait подождать до 15 минут, now сказать сразу, skip пропустить", "in the middle of a task: wait up to 15 minutes, now at once, skip not at all", "если_занят"),
    Word("cancel", "later", "text", "отменить то, что назначено с этой меткой", "undo the one with this id", "отменить"),
    Word("note", "handoff", "text", "что оператор прочтёт первым", "what the operator reads first", "заметка"),
    Word("say", "handoff", "text", "что услышит клиент", "what the customer hears", "сказать"),
    Word("priority", "handoff", "'low' | 'normal' | 'high' | 'urgent'", "важность: low, normal, high или urgent", "low, normal, high or urgent", "важность"),
    Word("unanswered", "handoff", "{unanswered}", "никто не пришёл вовремя", "nobody came in time", "без_ответа"),
    Word("offline", "handoff", "block", "очередь сейчас не работает", "nobody works now", "не_на_связи"),
    Word("closed", "handoff", "block", "оператор закрыл разговор", "the operator closed the dialogue", "закрыто"),
    Word("cancel", "handoff", "block", "клиент передумал", "the customer changed their mind", "отменить"),
    Word("after", "unanswered", "duration", "сколько ждать человека", "how long to wait for a person", "через"),
    Word("then", "unanswered", "block", "что сделать", "what to do", "тогда"),
    Word("cases", "split", "names: block", "группа → что делать", "share → what to do", "случаи"),
    Word("shares", "split", "names: number", "группа → её доля, например 70 и 30", "share → how large it is, such as 70 and 30", "доли"),
    # ------------------------------------------------------------ a test file
    Word("test", "test", "text", "название проверки", "name of the test"),
    Word("given", "test", "{given}", "что дано в начале", "what is given at the start"),
    Word("mocks", "test", "{mocks} + names: {mock} | [{mock}]", "что вернут действия вместо настоящих", "what actions give instead of the real ones"),
    Word("means", "mocks", "names: flow", "какой сценарий значит фраза", "the flow that a phrase means"),
    Word("chat", "test", "[{line}]", "разговор по репликам", "the conversation line by line"),
    Word("expect", "test", "{expect}", "что должно быть в конце", "what holds at the end"),
    Word("user", "given", "names: value", "что уже известно о человеке", "what is known about the person"),
    Word("now", "given", "text", "который час: 2026-03-02 10:00", "what time it is: 2026-03-02 10:00"),
    Word("channel", "given", "channel", "в каком канале идёт разговор", "the channel of the conversation"),
    Word("chat", "given", "names: value", "переменные chat.*", "variables chat.*"),
    Word("vars", "given", "names: value", "то же, что chat", "the same as chat"),
    Word("hours", "given", "names: hours", "часы работы: open, closed или пн-пт 09:00-18:00", "working hours: open, closed or mon-fri 09:00-18:00"),
    Word("when", "mock", "names: value", "при каких аргументах", "for which arguments"),
    Word("give", "mock", "value", "что вернуть", "what to give"),
    Word("fail", "mock", "text", "действие не удалось: почему", "the action fails: why"),
    Word("client", "line", "text | {client}", "что сказал или сделал клиент", "what the customer said or did"),
    Word("bot", "line", "text | {heard}", "что ответил бот; * — что угодно", "what the bot answered; * is anything"),
    Word("buttons", "line", "[text]", "кнопки под ответом", "buttons under the answer"),
    Word("photo", "line", "text", "картинка с ответом", "a photo with the answer"),
    Word("video", "line", "text", "видео с ответом", "a video with the answer"),
    Word("audio", "line", "text", "музыка с ответом", "a piece of music with the answer"),
    Word("voice", "line", "text", "голосовое с ответом", "a voice message with the answer"),
    Word("file", "line", "text", "документ с ответом", "a document with the answer"),
    Word("album", "line", "[text]", "файлы альбома", "the files of an album"),
    Word("cards", "line", "[text]", "названия карточек", "the titles of cards"),
    Word("after", "line", "duration", "проходит столько времени", "so much time passes"),
    Word("operator", "line", "'take' | 'release' | 'close' | {answers}", "что делает оператор", "what the operator does"),
    Word("event", "line", "text | {happening}", "случилось событие", "an event happens"),
    Word("data", "line", "names: value", "что пришло с событием", "what came with the event"),
    Word("edit", "line", "text", "файл, на который в эту минуту меняется сценарий", "the file that changes the flow at this moment"),
    Word("press", "client", "text", "нажал кнопку", "pressed a button"),
    Word("text", "client", "text", "слова, подпись к присланному", "the words, a caption"),
    Word("share", "client", "text", "поделился номером", "shared the phone"),
    Word("photo", "client", "value", "прислал фото", "sent a photo"),
    Word("album", "client", "[text]", "прислал несколько фото сразу", "sent several photos at once"),
    Word("video", "client", "value", "прислал видео", "sent a video"),
    Word("voice", "client", "value", "прислал голосовое", "sent a voice message"),
    Word("audio", "client", "value", "прислал музыку", "sent a piece of music"),
    Word("file", "client", "value", "прислал документ", "sent a document"),
    Word("location", "client", "value", "прислал место", "sent a location"),
    Word("contact", "client", "value", "прислал чей-то контакт", "sent somebody's contact"),
    Word("sticker", "client", "value", "прислал стикер", "sent a sticker"),
    Word("text", "heard", "text", "текст ответа; * — что угодно", "the text of the answer; * is anything"),
    Word("buttons", "heard", "[text]", "кнопки под ответом", "buttons under the answer"),
    Word("photo", "heard", "text", "картинка с ответом", "a photo with the answer"),
    Word("video", "heard", "text", "видео с ответом", "a video with the answer"),
    Word("audio", "heard", "text", "музыка с ответом", "a piece of music with the answer"),
    Word("voice", "heard", "text", "голосовое с ответом", "a voice message with the answer"),
    Word("file", "heard", "text", "документ с ответом", "a document with the answer"),
    Word("album", "heard", "[text]", "файлы альбома", "the files of an album"),
    Word("cards", "heard", "[text]", "названия карточек", "the titles of cards"),
    Word("event", "happening", "text", "имя события", "the name of the event"),
    Word("data", "happening", "names: value", "что пришло с событием", "what came with the event"),
    Word("answer", "answers", "text", "что оператор написал клиенту", "what the operator wrote to the customer"),
    Word("step", "expect", "text", "шаг, на котором стоит бот", "the step the bot stands at"),
    Word("vars", "expect", "names: value", "значения переменных", "values of variables"),
    Word("done", "expect", "text | [text]", "законченные сценарии", "flows that are finished"),
    Word("goals", "expect", "text | [text]", "достигнутые цели", "goals that were reached"),
    Word("user", "expect", "names: value", "что бот помнит о человеке", "what the bot remembers about the person"),
    Word("called", "expect", "names: number | {called} | [names: value]", "сколько раз и с чем вызвали каждое действие", "how often and with what each action was called"),
    Word("silent", "expect", "yes_no", "на последнее бот ничего не сказал", "the bot said nothing to the last of it"),
    Word("handoff", "expect", "text | {request}", "какую очередь попросили прислать человека; no — никакую", "the queue that was asked for a person; no is none"),
    Word("times", "called", "number", "сколько раз", "how often"),
    Word("with", "called", "names: value", "с какими аргументами", "with which arguments"),
    Word("queue", "request", "text", "очередь", "the queue"),
    Word("note", "request", "text", "записка оператору", "the note for the operator"),
    Word("priority", "request", "text", "срочность", "the priority"),
)
# fmt: on

VALUES = frozenset(
    (
        "action",
        "block",
        "buttons",
        "channel",
        "duration",
        "empty",
        "event",
        "expression",
        "flow",
        "hours",
        "hours_name",
        "limit",
        "media",
        "name",
        "number",
        "pattern",
        "queue",
        "sent",
        "step",
        "text",
        "timetable",
        "timezone",
        "type",
        "value",
        "variable",
        "window",
        "yes_no",
    )
)
"""The kinds of values that `Word.value` names."""

BESIDE: Mapping[str, Where] = {
    "ask": "ask",
    "if": "if",
    "choose": "choose",
    "each": "each",
    "call": "call",
    "start": "start",
    "do": "do",
    "handoff": "handoff",
    "split": "split",
}
"""Verbs with keys of their own that stand level with them, and the place these belong to."""

REQUIRED: Mapping[Where, tuple[str, ...]] = {
    "bot": ("bot",),
    "account": ("token",),
    "calendar": ("services", "hours"),
    "service": ("minutes",),
    "flow": ("flow", "steps"),
    "need": ("as",),
    "step": ("was",),
    "handler": ("when", "then"),
    "check": ("must", "say"),
    "remind": ("after", "say"),
    "nudge": ("after", "say"),
    "timeout": ("after", "then"),
    "unanswered": ("after", "then"),
    "if": ("then",),
    "choose": ("cases",),
    "each": ("then",),
    "split": ("cases",),
    "wait": ("event",),
    "test": ("test", "chat"),
}
"""Keys that a place cannot do without."""

TEST_PLACES: tuple[TestWhere, ...] = get_args(TestWhere)
"""The places of test files; all others are of bots and flows."""

EVENTS = ("no_match", "error", "cancel", "expired", "updated")
"""What a trigger's `event` may name."""

OVERRIDING = (*NAMES, "web")
"""Channels for which a `say` may be written in other words."""

CHANNELS = (*OVERRIDING, "api", "terminal")
"""Every place where a bot talks."""

READ_ONLY = frozenset(
    ("trigger", "msg", "now", "today", "hours", "item", "handoff", "call", "secrets")
)
"""Names that flows read and never write; `user` and `chat` hold what flows write."""

OUTCOMES = ("done", "cancel", "error", "expired", "refused")
"""What `call.outcome` may be."""


def _by_place() -> dict[Where, dict[str, Word]]:
    places: dict[Where, dict[str, Word]] = {}
    for word in WORDS:
        places.setdefault(word.where, {})[word.name] = word
    return places


_PLACES = _by_place()


def words(where: Where) -> Mapping[str, Word]:
    """The keys that may stand in a place, by name."""
    return _PLACES[where]
