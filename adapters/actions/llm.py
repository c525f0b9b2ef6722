"""What a language model will do; until one can be connected, it is named and fails in words."""

from collections.abc import Mapping

from adapters.actions.job import Act, Job, by_name, gives, may, needs, spec
from bots.errors import ActionFailed
from flows.model import Wording

_MISSING = Wording(
    "подключить языковую модель в этой версии ещё нельзя — выполнится failed",
    "a language model cannot be connected in this version yet: its failed will run",
)
_TEXT = needs("text", "что прочитать", "what to read")

SPECS = by_name(
    spec(
        "llm.answer",
        "ответ языковой модели",
        "an answer of a language model",
        takes={
            "question": needs("text", "вопрос", "the question"),
            "instructions": may("text", "кто ты и как отвечать", "who it is and how it answers"),
            "sources": may("sources", "на что опираться", "what to rely on"),
        },
        gives={"text": gives("text", "ответ", "the answer")},
        cost="paid",
        missing=_MISSING,
    ),
    spec(
        "llm.classify",
        "к чему из списка относится текст",
        "which of a list a text is about",
        takes={"text": _TEXT, "labels": needs("list", "варианты", "the labels")},
        gives={
            "label": gives("text", "выбранный вариант", "the label chosen"),
            "confidence": gives("number", "уверенность от 0 до 1", "how sure, from 0 to 1"),
        },
        cost="paid",
        missing=_MISSING,
    ),
    spec(
        "llm.extract",
        "значения, названные в тексте",
        "values named in a text",
        takes={"text": _TEXT, "fields": needs("object", "имя → что это", "name → what it is")},
        cost="paid",
        missing=_MISSING,
    ),
)


class NoModel:
    """The actions of a model that is not there."""

    def __init__(self) -> None:
        self.acts: Mapping[str, Act] = dict.fromkeys(SPECS, self._fail)

    async def _fail(self, job: Job) -> None:
        raise ActionFailed(job.words(*_MISSING))
