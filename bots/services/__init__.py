"""The application's services, a noun each, and the bundle of them that the outside is given."""

from dataclasses import dataclass

from bots.services.accounts import Accounts
from bots.services.ai_tokens import AiTokens
from bots.services.analytics import Analytics
from bots.services.assistants import Assistants
from bots.services.billing import Billing
from bots.services.census import Census
from bots.services.chat import Chat
from bots.services.conversations import Conversations
from bots.services.dialogs import Dialogs
from bots.services.documents import Documents
from bots.services.events import Events
from bots.services.files import Files
from bots.services.following import Following
from bots.services.handoff import Handoff
from bots.services.health import Health
from bots.services.knowledge import Knowledge
from bots.services.marketplaces import Marketplaces
from bots.services.members import Members
from bots.services.messaging import Messaging
from bots.services.signing_in import SigningIn
from bots.services.system import System
from bots.services.team import Team
from bots.services.top_ups import TopUps
from bots.services.webhooks import Webhooks


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything a dialect may call; built in `composition/services.py`."""

    chat: Chat
    conversations: Conversations
    dialogs: Dialogs
    team: Team
    messaging: Messaging
    events: Events
    files: Files
    following: Following
    handoff: Handoff
    accounts: Accounts
    signing_in: SigningIn
    members: Members
    assistants: Assistants
    billing: Billing
    top_ups: TopUps
    knowledge: Knowledge
    documents: Documents
    ai_tokens: AiTokens
    census: Census
    system: System
    analytics: Analytics
    marketplaces: Marketplaces
    webhooks: Webhooks
    health: Health
