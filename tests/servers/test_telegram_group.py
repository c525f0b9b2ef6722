"""The fake Bot API's groups: topics, rights, the budget of a minute, what bots are told and what not."""

import http.client
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from tests.servers.specs_telegram import against_type, specification
from tests.servers.telegram import TOKEN, FakeTelegram
from tests.servers.telegram_group import ForumGroup, Person

GROUP = -1_001_000_000_001


@pytest.fixture(scope="module")
def server() -> Iterator[FakeTelegram]:
    with FakeTelegram.start() as server:
        yield server


@pytest.fixture
def group(server: FakeTelegram) -> ForumGroup:
    server.reset()
    return ForumGroup(server, GROUP)


@pytest.fixture
def olya(group: ForumGroup) -> Person:
    return group.person("Оля", status="administrator")


def ask(group: ForumGroup, method: str, **parameters: Any) -> dict[str, Any]:
    """The whole answer."""
    connection = http.client.HTTPConnection(group.telegram.base.removeprefix("http://"))
    where = {} if method == "getForumTopicIconStickers" else {"chat_id": group.chat_id}
    body = orjson.dumps({**where, **parameters})
    headers = {"Content-Type": "application/json"}
    connection.request("POST", f"/bot{TOKEN}/{method}", body, headers)
    answer: dict[str, Any] = orjson.loads(connection.getresponse().read())
    connection.close()
    return answer


def refused(group: ForumGroup, method: str, **parameters: Any) -> str:
    answer = ask(group, method, **parameters)
    assert not answer["ok"], answer
    return str(answer["description"])


def done(group: ForumGroup, method: str, **parameters: Any) -> Any:
    answer = ask(group, method, **parameters)
    assert answer["ok"], answer
    return answer["result"]


def updates(group: ForumGroup) -> list[dict[str, Any]]:
    """What waits for getUpdates, each acknowledged."""
    get = f"/bot{TOKEN}/getUpdates"
    found: list[dict[str, Any]] = group.telegram._ask("POST", get, {"timeout": 0})["result"]
    if found:
        group.telegram._ask("POST", get, {"offset": found[-1]["update_id"] + 1})
    return found


def made(group: ForumGroup, name: str = "Анна · #1") -> int:
    return int(done(group, "createForumTopic", name=name)["message_thread_id"])


def test_a_topic_is_made_written_into_renamed_closed_and_opened(group: ForumGroup) -> None:
    icons = {
        one["emoji"]: one["custom_emoji_id"] for one in done(group, "getForumTopicIconStickers")
    }
    thread = made(group)
    sent = done(group, "sendMessage", message_thread_id=thread, text="Карточка")
    assert (sent["message_thread_id"], sent["is_topic_message"]) == (thread, True)
    assert sent["chat"]["is_forum"] is True
    done(group, "editForumTopic", message_thread_id=thread, icon_custom_emoji_id=icons["❗️"])
    same = {"message_thread_id": thread, "name": "Анна · #1"}
    assert refused(group, "editForumTopic", **same) == "Bad Request: TOPIC_NOT_MODIFIED"
    done(group, "closeForumTopic", message_thread_id=thread)
    assert refused(group, "closeForumTopic", message_thread_id=thread).endswith("NOT_MODIFIED")
    write = {"message_thread_id": thread, "text": "ещё"}
    assert refused(group, "sendMessage", **write) == "Bad Request: TOPIC_CLOSED"
    group.admins_write_into_closed_topics()
    done(group, "sendMessage", **write)
    done(group, "reopenForumTopic", message_thread_id=thread)
    (topic,) = group.topics()
    assert (topic.name, topic.icon, topic.closed) == ("Анна · #1", "❗️", False)
    assert [one.text for one in group.shown(thread)] == ["Карточка", "ещё"]
    kinds = [one.kind for one in group.shown(thread, service=True)]
    assert [kind for kind in kinds if kind != "text"] == [
        "forum_topic_created",
        "forum_topic_edited",
        "forum_topic_closed",
        "forum_topic_reopened",
    ]


def test_a_bot_is_told_of_service_messages_of_its_own_and_of_nothing_else_it_did(
    group: ForumGroup,
) -> None:
    thread = made(group)
    sent = done(group, "sendMessage", message_thread_id=thread, text="Карточка")
    done(group, "pinChatMessage", message_id=sent["message_id"])
    told = [update["message"] for update in updates(group)]
    assert ["forum_topic_created" in told[0], "pinned_message" in told[1]] == [True, True]
    assert [one["from"]["is_bot"] for one in told] == [True, True]
    assert group.shown(thread)[0].pinned


@pytest.mark.parametrize("says", ["message thread not found", "TOPIC_DELETED", "TOPIC_ID_INVALID"])
def test_a_deleted_topic_is_learnt_from_the_next_call_alone(
    group: ForumGroup, olya: Person, says: str
) -> None:
    thread = made(group)
    sent = done(group, "sendMessage", message_thread_id=thread, text="a")
    updates(group)
    olya.deletes(thread, says=says)
    assert updates(group) == []
    send = {"message_thread_id": thread, "text": "b"}
    assert refused(group, "sendMessage", **send) == f"Bad Request: {says}"
    edit = {"message_id": sent["message_id"], "text": "c"}
    assert refused(group, "editMessageText", **edit) == "Bad Request: message to edit not found"


def test_general_has_no_thread(group: ForumGroup) -> None:
    said = refused(group, "sendMessage", message_thread_id=1, text="a")
    assert said == "Bad Request: message thread not found"
    assert "message_thread_id" not in done(group, "sendMessage", text="a")


def test_replies_stay_in_their_topic_and_quotes_in_their_message(group: ForumGroup) -> None:
    one, two = made(group, "a"), made(group, "b")
    there = done(group, "sendMessage", message_thread_id=one, text="Где заказ?")["message_id"]
    reply = {"message_id": there, "allow_sending_without_reply": True}
    write = {"text": "x", "reply_parameters": reply}
    said = refused(group, "sendMessage", message_thread_id=two, **write)
    assert said == "Bad Request: message to be replied not found"
    done(group, "sendMessage", message_thread_id=one, **write)
    quoting = {"text": "x", "reply_parameters": {**reply, "quote": "заказик"}}
    assert refused(group, "sendMessage", message_thread_id=one, **quoting).endswith(
        "QUOTE_TEXT_INVALID"
    )


RIGHTS: tuple[tuple[str, str, dict[str, Any], str], ...] = (
    ("can_manage_topics", "createForumTopic", {"name": "a"}, "not enough rights to create a topic"),
    ("can_delete_messages", "deleteForumTopic", {}, "not enough rights to delete the topic"),
    ("can_delete_messages", "deleteMessage", {}, "message can't be deleted"),
    (
        "can_pin_messages",
        "pinChatMessage",
        {},
        "not enough rights to manage pinned messages in the chat",
    ),
)


@pytest.mark.parametrize(("right", "method", "more", "said"), RIGHTS)
def test_each_right_that_is_missing_is_refused_in_telegrams_words(
    group: ForumGroup, olya: Person, right: str, method: str, more: dict[str, Any], said: str
) -> None:
    thread = made(group)
    written = olya.writes(thread, "привет")
    group.may_all_but(right, by=olya)
    given = {
        "deleteForumTopic": {"message_thread_id": thread},
        "deleteMessage": {"message_id": written},
        "pinChatMessage": {"message_id": written},
    }
    call = {**more, **given.get(method, {})}
    assert refused(group, method, **call) == f"Bad Request: {said}"
    group.let_in(olya)
    done(group, method, **call)


def test_a_topic_of_its_own_may_be_closed_without_the_right_anothers_may_not(
    group: ForumGroup, olya: Person
) -> None:
    mine, hers = made(group), olya.creates("Разное")
    group.demoted(by=olya)
    done(group, "closeForumTopic", message_thread_id=mine)
    said = refused(group, "closeForumTopic", message_thread_id=hers)
    assert said == "Bad Request: not enough rights to edit the topic"


def test_twenty_events_a_minute_and_the_wait_is_told(group: ForumGroup) -> None:
    group.telegram.clock_stands_at(1_790_000_000)
    for number in range(20):
        done(group, "sendMessage", text=f"{number}")
        group.telegram.clock_stands_at(1_790_000_001 + number)
    answer = ask(group, "sendMessage", text="20")
    assert (answer["error_code"], answer["parameters"]) == (429, {"retry_after": 40})
    assert answer["description"] == "Too Many Requests: retry after 40"
    assert ask(group, "createForumTopic", name="a")["error_code"] == 429
    done(group, "getChat")
    done(group, "sendChatAction", action="typing")
    group.telegram.clock_stands_at(1_790_000_060)
    done(group, "sendMessage", text="20")
    assert group.busiest == 20
    media = [{"type": "photo", "media": "https://example.com/a.jpg"}] * 2
    assert ask(group, "sendMediaGroup", media=media)["error_code"] == 429


def test_what_people_write_comes_with_its_topic_and_its_beginning(
    group: ForumGroup, olya: Person
) -> None:
    thread = made(group)
    updates(group)
    first = olya.writes(thread, "/take@shop_bot")
    olya.writes(thread, "да", reply_to=first)
    olya.anonymous = True
    olya.writes(None, "я никто")
    told = [update["message"] for update in updates(group)]
    assert told[0]["reply_to_message"]["forum_topic_created"]["name"] == "Анна · #1"
    assert told[0]["entities"][0]["type"] == "bot_command"
    assert told[1]["reply_to_message"]["message_id"] == first
    assert [one.get("is_topic_message") for one in told] == [True, True, None]
    assert (told[2]["from"]["username"], told[2]["sender_chat"]["id"]) == (
        "GroupAnonymousBot",
        GROUP,
    )


def test_a_bot_that_is_no_administrator_hears_commands_and_replies_alone(
    group: ForumGroup, olya: Person
) -> None:
    mine = done(group, "sendMessage", text="слушаю")["message_id"]
    group.demoted(by=olya)
    updates(group)
    olya.writes(None, "болтаем")
    olya.writes(None, "/queue")
    olya.writes(None, "тебе", reply_to=mine)
    assert [one["message"]["text"] for one in updates(group)] == ["/queue", "тебе"]


def test_buttons_are_pressed_by_their_words_and_the_answer_is_read(
    group: ForumGroup, olya: Person
) -> None:
    keys = {"inline_keyboard": [[{"text": "Взять", "callback_data": "h:1:take:1"}]]}
    done(group, "sendMessage", text="Карточка", reply_markup=keys)
    query = olya.presses(None, "Взять")
    (update,) = updates(group)
    assert update["callback_query"]["data"] == "h:1:take:1"
    assert group.telegram.answer_to(query) is None
    done(group, "answerCallbackQuery", callback_query_id=query, text="Ваш")
    answer = group.telegram.answer_to(query)
    assert answer is not None
    assert answer["text"] == "Ваш"
    with pytest.raises(LookupError):
        olya.presses(None, "Закрыть")


def test_a_bot_that_was_thrown_out_is_told_and_refused_until_it_is_let_in(
    group: ForumGroup, olya: Person
) -> None:
    group.thrown_out(by=olya)
    said = refused(group, "sendMessage", text="a")
    assert said == "Forbidden: bot was kicked from the supergroup chat"
    olya.writes(None, "/queue")
    group.let_in(by=olya)
    changes = [one["my_chat_member"] for one in updates(group)]
    statuses = [one["new_chat_member"]["status"] for one in changes]
    assert statuses == ["kicked", "administrator"]
    done(group, "sendMessage", text="a")


def test_a_basic_group_becomes_a_supergroup_with_another_id(
    server: FakeTelegram,
) -> None:
    server.reset()
    basic = ForumGroup(server, -55, forum=False)
    assert refused(basic, "createForumTopic", name="a") == "Bad Request: the chat is not a forum"
    new = basic.becomes_supergroup(GROUP)
    answer = ask(basic, "sendMessage", text="a")
    assert answer["parameters"] == {"migrate_to_chat_id": GROUP}
    told = [one["message"] for one in updates(new)]
    assert told[0]["migrate_to_chat_id"] == GROUP
    assert told[1]["migrate_from_chat_id"] == -55
    made(new)


def test_who_is_in_the_group_can_be_asked(group: ForumGroup, olya: Person) -> None:
    me = done(group, "getChatMember", user_id=111111)
    assert (me["status"], me["can_manage_topics"]) == ("administrator", True)
    assert done(group, "getChat")["is_forum"] is True
    names = [one["user"]["first_name"] for one in done(group, "getChatAdministrators")]
    assert names == ["Bot", "Оля"]
    assert refused(group, "getChatMember", user_id=5) == "Bad Request: member not found"
    group.without_topics()
    assert "is_forum" not in done(group, "getChat")


@pytest.mark.skipif(specification() is None, reason="no telegram/api.json in EASYFLOW_SPECS")
def test_what_is_told_of_groups_is_as_specified(group: ForumGroup, olya: Person) -> None:
    thread = made(group)
    keys = {"inline_keyboard": [[{"text": "Взять", "callback_data": "x"}]]}
    done(group, "sendMessage", message_thread_id=thread, text="a", reply_markup=keys)
    olya.writes(thread, "a")
    olya.edits(olya.writes(thread, "b"), "c")
    olya.renames(thread, "Другое")
    olya.closes(thread)
    olya.reopens(thread)
    olya.presses(thread, "Взять")
    group.demoted(by=olya)
    group.thrown_out(by=olya)
    group.let_in(by=olya)
    found = [wrong for one in updates(group) for wrong in against_type("Update", one)]
    assert found == []
    for user in (111111, olya.number):
        member = done(group, "getChatMember", user_id=user)
        assert against_type("ChatMemberAdministrator", member) == []
    assert against_type("ChatFullInfo", done(group, "getChat")) == []
    stickers = done(group, "getForumTopicIconStickers")
    assert [wrong for one in stickers for wrong in against_type("Sticker", one)] == []
    assert group.telegram.violations() == []
