"""The runtime with people who answer: operators, the service they act by, and who gives them chats."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bots.model.conversation import Conversation
from bots.model.episode import Episode
from bots.model.message import Reply
from bots.model.operator import Operator
from bots.model.turn import MessageRecord
from bots.services.conversations import Conversations
from bots.services.handoff import Handoff
from bots.services.routing import Routing
from tests.bots.rig import WORKSPACE, Rig, address_of, bot_files

FLOWS = """
flow: shop
when: [/start]
steps:
  next:
    - ask: What?
      save: word
      as: text
      remind: {after: 10m, say: Still there?}
    - choose: word
      cases:
        person:
          - handoff: support
            say: "You are number {{ handoff.position }}, {{ handoff.estimate }}."
            closed:
              - say: closed {{ handoff.tags | join }} {{ handoff.form.order }}
            cancel:
              - say: cancelled
          - say: back from {{ handoff.operator }}
        slow:
          - do: slow.work
            with: {x: it}
            save: result
            failed:
              - say: failed
          - say: "{{ result }}"
    - say: "bot: {{ word }}"
    - go: next
"""

HELP = """
flow: help
when: [/help]
steps:
  begin:
    - handoff: support
"""
"""Calls a person, and has nothing more to say."""

HOURS = "hours: {office: 'mon-fri 09:00-18:00'}\n"


def shop(queue: str = "", *, more: str = "", language: str = "en") -> dict[str, str]:
    """A bot with the queues `support`, as it is told, and `sales`."""
    text = f"{more}queues:\n  support: {{{queue}}}\n  sales:\n"
    files = {**bot_files(FLOWS, text), "flows/help.yaml": HELP}
    files["bot.yaml"] = files["bot.yaml"].replace("language: en", f"language: {language}")
    return files


class PeopleRig(Rig):
    """Operators are known by their names; chats by their customers'."""

    def __init__(self, path: Path, files: Mapping[str, str] | None = None) -> None:
        super().__init__(path, {"counter": files if files is not None else shop()})
        self.people: dict[str, Operator] = {}
        self.handoff: Handoff
        self.routing: Routing

    async def furnish(self) -> None:
        if await self.stores.accounts.owner() is None:
            await self.stores.accounts.found(email="o@o", password_hash="", now=self.hands.now())
        self.handoff = Handoff(
            self.inbox,
            Conversations(self.stores.conversations),
            board=self.board,
            queues=self._queues,
            new_id=self.new_id,
        )
        self.routing = Routing(
            self.handoff,
            operators=self.life.checked(self.stores.operators),
            board=self.board,
            queues=self._queues,
            clock=self.hands.now,
            sleep=self.hands.sleep,
        )
        self.listeners[:] = [self.board, self.ears, self.routing]

    async def serves(self, queue: str, *, more: str = "", language: str = "en") -> None:
        """The bot is published anew with its queue like that."""
        files = shop(queue, more=more, language=language)
        self.files["counter"] = files
        await self.restart()

    async def hires(self, name: str, **more: Any) -> Operator:
        """Somebody is one of ours from now on; known again they are as they are then."""
        known = self.people.get(name)
        id = known.id if known is not None else 0
        made = Operator(id=id, **{"workspace": WORKSPACE, **more}, name=name)
        self.people[name] = await self.stores.operators.put(made, now=self.hands.now())
        self.board.know(self.people.values())
        self.routing.wake()
        await self.quiet()
        return self.people[name]

    async def asks(self, chat: str) -> Episode:
        """A customer comes to where a person is called."""
        await self.hears(chat, "/start", "person")
        return await self.episode(chat)

    async def takes(self, name: str, chat: str, **more: Any) -> Conversation:
        done = await self.handoff.take(address_of(chat), self.people[name], **more)
        await self.quiet()
        return done

    async def says(self, name: str, chat: str, text: str, **more: Any) -> MessageRecord:
        reply = Reply(message_id=self.new_id(), text=text)
        done = await self.handoff.say(address_of(chat), self.people[name], reply, **more)
        await self.quiet()
        return done

    async def closes(self, name: str, chat: str, **more: Any) -> Conversation:
        done = await self.handoff.close(address_of(chat), self.people[name], **more)
        await self.quiet()
        return done

    async def releases(self, name: str, chat: str, **more: Any) -> Conversation:
        done = await self.handoff.release(address_of(chat), self.people[name], **more)
        await self.quiet()
        return done

    async def presses(self, chat: str, label: str) -> None:
        """A customer presses a button of the last message that has it."""
        history = await self.history(chat)
        keyboards = (one.keyboard for one in reversed(history) if one.keyboard is not None)
        buttons = (button for keyboard in keyboards for row in keyboard.rows for button in row)
        payload = next(button.payload for button in buttons if button.text == label)
        message = self.message(chat, label, happening="button", button=payload)
        await self.inbox.accept([message])
        await self.quiet()

    async def episode(self, chat: str) -> Episode:
        conversation = await self.conversation(chat)
        assert conversation.episode is not None
        return conversation.episode

    def happened(self, *names: str) -> list[dict[str, Any]]:
        """What was told under these names, in order."""
        return [dict(one.data) for one in self.ears.events if one.name in names]

    def told(self) -> list[str]:
        """The names of all that was told of hand-offs."""
        return [one.name for one in self.ears.events if one.name.startswith("handoff.")]
