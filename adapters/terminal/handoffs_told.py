"""Hand-offs in words, for `trace`: who asked for a person and why, who came, how it ended."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bots.model.feed import HANDOFF
from bots.model.turn import Event
from flows.script_nodes import Told


class HandoffTeller:
    """`people` are our operators' names by their ids."""

    def __init__(self, language: str, people: Mapping[int, str]) -> None:
        self._language = language
        self._people = people

    def told(self, event: Event) -> str | None:
        """A sentence; None for what we have no words for."""
        if event.name in _LET_IN:
            code = self._listed(("код", "code", event.data.get("code")))
            return _LET_IN[event.name].by(self._language) + self._by(event.data) + code
        words = _SENTENCES.get(event.name.removeprefix(HANDOFF))
        if words is None or not event.name.startswith(HANDOFF):
            return None
        return words(self, event.data)

    def who(self, operator: Any) -> str:
        """An operator's name; of one who is not known any more, the number."""
        if operator is None:
            return self._said("человек", "a person")
        return self._people.get(operator) or self._said(f"№ {operator}", f"No. {operator}")

    def _said(self, ru: str, en: str) -> str:
        return Told(ru, en).by(self._language)

    def _listed(self, *parts: tuple[str, str, Any]) -> str:
        """What is known beside, as `; name: value`."""
        known = [(ru, en, value) for ru, en, value in parts if value not in (None, "", [], {})]
        return "".join(f"; {self._said(ru, en)}: {_short(value)}" for ru, en, value in known)

    # ------------------------------------------------------------ asked for, taken, given on

    def _requested(self, data: Mapping[str, Any]) -> str:
        asked = _SOURCES.get(str(data.get("source")), _SOURCES["step"]).by(self._language)
        priority, note = data.get("priority"), data.get("note")
        return asked + self._listed(
            ("очередь", "queue", data.get("queue")),
            ("срочность", "priority", priority if priority != "normal" else ""),
            ("причина", "reason", data.get("reason")),
            ("для операторов", "for operators", note if note != data.get("reason") else ""),
        )

    def _accepted(self, data: Mapping[str, Any]) -> str:
        by = str(data.get("by") or "operator")
        if by not in ("operator", "auto", "routing") and data.get("operator") is None:
            return self._said(f"человек ответил сам в {by}", f"a person answered in {by} itself")
        who, had = self.who(data.get("operator")), data.get("from")
        if had is not None:
            return self._said(
                f"чат у {self.who(had)} забрал(а) {who}",
                f"{who} took the chat from {self.who(had)}",
            )
        return self._said(f"чат взял(а) {who}", f"{who} took the chat")

    def _transferred(self, data: Mapping[str, Any]) -> str:
        why = _WHY.get(str(data.get("why")), _WHY["transfer"]).by(self._language)
        had, to = data.get("from"), data.get("to")
        from_ = self._said(f" от {self.who(had)}", f" from {self.who(had)}") if had else ""
        queue = data.get("queue") or self._said("общая", "the common one")
        into = (
            self._said(f" к {self.who(to)}", f" to {self.who(to)}")
            if to is not None
            else self._said(f" в очередь «{queue}»", f" into the queue “{queue}”")
        )
        return why + from_ + into + self._listed(("слова", "words", data.get("note")))

    # ------------------------------------------------------------ ended

    def _released(self, data: Mapping[str, Any]) -> str:
        return self._ended(data, "чат вернул(а) боту", "gave the chat back to the bot")

    def _completed(self, data: Mapping[str, Any]) -> str:
        return self._ended(data, "чат закрыл(а)", "closed the chat")

    def _ended(self, data: Mapping[str, Any], ru: str, en: str) -> str:
        if data.get("by") != "operator":
            silent = data.get("by") == "silence"
            closed = "closed" if data.get("outcome") == "closed" else "released"
            return _BY_ITSELF[f"{closed} {silent}"].by(self._language)
        who = self.who(data.get("who", data.get("operator")))
        code = self._listed(("код", "code", data.get("code")))
        return self._said(f"{ru} {who}", f"{who} {en}") + code

    def _failed(self, data: Mapping[str, Any]) -> str:
        told = _OUTCOMES.get(str(data.get("outcome")))
        return told.by(self._language) if told else self._said("никто не пришёл", "nobody came")

    # ------------------------------------------------------------ within it

    def _answered(self, data: Mapping[str, Any]) -> str:
        who, after = self.who(data.get("operator")), span(data.get("after"), self._language)
        return self._said(
            f"первый ответ: {who}, через {after}", f"first answer: {who}, after {after}"
        )

    def _promise(self, data: Mapping[str, Any], ru: str, en: str) -> str:
        known = _PROMISES.get(str(data.get("promise")))
        what = known.by(self._language) if known else str(data.get("promise"))
        return f"{self._said(ru, en)}: {what}"

    def _tagged(self, data: Mapping[str, Any]) -> str:
        marks = [f"+{tag}" for tag in data.get("added", ())]
        marks += [f"-{tag}" for tag in data.get("dropped", ())]
        return f"{self._said('метки', 'tags')}: {' '.join(marks)}{self._by(data)}"

    def _snoozed(self, data: Mapping[str, Any]) -> str:
        until = datetime.fromisoformat(str(data["until"])).astimezone()
        text = self._listed(("слова", "words", data.get("text")))
        rests = self._said(
            f"чат отложен до {until:%d.%m %H:%M}", f"rests until {until:%d.%m %H:%M}"
        )
        return rests + text + self._by(data)

    def _woken(self, data: Mapping[str, Any]) -> str:
        customer = data.get("by") == "customer"
        why = self._said(": написал клиент", ": the customer wrote") if customer else ""
        return self._said("чат больше не отложен", "rests no more") + why

    def _rated(self, data: Mapping[str, Any]) -> str:
        return self._said(f"оценка: {data.get('rating')} из 5", f"rated {data.get('rating')} of 5")

    def _by(self, data: Mapping[str, Any]) -> str:
        return f" ({self.who(data['operator'])})" if data.get("operator") is not None else ""


def span(seconds: Any, language: str) -> str:
    """A length of time as people say it, to the second."""
    left = round(float(seconds or 0))
    units = Told("ч мин с", "h min s").by(language).split()
    parts = [left // 3600, left // 60 % 60, left % 60]
    told = [f"{count} {unit}" for count, unit in zip(parts, units, strict=True) if count]
    return " ".join(told) or f"0 {units[-1]}"


def _short(value: Any) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= 200 else text[:200] + "…"


def _plain(ru: str, en: str) -> "_Words":
    """A sentence of which only who did it may differ."""
    return lambda self, data: Told(ru, en).by(self._language) + self._by(data)


_Words = Callable[[HandoffTeller, Mapping[str, Any]], str]
_SENTENCES: Mapping[str, _Words] = {
    "requested": HandoffTeller._requested,
    "accepted": HandoffTeller._accepted,
    "transferred": HandoffTeller._transferred,
    "released": HandoffTeller._released,
    "completed": HandoffTeller._completed,
    "failed": HandoffTeller._failed,
    "answered": HandoffTeller._answered,
    "warned": lambda self, data: self._promise(data, "скоро выйдет срок", "little time is left"),
    "missed": lambda self, data: self._promise(data, "срок вышел", "time ran out"),
    "tagged": HandoffTeller._tagged,
    "prioritised": lambda self, data: (
        f"{self._said('срочность', 'priority')}: {data.get('priority')}{self._by(data)}"
    ),
    "filled": lambda self, data: (
        f"{self._said('заполнено поле', 'a field was filled in')}: {data.get('field')}{self._by(data)}"
    ),
    "snoozed": HandoffTeller._snoozed,
    "woken": HandoffTeller._woken,
    "reminded": _plain("оператору напомнили, что клиент ждёт", "the operator was reminded"),
    "nudged": _plain("клиенту напомнили о вопросе", "the customer was reminded"),
    "rating_asked": _plain("клиента попросили оценить разговор", "asked how it was"),
    "unrated": lambda self, data: (
        self._said("оценку не спросили", "not asked how it was")
        + self._listed(("почему", "why", data.get("reason")))
    ),
    "rated": HandoffTeller._rated,
    "commented": lambda self, data: (
        f"{self._said('к оценке', 'on the rating')}: {_short(data.get('comment', ''))}"
    ),
    "transcribed": lambda self, data: (
        self._said("весь разговор выдан файлом", "the whole chat was given out as a file")
        + (self._said(", с заметками", ", with notes") if data.get("notes") else "")
        + self._by(data)
    ),
    "unseen": lambda self, data: (
        self._said("чат негде показать операторам", "no group shows the chat to operators")
        + self._listed(("почему", "why", data.get("why")))
    ),
}
_LET_IN: Mapping[str, Told] = {
    "chat.blocked": Told("клиент заблокирован", "the customer was blocked"),
    "chat.unblocked": Told("клиент разблокирован", "the customer was unblocked"),
}
_SOURCES: Mapping[str, Told] = {
    "step": Told("сценарий позвал человека", "the flow called a person"),
    "phrase": Told("клиент попросил человека", "the customer asked for a person"),
    "button": Told(
        "клиент попросил человека кнопкой", "the customer asked for a person by a button"
    ),
    "misfits": Told(
        "бот не понял клиента и позвал человека", "the bot was at a loss and called a person"
    ),
    "rule": Told("человека позвали по правилу", "a rule called a person"),
    "api": Told("человека попросили снаружи", "a person was asked for from outside"),
    "operator": Told("чат передан людям", "the chat was handed to people"),
    "native": Told("человек ответил в мессенджере", "a person answered in the messenger"),
    "reopened": Told(
        "клиент написал вскоре после разговора с человеком",
        "the customer wrote soon after talking with a person",
    ),
}
_WHY: Mapping[str, Told] = {
    "transfer": Told("чат передан", "the chat was passed on"),
    "assign": Told("чат назначен", "the chat was assigned"),
    "silent": Told("оператор молчал, чат передан", "the operator was silent, passed on"),
    "away": Told("оператор отошёл, чат передан", "the operator went away, passed on"),
    "removed": Told("оператора больше нет, чат передан", "the operator is gone, passed on"),
    "missed": Told("срок ответа вышел, чат передан", "time ran out, passed on"),
}
_BY_ITSELF: Mapping[str, Told] = {
    "closed True": Told("клиент замолчал, чат закрыт", "the customer fell silent: closed"),
    "closed False": Told("чат закрыт", "the chat was closed"),
    "released True": Told(
        "человек больше не писал, чат снова у бота",
        "the person wrote no more: the chat is the bot's again",
    ),
    "released False": Told("чат снова у бота", "the chat is the bot's again"),
}
_OUTCOMES: Mapping[str, Told] = {
    "unanswered": Told("никто не взял чат вовремя", "nobody took the chat in time"),
    "offline": Told("сейчас никого нет на месте", "nobody is there now"),
    "cancel": Told("клиент передумал звать человека", "the customer no longer wants a person"),
}
_PROMISES: Mapping[str, Told] = {
    "first_response": Told("первый ответ", "the first response"),
    "update": Told("следующий ответ", "the next response"),
    "resolve": Told("решение вопроса", "the resolution"),
}
