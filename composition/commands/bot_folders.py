"""What is done with files of bots alone: no database is opened."""

import argparse
import sys
from functools import partial
from pathlib import Path

from adapters.terminal.folders import complaints_of, shown_path
from adapters.terminal.leaving import stop
from composition.bots import company_of, load_all, loader_of, written
from config.settings import Settings
from flows.errors import LoadError


def check(settings: Settings, given: argparse.Namespace) -> int:
    """Every complaint about bot folders; 1 if one of them is an error."""
    from adapters.terminal import check as terminal

    return terminal.check(
        written(settings).wanted(given.folder),
        partial(loader_of(settings).load, told=given.language),
        sys.stdout,
        told=given.language,
        as_json=given.json,
    )


def fmt(settings: Settings, given: argparse.Namespace) -> int:
    """Quotes in the files of bots where they are missing."""
    from adapters.terminal import fmt as terminal

    folders = [folder.path for folder in written(settings).wanted(given.folder)]
    return terminal.fmt(folders, sys.stdout, only_check=given.check)


def init(settings: Settings, given: argparse.Namespace) -> int:
    """A new bot folder made from a template."""
    from adapters.terminal import init as terminal
    from config.bot_templates import TEMPLATES, readme, template_files
    from flows.script_nodes import Told

    folder, template, language = given.folder, given.template, given.language
    if template is None and sys.stdin.isatty():
        offered = {name: Told(*one) for name, one in TEMPLATES.items()}
        template = terminal.choose(offered, language, sys.stdin, sys.stdout)
    name = template or "shop"
    draft = terminal.Draft(
        files=template_files(name, language),
        readme=readme(language),
        about=TEMPLATES[name].about(language),
        language=language,
        run=f"python {shown_path(Path(sys.argv[0]).resolve())}",
    )
    try:
        terminal.make_bot(folder, draft, sys.stdout)
    except OSError as error:
        stop(f"{error.filename}: {error.strerror or error}")
    return 0


def test(settings: Settings, given: argparse.Namespace) -> int:
    """Play the bots' own tests; 1 if one of them fails or too little was walked."""
    from adapters.terminal.rehearse import Wanted, rehearse

    status = 0
    for folder in written(settings).wanted(given.folder):
        try:
            company = company_of(settings, folder)
        except LoadError as error:
            stop("The bot has mistakes:", *complaints_of(folder.path, error))
        wanted = Wanted(
            folder=shown_path(folder.path),
            words=given.k or (),
            coverage=given.coverage,
            least=given.min,
            json=given.json,
        )
        status |= rehearse(company, folder.tests, sys.stdout, wanted)
    return status


def pack(settings: Settings, given: argparse.Namespace) -> None:
    """A bot folder as a zip file, or each of them."""
    from adapters.terminal import pack as terminal

    bots = written(settings)
    for folder in bots.wanted(given.bot):
        loaded = bots.loaded(folder)
        names = {*folder.files, *folder.knowledge, *folder.media, *folder.tests, *folder.edits}
        if folder.actions is not None:
            names.add("actions.py")
        try:
            print(shown_path(terminal.pack(folder.path, names, loaded.bot.version, given.into)))
        except OSError as error:
            stop(f"Cannot write {given.into}: {error.strerror or error}.")


def unpack(settings: Settings, given: argparse.Namespace) -> None:
    """A bot folder out of a zip file."""
    from adapters.terminal import pack as terminal

    try:
        folder = terminal.unpack(given.file, given.to or settings.bots_dir)
    except terminal.NotABot as error:
        stop(f"Nothing was unpacked from {given.file}: {error}.")
    except OSError as error:
        stop(f"Cannot unpack {given.file}: {error.strerror or error}.")
    print(f"{shown_path(folder)}\nNow: python run.py check {folder}")
    if (folder / "actions.py").exists():
        print("It brings Python of its own (actions.py): read it before you allow it to run.")


def translations(settings: Settings, given: argparse.Namespace) -> None:
    """The texts of a bot as a table."""
    from adapters.terminal import translate as terminal
    from flows.translating import phrases

    bots = written(settings)
    folders = bots.wanted(given.bot)
    if len(folders) != 1:
        stop(f"Say of which bot: python run.py i18n {folders[0].name}")
    loaded = bots.loaded(folders[0], quiet=True)
    try:
        terminal.write(phrases(loaded.bot), given.out, sys.stdout)
    except OSError as error:
        stop(f"Cannot write {given.out}: {error.strerror}.")


def schema(settings: Settings, given: argparse.Namespace) -> int:
    """JSON Schemas of a bot's files, for editors."""
    from adapters.terminal import schema as terminal

    return terminal.schema(given.language, given.write, sys.stdout)


def actions(settings: Settings, given: argparse.Namespace) -> int:
    """The catalogue, whole or one action or family of it."""
    from adapters.actions.page import entry, page

    specs = loader_of(settings).specs()
    if given.page:
        print(page(specs, given.page), end="")
        return 0
    wanted = [one for name, one in specs.items() if name.startswith(given.name or "")]
    if not wanted:
        stop(f"The catalogue has no «{given.name}»; there are: {', '.join(specs)}.")
    for spec in wanted:
        print(*entry(spec, given.language), "", sep="\n")
    return 0


def draw(settings: Settings, given: argparse.Namespace) -> None:
    """Pictures of flows."""
    from adapters.terminal import draw as terminal

    bots = {name: loaded.bot for name, (_, loaded) in load_all(settings).items()}
    try:
        what = terminal.wanted(bots, settings.bot_among(bots), given.names)
        terminal.draw(what, format=given.format, out=given.out, terminal=sys.stdout)
    except OSError as error:
        stop(f"Cannot write {given.out}: {error.strerror}.")
