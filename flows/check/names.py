"""Whether every variable that is read gets a value somewhere."""

from flows import complaints
from flows.compile.fields import Use
from flows.compile.reading import Reader
from flows.vocabulary import READ_ONLY

_HOURS_PARTS = ("open", "text")


def check_names(reader: Reader) -> None:
    """Complain of the reads of one flow (or of bot.yaml) that nothing can fill."""
    for use in reader.uses:
        _roots(reader, use)
        _paths(reader, use)
        _secrets(reader, use)
    for place, found, name in reader.braces:
        if name in reader.saved or name.partition(".")[0] in ("user", "chat", "trigger"):
            reader.report(complaints.SINGLE_BRACES, place, found=found, name=name)
    given = {name for name in reader.saved if "." not in name} | READ_ONLY | {"user", "chat"}
    for place, text, names in reader.formulas:
        if names <= given:
            reader.report(complaints.FORMULA, place, text=text)


def _roots(reader: Reader, use: Use) -> None:
    saved = {name for name in reader.saved if "." not in name}
    for name in sorted(use.names - saved - READ_ONLY - {"user", "chat"}):
        nearest = reader.report.nearest(name, sorted(saved | READ_ONLY | {"user", "chat"}))
        reader.report(complaints.UNKNOWN_VARIABLE, use.place, name=name, nearest=nearest)


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
                allowed = ", ".join(_HOURS_PARTS)
                where = f"hours.{rest[0]}"
                report(complaints.BAD_CHOICE, use.place, name=rest[1], where=where, allowed=allowed)


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
