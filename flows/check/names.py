"""Whether every variable that is read gets a value somewhere."""

from flows import complaints
from flows.compile.fields import Source, Use
from flows.compile.reading import Reader
from flows.errors import Place
from flows.handed import PARTS
from flows.report import Report
from flows.vocabulary import READ_ONLY

_FEW = 5
_HOURS_PARTS = ("open", "text")
_CALL_PARTS = ("outcome",)


def check_names(reader: Reader) -> None:
    """Complain of the reads of one flow (or of bot.yaml) that nothing can fill."""
    _roots(reader)
    check_paths(reader)
    for use in reader.uses:
        _secrets(reader, use)
        _results(reader, use)
    for place, found, name in reader.braces:
        if name in reader.saved or name.partition(".")[0] in ("user", "chat", "trigger"):
            reader.report(complaints.SINGLE_BRACES, place, found=found, name=name)
    given = {name for name in reader.saved if "." not in name} | READ_ONLY | {"user", "chat"}
    for place, text, names in reader.formulas:
        if names <= given:
            reader.report(complaints.FORMULA, place, text=text)


def check_paths(reader: Reader) -> None:
    """Complain of the fields, hours and outcomes that there are none of."""
    for use in reader.uses:
        _paths(reader, use)


def _roots(reader: Reader) -> None:
    """A name that is never given a value is one mistake, however often it is read."""
    saved = {name for name in reader.saved if "." not in name}
    given = saved | READ_ONLY | {"user", "chat"}
    unknown: dict[str, list[Place]] = {}
    for use in reader.uses:
        for name in sorted(use.names - given):
            unknown.setdefault(name, []).append(use.place)
    for name, read in unknown.items():
        places = sorted(read)
        nearest = reader.report.nearest(name, sorted(given)) or reader.report.words(
            f" — запишите его ответом (save) или действием set; слово для сравнения берут в кавычки: '{name}'",
            f": save an answer in it, or set it; a word to compare with goes in quotes: '{name}'",
        )
        more = _more(reader, places)
        reader.report(complaints.UNKNOWN_VARIABLE, places[0], name=name, more=more, nearest=nearest)


def _more(reader: Reader, places: list[Place]) -> str:
    """The other lines of a mistake that is told once."""
    lines = sorted({place.line for place in places} - {places[0].line})
    if not lines:
        return ""
    listed = ", ".join(map(str, lines[:_FEW])) + ("…" if len(lines) > _FEW else "")
    ru, en = ("строке", "line") if len(lines) == 1 else ("строках", "lines")
    return reader.report.words(f" (ещё в {ru} {listed})", f" (in {en} {listed} too)")


def _paths(reader: Reader, use: Use) -> None:
    known, report = reader.known, reader.report
    for path in sorted(use.paths):
        root, *rest = path.split(".")
        if root == "user" and rest and rest[0] not in known.user:
            nearest = report.nearest(rest[0], known.user)
            report(complaints.UNKNOWN_FIELD, use.place, name=rest[0], nearest=nearest)
        if root == "hours" and rest:
            if rest[0] not in known.hours:
                nearest = report.nearest(rest[0], known.hours)
                report(complaints.UNKNOWN_HOURS, use.place, name=rest[0], nearest=nearest)
            elif rest[1:2] and rest[1] not in _HOURS_PARTS:
                _bad_part(report, use.place, rest[1], f"hours.{rest[0]}", _HOURS_PARTS)
        if root == "call" and rest and rest[0] not in _CALL_PARTS:
            _bad_part(report, use.place, rest[0], "call", _CALL_PARTS)
        if root == "handoff" and rest and rest[0] not in PARTS:
            _bad_part(report, use.place, rest[0], "handoff", PARTS)


def _bad_part(
    report: Report, place: Place, name: str, where: str, allowed: tuple[str, ...]
) -> None:
    report(complaints.BAD_CHOICE, place, name=name, where=where, allowed=", ".join(allowed))


def _secrets(reader: Reader, use: Use) -> None:
    if "secrets" not in use.names:
        return
    if not use.secret:
        reader.report(complaints.SECRET_HERE, use.place)
        return
    for path in sorted(use.paths):
        root, _, name = path.partition(".")
        if root == "secrets" and name.partition(".")[0] not in reader.known.secrets:
            nearest = reader.report.nearest(name, reader.known.secrets)
            reader.report(complaints.UNKNOWN_SECRET, use.place, name=name, nearest=nearest)


def _results(reader: Reader, use: Use) -> None:
    """A field that nothing behind the variable gives, where only actions and flows fill it."""
    for path in sorted(use.paths):
        name, _, rest = path.partition(".")
        sources = _behind(reader, use, name)
        if not rest or not sources or any(not source.fields for source in sources):
            continue
        field = rest.partition(".")[0]
        known = dict.fromkeys(given for source in sources for given in source.fields)
        if field not in known:
            nearest = reader.report.nearest(field, known) or reader.report.words(
                f" — есть: {', '.join(known)}", f": there is {', '.join(known)}"
            )
            actions = ", ".join(dict.fromkeys(source.name for source in sources))
            reader.report(
                complaints.NO_SUCH_RESULT, use.place, name=path, action=actions, nearest=nearest
            )


def _behind(reader: Reader, use: Use, name: str) -> list[Source]:
    """The actions and flows that give what a variable (or `item`) holds; none where something else may."""
    if name == "item":
        return _sources(reader, use.element, listed=True)
    lists = reader.elements.get(name, [])
    if not lists:
        return _sources(reader, name, listed=False)
    found = [_sources(reader, one, listed=True) for one in lists]
    sole = len(lists) == reader.writes[name] and all(found)
    return [source for sources in found for source in sources] if sole else []


def _sources(reader: Reader, name: str, *, listed: bool) -> list[Source]:
    """The actions and flows whose results, lists or not, are all that a variable is given."""
    sources = reader.results.get(name, [])
    sole = len(sources) == reader.writes[name]
    return sources if sole and all(one.listed is listed for one in sources) else []
