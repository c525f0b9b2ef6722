"""What the house refuses, in the words of the desk."""

from adapters.messengers.telegram.desk.kit import Kit
from adapters.messengers.telegram.desk.words import Words
from bots.errors import Conflict, Forbidden, Invalid, NotFound, Problem, Taken, TooMany

WORDS = Words(
    {
        "taken": ("Этот чат ведёт {name}.", "{name} has this chat."),
        "natively": (
            "С этим чатом говорят в самом мессенджере ({name}). /take заберёт его сюда.",
            "Somebody answers this chat in the messenger itself ({name}). /take brings it here.",
        ),
        "yours": ("Этот чат уже ваш.", "The chat is yours already."),
        "bots": (
            "С этим чатом говорит бот. /take заберёт его.",
            "The bot answers this chat. /take takes it.",
        ),
        "stale": (
            "За это время чат изменился: посмотрите на карточку.",
            "The chat has changed meanwhile: look at its card.",
        ),
        "untaken": (
            "Этот чат ещё никто не взял: сначала /take.",
            "Nobody has taken this chat yet: /take first.",
        ),
        "theirs": ("Этот чат уже у него.", "They have this chat already."),
        "waits": ("Этот чат уже ждёт в этой очереди.", "The chat waits in that queue already."),
        "open": (
            "Этот чат уже у людей: посмотрите на карточку.",
            "The chat is with people already: look at its card.",
        ),
        "blocked": (
            "Этот человек заблокирован. /unblock снимет это.",
            "This person is blocked. /unblock lifts it.",
        ),
        "elsewhere": (
            "Этот чат из очереди, в которой вы не отвечаете: его берут её операторы или старший.",
            "The chat is of a queue you do not answer in: its operators take it, or a lead.",
        ),
        "unblocked": ("Этот человек не заблокирован.", "This person is not blocked."),
        "unable": (
            "Этот человек не отвечает в чатах: он наблюдатель.",
            "This person answers no chats: they are a viewer.",
        ),
        "outside": (
            "Эта команда — для темы чата: напишите её там (или ответом на сообщение чата).",
            "This command is for a chat's topic: write it there (or as a reply to the chat's message).",
        ),
        "forbidden": (
            "Это может только {role} и выше. Роли меняет владелец: python run.py operators{of}.",
            "Only a {role} or above may do this. The owner changes roles: python run.py operators{of}.",
        ),
        "not queue": ("Такой очереди нет. Есть: {among}.", "No such queue. There are: {among}."),
        "not priority": (
            "Такой срочности нет. Есть: {among}.",
            "No such priority. There are: {among}.",
        ),
        "not tag": ("В метке от 1 до 40 знаков.", "A tag has 1 to 40 characters."),
        "not field": (
            "Имя поля — буквы, цифры и «_», значение — не длиннее 1000 знаков: /set заказ=123",
            "A field's name has letters, digits and _, its value 1000 characters at most: /set order=123",
        ),
        "not until": ("Это время уже прошло.", "That moment is over already."),
        "not note": ("В заметке нет слов: /note текст", "A note needs words: /note text"),
        "which": ("Кто или что именно: {names}?", "Which of them: {names}?"),
        "not_found": ("Не нашлось: {id}.", "Not found: {id}."),
        "later": ("Слишком часто. Попробуйте через {n} с.", "Too often. Try again in {n} s."),
    }
)
ROLES = {
    "operator": ("оператор", "operator"),
    "lead": ("старший", "lead"),
    "admin": ("администратор", "admin"),
    "owner": ("владелец", "owner"),
    "viewer": ("наблюдатель", "viewer"),
}


async def worded(kit: Kit, problem: Problem, language: str) -> str:
    """Why not, for whoever asked for it."""
    if isinstance(problem, Taken):
        name = await kit.name(problem.operator, problem.native)
        return WORDS.say(language, "natively" if problem.native else "taken", name=name)
    if isinstance(problem, Conflict) and problem.code in WORDS:
        return WORDS.say(language, problem.code)
    if type(problem) is Conflict and not problem.code:
        return WORDS.say(language, "which", names=problem)
    if isinstance(problem, Forbidden):
        needed = str(problem).rsplit(" ", 1)[-1]
        names = ROLES.get(needed, (needed, needed))
        return WORDS.say(language, "forbidden", role=names[language != "ru"], of=kit.parts.of)
    if isinstance(problem, NotFound):
        return WORDS.say(language, "not_found", id=problem.id)
    if isinstance(problem, TooMany):
        return WORDS.say(language, "later", n=round(problem.retry_after))
    if isinstance(problem, Invalid) and (name := f"not {problem.field}") in WORDS:
        return WORDS.say(language, name, among=", ".join(problem.among))
    return problem.error if isinstance(problem, Invalid) else str(problem)
