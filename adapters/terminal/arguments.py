"""The command line: which commands there are, and what each takes."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from bots.model.operator import ROLES


def arguments(typed: Sequence[str] | None = None) -> argparse.Namespace:
    """What was asked for on the command line, or in `typed`."""
    parser = argparse.ArgumentParser(prog="python run.py", description="Easy Flow")
    commands = parser.add_subparsers(dest="command", metavar="command")
    commands.add_parser("serve", help="run everything (the default)")
    commands.add_parser(
        "work", help="work beside others on one PostgreSQL: lanes, timers, what goes out"
    )
    talk = commands.add_parser("chat", help="talk to a bot here, no server needed")
    talk.add_argument("bot", nargs="?", help="the bot's folder")
    talk.add_argument("--record", default="", metavar="FILE", help="write the talk down as a test")
    for name, meaning in (
        ("check", "look for mistakes in bot folders"),
        ("fmt", "put quotes where a text cannot do without them"),
        ("test", "play the bots' *.test.yaml files"),
    ):
        command = commands.add_parser(name, help=meaning)
        command.add_argument("folder", nargs="?", help="a bot's folder; all if not given")
        if name == "test":
            _add_test_options(command)
        elif name == "check":
            command.add_argument("--json", action="store_true", help="for programs")
            command.add_argument("--language", choices=("ru", "en"), help="of the complaints")
        elif name == "fmt":
            command.add_argument("--check", action="store_true", help="only name the files")
    shapes = commands.add_parser("schema", help="JSON Schemas of a bot's files, for editors")
    shapes.add_argument("--write", type=Path, metavar="FOLDER", help="write the files there")
    shapes.add_argument("--language", choices=("ru", "en"), default="ru", help="of the hover texts")
    listing = commands.add_parser("actions", help="what `do:` may name")
    listing.add_argument("name", nargs="?", help="an action, or the beginning of its name")
    listing.add_argument("--language", choices=("ru", "en"), default="ru")
    listing.add_argument("--page", choices=("ru", "en"), help="print the page of the documentation")
    new = commands.add_parser("init", help="a new bot folder made from a template")
    new.add_argument("folder", type=Path, help="where the bot shall lie, such as bots/mine")
    new.add_argument("--template", choices=("shop", "booking", "lead", "desk"))
    new.add_argument("--language", choices=("ru", "en"), default="ru", help="what the bot speaks")
    _add_draw_options(commands.add_parser("draw", help="pictures of flows, as SVG or Mermaid"))
    _add_publish_options(commands.add_parser("publish", help="make what the folders hold live"))
    packed = commands.add_parser("pack", help="a bot folder as one zip file")
    packed.add_argument("bot", nargs="?", help="the bot's folder; all if not given")
    packed.add_argument("--into", type=Path, default=Path(), metavar="FOLDER")
    carried = commands.add_parser("unpack", help="a bot folder out of a zip file")
    carried.add_argument("file", type=Path)
    carried.add_argument("--to", type=Path, metavar="FOLDER", help="where bots lie, if elsewhere")
    texts = commands.add_parser("i18n", help="the texts of a bot as a table for translators")
    texts.add_argument("bot", nargs="?", help="the bot's folder")
    texts.add_argument("--out", type=Path, metavar="FILE", help="a .csv or .po file")
    traced = commands.add_parser("trace", help="what a chat went through, and why")
    _add_workspace(traced)
    traced.add_argument(
        "chat",
        nargs="?",
        help="telegram:501, #12 (`chat` of the log), a session's id, or a part of it",
    )
    traced.add_argument("--last", type=int, default=50, metavar="number", help="so many messages")
    traced.add_argument("--language", choices=("ru", "en"), help="of what is told")
    kept = commands.add_parser("versions", help="what was published, and who is still in it")
    kept.add_argument("bot", nargs="?", help="the bot's folder; all if not given")
    _add_channel_options(commands.add_parser("channels", help="where bots answer; more, or fewer"))
    _add_operator_options(commands.add_parser("operators", help="who answers customers"))
    _add_desk_options(commands.add_parser("desk", help="the groups where operators answer"))
    _add_report_options(commands.add_parser("report", help="how hand-offs to people went"))
    saved = commands.add_parser("backup", help="everything that is kept, as one file")
    saved.add_argument(
        "file", nargs="?", type=Path, help="a new .zip file; named by the time if not given"
    )
    saved.add_argument("--without-key", action="store_true", help="leave out what opens tokens")
    back = commands.add_parser("restore", help="put a backup in place of what is there")
    back.add_argument("file", type=Path)
    back.add_argument("--force", action="store_true", help="move aside what is there")
    back.add_argument("--bots", action="store_true", help="the bots' folders too")
    back.add_argument(
        "--resend", action="store_true", help="answer and send what was under way at the backup"
    )
    moved = commands.add_parser("move", help="everything into another database")
    moved.add_argument(
        "--to",
        required=True,
        metavar="WHERE",
        help="postgresql+asyncpg://user:password@host/database, sqlite:///path/to/easyflow.db,"
        " or a data folder",
    )
    _add_user_options(commands.add_parser("users", help="who signs in"))
    _add_key_options(commands.add_parser("keys", help="API keys; and sealing everything anew"))
    _add_webhook_options(commands.add_parser("webhooks", help="addresses told of what happens"))
    looked = commands.add_parser("doctor", help="what is wrong here, and what to do about it")
    looked.add_argument("--deep", action="store_true", help="read every page of the database too")
    looked.add_argument("--offline", action="store_true", help="ask nobody outside")
    looked.add_argument("--language", choices=("ru", "en"), help="of what is told")
    _add_person_options(commands.add_parser("person", help="what is kept of one customer"))
    return parser.parse_args(typed)


def _add_channel_options(command: argparse.ArgumentParser) -> None:
    """What `channels` takes."""
    _add_workspace(command)
    verbs = command.add_subparsers(dest="verb", metavar="add | remove")
    new = verbs.add_parser("add", help="connect a bot to an account of a messenger")
    _add_workspace(new)
    new.add_argument("platform", help="telegram, whatsapp, vk …")
    new.add_argument(
        "--bot", help="the bot folder that answers there; the default bot if not given"
    )
    new.add_argument(
        "--from-env",
        action="append",
        default=[],
        metavar="KEY=VARIABLE",
        help="take a credential from a variable in place of asking for it",
    )
    gone = verbs.add_parser("remove", help="let go of an account; its conversations stay")
    _add_workspace(gone)
    gone.add_argument("name", help="such as telegram:123456789, as `channels` lists it")


def _add_operator_options(command: argparse.ArgumentParser) -> None:
    """What `operators` takes."""
    _add_workspace(command)
    command.add_argument("--json", action="store_true", help="for programs")
    words = "add | code | role | queues | capacity | languages | skills | remove"
    verbs = _spoken_verbs(command, words, of_workspaces=True)
    verbs("list", "the same as without a word")
    new = verbs("add", "a new operator, and the code that links them to Telegram")
    new.add_argument("name", help="what customers and colleagues call them")
    new.add_argument("--role", choices=ROLES, default="operator")
    new.add_argument(
        "--queues", action="append", default=[], metavar="A,B", help="all if not given"
    )
    new.add_argument(
        "--capacity", type=int, default=0, metavar="number", help="so many chats at once; 0: any"
    )
    named = {
        "code": "a new code, for another account of Telegram or after the first ran out",
        "role": "what they may",
        "queues": "in which queues they answer",
        "capacity": "how many chats they are given at once",
        "languages": "which languages they speak; chats of others go to others",
        "skills": "what they are able to do, in words that queues ask for",
        "remove": "they answer no more; their chats go back into the queue",
    }
    for verb, meaning in named.items():
        one = verbs(verb, meaning)
        one.add_argument("name", help="as `operators` lists them, or the beginning of it")
        if verb == "role":
            one.add_argument("role", choices=ROLES)
            one.add_argument(
                "--queue", action="append", default=[], metavar="A", help="in this queue alone"
            )
        elif verb == "queues":
            one.add_argument("queues", nargs="+", metavar="queue", help="`all` for every queue")
        elif verb == "capacity":
            one.add_argument("capacity", type=int, metavar="number", help="0: any number")
        elif verb in ("languages", "skills"):
            one.add_argument("words", nargs="+", metavar=verb, help="`none` for none")


def _add_person_options(command: argparse.ArgumentParser) -> None:
    """What `person` takes."""
    verbs = _spoken_verbs(command, "find | export | erase")
    for verb, meaning in {
        "find": "who is meant",
        "export": "everything that is kept of them, as a zip file",
        "erase": "everything that is kept of them goes, for good",
    }.items():
        one = verbs(verb, meaning)
        one.add_argument("who", help="telegram:501, a user's id, or a part of it or of a name")
        if verb == "export":
            one.add_argument("--out", type=Path, metavar="FILE")
        elif verb == "erase":
            one.add_argument("--yes", action="store_true", help="do not ask")


def _add_desk_options(command: argparse.ArgumentParser) -> None:
    """What `desk` takes."""
    _add_workspace(command)
    command.add_argument("--json", action="store_true", help="for programs")
    verbs = _spoken_verbs(command, "code | remove", of_workspaces=True)
    verbs("list", "the same as without a word")
    new = verbs("code", "how to make a group, and the code it is set up with")
    new.add_argument("--queue", action="append", default=[], help="only chats of this queue")
    new.add_argument("--bot", default="", help="only chats of this bot folder")
    gone = verbs("remove", "a group is no desk any more; its messages stay")
    gone.add_argument("group", help="its title or id, as `desk` lists it")


def _add_user_options(command: argparse.ArgumentParser) -> None:
    """What `users` takes."""
    command.add_argument("--json", action="store_true", help="for programs")
    _add_workspace(command)
    words = "add | role | password | remove | invite | link | totp | reset-2fa"
    verbs = _spoken_verbs(command, words)
    _add_workspace(verbs("list", "the same as without a word"))
    new = verbs("add", "a new account, whose password is shown once")
    new.add_argument("email")
    new.add_argument("--first", default="", metavar="NAME", help="first name")
    new.add_argument("--last", default="", metavar="NAME", help="last name")
    invited = verbs("invite", "a code to register with, good once")
    invited.add_argument(
        "--days", type=int, default=7, metavar="number", help="how long it is good"
    )
    for one in (new, invited):
        one.add_argument("--role", choices=ROLES, default="operator", help="in the workspace")
        one.add_argument("--apart", action="store_true", help="into a new workspace, as its owner")
        _add_workspace(one)
    named = {
        "role": "what somebody may",
        "password": "a new one, shown once; their sessions end",
        "remove": "they sign in no more, and the secret keys they know are revoked",
        "link": "they are an operator of the desk",
        "totp": "a second factor, shown once",
        "reset-2fa": "the password alone again",
    }
    for verb, meaning in named.items():
        one = verbs(verb, meaning)
        one.add_argument("email")
        if verb == "role":
            one.add_argument("role", choices=ROLES)
        elif verb == "link":
            one.add_argument("operator", help="as `operators` lists them")
        elif verb == "totp":
            one.add_argument("--code", metavar="123456", help="the first code of the app")


def _add_key_options(command: argparse.ArgumentParser) -> None:
    """What `keys` takes."""
    command.add_argument("--json", action="store_true", help="for programs")
    _add_workspace(command)
    verbs = _spoken_verbs(command, "add | revoke | rotate")
    _add_workspace(verbs("list", "the same as without a word"))
    new = verbs("add", "a new API key, shown once")
    new.add_argument("--name", default="key", help="what it is for")
    kinds = new.add_mutually_exclusive_group()
    for kind, meaning in (
        ("secret", "may what an owner may (the default)"),
        ("publishable", "for chats on pages"),
        ("site", "for chats on pages, as X-Site-Token"),
    ):
        kinds.add_argument(f"--{kind}", dest="kind", action="store_const", const=kind, help=meaning)
    new.set_defaults(kind="secret")
    new.add_argument("--bot", help="only this one, such as shop or assistant.1")
    new.add_argument(
        "--domain", action="append", default=[], metavar="example.com", help="whose pages"
    )
    new.add_argument("--days", type=int, metavar="number", help="how long it is good; ever")
    _add_workspace(new)
    gone = verbs("revoke", "it opens nothing any more")
    gone.add_argument("id", type=int, help="as `keys list` shows it")
    _add_workspace(gone)
    verbs("rotate", "seal what is sealed in the database with the newest key")


def _add_webhook_options(command: argparse.ArgumentParser) -> None:
    """What `webhooks` takes."""
    command.add_argument("--json", action="store_true", help="for programs")
    _add_workspace(command)
    words = "add | rotate | pause | resume | test | log | redeliver | remove"
    verbs = _spoken_verbs(command, words, of_workspaces=True)
    _add_json(verbs("list", "the same as without a word"))
    new = verbs("add", "a new address, whose secret is shown once")
    new.add_argument("url", metavar="https://…")
    new.add_argument(
        "--events",
        action="append",
        default=[],
        metavar="A,B",
        help="such as message.received,conversation.closed; all if not given",
    )
    new.add_argument("--name", default="", help="what it is for")
    named = {
        "rotate": "a new secret; the one before is good for another day",
        "pause": "told nothing until it is resumed",
        "resume": "told again, with all that happened meanwhile",
        "test": "one call at once",
        "log": "its last calls",
        "redeliver": "tell once more what was given up",
        "remove": "told nothing more",
    }
    for verb, meaning in named.items():
        one = verbs(verb, meaning)
        one.add_argument("id", help="as `webhooks list` shows it, or how it begins, or its address")
        if verb == "log":
            _add_json(one)
        elif verb == "resume":
            one.add_argument("--skip", action="store_true", help="without what happened meanwhile")
        elif verb == "rotate":
            _add_secret_from(one)
    _add_secret_from(new)


def _add_json(verb: argparse.ArgumentParser) -> None:
    """`--json` behind the word too."""
    verb.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="for programs")


def _add_secret_from(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--secret-from", metavar="VARIABLE", help="take the secret from there; made if not given"
    )


def _add_workspace(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--workspace",
        type=int,
        default=argparse.SUPPRESS,
        metavar="number",
        help="of which; the owner's if not given",
    )


def _add_report_options(command: argparse.ArgumentParser) -> None:
    """What `report` takes."""
    _add_workspace(command)
    command.add_argument("what", choices=("operators",), help="hand-offs, and who answered them")
    command.add_argument("--from", dest="first", metavar="DAY", help="such as 2026-11-01")
    command.add_argument("--to", dest="last", metavar="DAY", help="included; today if not given")
    command.add_argument(
        "--by",
        choices=("operator", "queue", "channel", "day", "reason", "source", "step"),
        default="operator",
    )
    command.add_argument(
        "--csv", metavar="FILE", help="into a file, with more figures; - prints it"
    )
    command.add_argument("--zone", help="whose days, such as Europe/Moscow; the bot's if not given")
    command.add_argument("--bot", default="", help="only hand-offs of this bot folder")
    command.add_argument("--language", choices=("ru", "en"), help="of what is told")


def _spoken_verbs(
    command: argparse.ArgumentParser, metavar: str, *, of_workspaces: bool = False
) -> Callable[[str, str], argparse.ArgumentParser]:
    """Adds a word behind the command and its meaning; `--language` may stand before or behind it.

    So may `--workspace`, where all of them are `of_workspaces`.
    """
    command.add_argument("--language", choices=("ru", "en"), help="of what is told")
    verbs = command.add_subparsers(dest="verb", metavar=metavar)

    def add(name: str, meaning: str) -> argparse.ArgumentParser:
        verb = verbs.add_parser(name, help=meaning)
        verb.add_argument(
            "--language", choices=("ru", "en"), default=argparse.SUPPRESS, help="of what is told"
        )
        if of_workspaces:
            _add_workspace(verb)
        return verb

    return add


def _add_publish_options(command: argparse.ArgumentParser) -> None:
    """What `publish` takes."""
    command.add_argument("bot", nargs="?", help="the bot's folder; all if not given")
    command.add_argument("--dry-run", action="store_true", help="only say what it would mean")
    command.add_argument("--retire", action="store_true", help="nobody stays on an older version")
    command.add_argument("--version", type=int, metavar="number", help="go back to a version")
    command.add_argument("--yes", action="store_true", help="do not ask")


def _add_draw_options(command: argparse.ArgumentParser) -> None:
    """What `draw` takes."""
    command.add_argument("names", nargs="*", help="[bot] [flow]: a bot, a flow of it, or either")
    formats = command.add_mutually_exclusive_group()
    for name, meaning in (("svg", "as SVG"), ("mermaid", "as Mermaid (the default)")):
        formats.add_argument(
            f"--{name}", dest="format", action="store_const", const=name, help=meaning
        )
    command.add_argument(
        "--out", type=Path, metavar="FILE", help="into a file; its ending .svg says SVG"
    )


def _add_test_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("-k", action="append", metavar="word", help="only tests with it in a name")
    command.add_argument("--coverage", action="store_true", help="steps and branches not walked")
    command.add_argument("--min", type=int, metavar="percent", help="fail where less is walked")
    command.add_argument("--json", action="store_true", help="for programs")
