"""Every Protocol the outside implements, a file for each noun; nothing here does anything."""

from bots.ports.accounts import Accounts
from bots.ports.actions import Actions, Secrets
from bots.ports.ai_tokens import AiTokens
from bots.ports.assistants import Assistants
from bots.ports.audience import Audience, Inside, Recipient
from bots.ports.billing import Ledger
from bots.ports.census import Census
from bots.ports.channels import Channels
from bots.ports.clock import Clock, NewId, Sleep
from bots.ports.conversations import Conversations
from bots.ports.course import Course
from bots.ports.desks import CannedTexts, Desks, Groups, Notes, Relays, Topics
from bots.ports.dialogs import Dialogs
from bots.ports.documents import DocumentFolder, Documents
from bots.ports.episodes import Episodes
from bots.ports.feed import Feed
from bots.ports.guesses import Guesses
from bots.ports.journal import Journal
from bots.ports.keys import Keys
from bots.ports.knowledge import Library
from bots.ports.listener import Choosy, Listener
from bots.ports.marketplaces import Connections, Marketplace
from bots.ports.messenger import Channel, File, Listening, MessengerChannel, Pace, Received, Webhook
from bots.ports.meter import Meter
from bots.ports.metrics import Metrics
from bots.ports.operators import Operators, Seats
from bots.ports.outbox import Outbox
from bots.ports.payments import Invoices, MessengersBank, PaymentProvider
from bots.ports.persons import Persons
from bots.ports.processes import Membership, Neighbourhood, Others
from bots.ports.second_factors import SecondFactors
from bots.ports.sessions import Sessions
from bots.ports.shelf import Shelf
from bots.ports.tallies import Tallies
from bots.ports.timers import Timers
from bots.ports.top_ups import TopUpProvider, TopUps
from bots.ports.tracer import Tracer
from bots.ports.traces import Traces
from bots.ports.understanding import Understanding
from bots.ports.vault import Vault
from bots.ports.versions import Versions
from bots.ports.webhooks import WebhookDeliveries, WebhookEndpoints, WebhookMeter, WebhookSender
from bots.ports.workspaces import Workspaces

__all__ = [
    "Accounts",
    "Actions",
    "AiTokens",
    "Assistants",
    "Audience",
    "CannedTexts",
    "Census",
    "Channel",
    "Channels",
    "Choosy",
    "Clock",
    "Connections",
    "Conversations",
    "Course",
    "Desks",
    "Dialogs",
    "DocumentFolder",
    "Documents",
    "Episodes",
    "Feed",
    "File",
    "Groups",
    "Guesses",
    "Inside",
    "Invoices",
    "Journal",
    "Keys",
    "Ledger",
    "Library",
    "Listener",
    "Listening",
    "Marketplace",
    "Membership",
    "MessengerChannel",
    "MessengersBank",
    "Meter",
    "Metrics",
    "Neighbourhood",
    "NewId",
    "Notes",
    "Operators",
    "Others",
    "Outbox",
    "Pace",
    "PaymentProvider",
    "Persons",
    "Received",
    "Recipient",
    "Relays",
    "Seats",
    "SecondFactors",
    "Secrets",
    "Sessions",
    "Shelf",
    "Sleep",
    "Tallies",
    "Timers",
    "TopUpProvider",
    "TopUps",
    "Topics",
    "Tracer",
    "Traces",
    "Understanding",
    "Vault",
    "Versions",
    "Webhook",
    "WebhookDeliveries",
    "WebhookEndpoints",
    "WebhookMeter",
    "WebhookSender",
    "Workspaces",
]
