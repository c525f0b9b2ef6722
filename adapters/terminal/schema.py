"""`schema`: the JSON Schemas that editors complete and check a bot's files by."""

from pathlib import Path
from typing import TextIO

from flows.schema import Language, schema_files


def schema(language: Language, folder: Path | None, out: TextIO) -> int:
    """Write the schema files into a folder, or show the one of bot.yaml where none is given."""
    files = schema_files(language)
    if folder is None:
        out.write(files["bot.schema.json"])
        return 0
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        file = folder / name
        if file.is_symlink():
            # What came with somebody's bot must not choose which file is overwritten.
            file.unlink()
        file.write_text(text, encoding="utf-8")
    print(_WRITTEN[language].format(folder=folder), _FIRST_LINES, sep="\n", file=out)
    return 0


_WRITTEN = {
    "ru": "Схемы лежат в {folder}. Если это папка бота, первая строка её файлов такая:",
    "en": "Written into {folder}. Where that is the bot's folder, the first line of its files is",
}
_FIRST_LINES = """\
  bot.yaml            # yaml-language-server: $schema=bot.schema.json
  calendar.yaml       # yaml-language-server: $schema=calendar.schema.json
  canned.yaml         # yaml-language-server: $schema=canned.schema.json
  flows/*.yaml        # yaml-language-server: $schema=../flow.schema.json
  tests/*.test.yaml   # yaml-language-server: $schema=../test.schema.json"""
