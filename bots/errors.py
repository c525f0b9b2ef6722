"""Everything that goes wrong on purpose.

EasyFlowError
├── Problem                  something a caller must hear about; a dialect words it
│   ├── NotFound             no such thing, or another workspace's
│   ├── Invalid              a value that cannot be taken, with its field
│   │   ├── BadTelegramToken Telegram does not know the bot of this token
│   │   └── BadAmount        a sum of money that cannot be taken
│   ├── Unauthorised         no credential, or a wrong one
│   │   ├── BadCredentials   no account with this e-mail and password
│   │   ├── TokenExpired     a token of ours that was right once
│   │   └── SecondFactorNeeded  the password is right, and a code is needed too
│   ├── Forbidden            a right credential that may not
│   ├── NoMoney              the balance does not pay for it
│   ├── Conflict             the thing is in a state that does not allow it
│   │   ├── Taken            another person has the chat
│   │   ├── TakenBefore      a message that came before: what came of it is on disk
│   │   ├── LinkedElsewhere  a person of a messenger is another operator already
│   │   └── BotExists        the account at a messenger serves another bot
│   ├── FileRefused          a file that is not kept
│   │   ├── FileTooLarge     longer than may be, or too much comes out of it
│   │   ├── UnknownFormat    of no kind that is read here
│   │   ├── VirusFound       the scanner knows it
│   │   └── QuotaReached     the workspace keeps as much as its plan allows
│   ├── BotFailed            a bot that was made does not start
│   ├── PaymentFailed        the payment provider does not take the payment on
│   ├── NotThereYet          documented, and not built yet
│   ├── CodeRefused          a one-time code that is unknown, used or too old
│   ├── TooMany              a limit reached; says when to come back
│   │   └── Guessing         too many wrong codes of one person in a minute
│   └── Unavailable          we cannot just now; nothing was lost
├── ChannelError             a messenger did not take what we sent
│   ├── ChannelBusy          throttled: wait exactly this long
│   ├── ChannelDown          transient: network, timeout, 5xx
│   ├── Unreachable          this customer blocked us or is gone
│   ├── ChannelUnauthorised  our own credential is refused
│   ├── WindowClosed         only a template would be taken until the customer writes again
│   └── Rejected             this message will never be taken
├── Locked                   something sealed that no key at hand opens
├── ActionFailed             a `do:` went wrong; `transient` says whether trying again may help
├── AddressRefused           an address that we do not call; nothing was connected to
├── RemoteFailed             another server did not answer as it should
├── ClaimLost                another worker owns the conversation now
│   └── LeaseLost            and what has to be done there is its to do
└── Consumed                 what the turn would answer was answered, dropped or moved before
"""

from collections.abc import Iterable
from math import ceil
from typing import Literal


class EasyFlowError(Exception):
    """The root of the tree."""


class Problem(EasyFlowError):
    """Something a caller must hear about."""


class NotFound(Problem):
    """No such thing in the caller's workspace."""

    def __init__(self, noun: str, id: object) -> None:
        self.noun = noun
        self.id = id
        super().__init__(f"{noun} {id} not found")


class Invalid(Problem):
    """A value that cannot be taken; `field` is the caller's own name of it, `among` those there are."""

    def __init__(self, field: str, error: str, among: Iterable[str] = ()) -> None:
        self.field = field
        self.error = error
        self.among = tuple(among)
        super().__init__(f"{field}: {error}")


class Unauthorised(Problem):
    """No credential, or a wrong one."""


class Forbidden(Problem):
    """A right credential that may not do this."""


class Conflict(Problem):
    """The thing is in a state that does not allow it; `code` says which, where somebody words it."""

    def __init__(self, message: str = "", code: str = "") -> None:
        self.code = code
        super().__init__(message)


class TakenBefore(Conflict):
    """A message had come before, or another process answers it: what came of it is on disk."""


class BadTelegramToken(Invalid):
    """Telegram does not know the bot of this token."""


class BadAmount(Invalid):
    """A sum of money that cannot be taken."""


class BadCredentials(Unauthorised):
    """No account with this e-mail and password; which of both is wrong is not told."""


class TokenExpired(Unauthorised):
    """A token of ours that was right once: its time is over, or its session was ended."""


class SecondFactorNeeded(Unauthorised):
    """The password is right; a code of the second factor is needed too."""


class NoMoney(Problem):
    """The balance does not pay for it."""


class BotExists(Conflict):
    """The account at a messenger serves another bot."""


class FileRefused(Problem):
    """A file that is not kept."""


class FileTooLarge(FileRefused):
    """Longer than a file may be, or too much comes out of it."""


class UnknownFormat(FileRefused):
    """Of no kind that is read here, or not what it says it is."""


class VirusFound(FileRefused):
    """The scanner knows it."""


class QuotaReached(FileRefused):
    """The workspace keeps as much as its plan allows."""


class BotFailed(Problem):
    """A bot that was made does not start; nothing of it stays."""


class PaymentFailed(Problem):
    """The payment provider does not take the payment on."""


class NotThereYet(Problem):
    """Documented, and not built yet; says what is missing."""


class Taken(Conflict):
    """Another person has the chat: an operator by their id, or somebody in the messenger `native`."""

    def __init__(self, operator: int | None, native: str = "") -> None:
        self.operator = operator
        self.native = native
        super().__init__("Another person has the chat", "taken")


class LinkedElsewhere(Conflict):
    """The person of a messenger is `name`, another operator of ours, already."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"This account is linked to {name} already")


class CodeRefused(Problem):
    """A one-time code that does nothing: there is none such, it was used, or it is too old."""

    def __init__(self, why: Literal["unknown", "used", "expired"]) -> None:
        self.why = why
        super().__init__(f"The code is {why}")


class TooMany(Problem):
    """A limit is reached; `retry_after` is in seconds."""

    def __init__(self, retry_after: float) -> None:
        self.retry_after = retry_after
        super().__init__(f"Too many requests: try again in {max(1, ceil(retry_after))} s")


class Guessing(TooMany):
    """Somebody typed too many wrong codes; `first` of a row of refusals: tell it once."""

    def __init__(self, retry_after: float, *, first: bool) -> None:
        self.first = first
        super().__init__(retry_after)


class Unavailable(Problem):
    """We cannot answer just now; whatever was accepted is kept. `why` is for our log, and no caller's business."""

    def __init__(self, message: str = "", *, why: str = "") -> None:
        self.why = why or message
        super().__init__(message)


class ChannelError(EasyFlowError):
    """A messenger did not take what we sent."""


class ChannelBusy(ChannelError):
    """Throttled. `retry_after` is in seconds and is to be obeyed exactly."""

    def __init__(self, retry_after: float) -> None:
        self.retry_after = retry_after
        super().__init__(f"Wait {retry_after} s")


class ChannelDown(ChannelError):
    """A transient failure: network, timeout, 5xx. `sent` is None where nobody knows."""

    def __init__(self, reason: str = "", *, sent: bool | None = None) -> None:
        self.sent = sent
        super().__init__(reason)


class Unreachable(ChannelError):
    """The customer blocked the bot, or the chat is gone."""


class ChannelUnauthorised(ChannelError):
    """Our own credential is refused: only the bot's owner can cure it."""


class WindowClosed(ChannelError):
    """The customer has been silent for too long: the messenger takes templates only."""


class Rejected(ChannelError):
    """The messenger will never take this message."""


class Locked(EasyFlowError):
    """Something sealed that no key at hand opens; says which key it needs."""


class ActionFailed(EasyFlowError):
    """A `do:` went wrong. `transient` says whether trying again may help."""

    def __init__(self, reason: str, *, transient: bool = False) -> None:
        self.transient = transient
        super().__init__(reason)


class AddressRefused(EasyFlowError):
    """An address that we do not call; nothing was connected to."""


class RemoteFailed(EasyFlowError):
    """Another server did not answer as it should; trying again may help."""


class ClaimLost(EasyFlowError):
    """Another worker owns the conversation now; this turn leaves no trace."""


class LeaseLost(ClaimLost):
    """The conversation is another process's by now, and so is what this turn would answer."""


class Consumed(EasyFlowError):
    """What the turn would answer was answered, dropped or moved before; it leaves no trace."""
