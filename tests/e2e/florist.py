"""A florist's bot whose messages and questions are of every kind, for tests of what is seen of it."""

import shutil
from pathlib import Path

from tests.servers.easyflow import ROOT

PICTURES = ROOT / "config" / "bots"

_BOT = """\
bot: Цветы «Василёк»
language: ru
timezone: Europe/Moscow
start: витрина
"""

_FLOWS = """\
flow: витрина
when: [/start]
steps:
  букеты:
    - say: {text: Так мы собирали букеты, album: [media/a.jpg, media/b.jpg, media/a.jpg]}
    - say:
        text: Выбирайте
        cards:
          - title: Пионы
            text: 11 штук
            photo: media/a.jpg
            buttons: {Заказать пионы: {call: заказ, with: {что: пионы}}}
          - title: Маки
            photo: media/b.jpg
            buttons: {Заказать маки: {call: заказ, with: {что: маки}}}
          - title: Ирисы
            buttons: {Заказать ирисы: {call: заказ, with: {что: ирисы}}}
    - ask: Как вас зовут?
      save: имя
    - say: "Рады вам, {{ имя }}"
---
flow: заказ
needs: {что: text}
steps:
  раз:
    - say: "Оформляем {{ что }}"
---
flow: добавки
when: [/extras]
steps:
  раз:
    - ask: Что добавить?
      save: что
      as: many
      max: 2
      buttons: [Лента, Открытка, Мишка]
    - say: "Добавим {{ что }}"
---
flow: каталог
when: [/list]
steps:
  раз:
    - set: {все: [Пион розовый большой, Пион белый большой, Тюльпан жёлтый, Тюльпан красный,
                  Ирис, Лилия, Гвоздика, Астра, Гербера, Ромашка, Фрезия, Нарцисс, Сирень]}
    - ask: Какой цветок?
      save: цветок
      options: все
    - say: "Взяли: {{ цветок }}"
---
flow: присланное
when: [/send]
steps:
  фото:
    - ask: Пришлите фото
      save: фото
      as: photo
    - say: {text: "Это {{ фото.kind }}", photo: "{{ фото }}"}
  видео:
    - ask: Пришлите видео
      save: видео
      as: video
  голос:
    - ask: Скажите голосом
      save: голос
      as: voice
  файл:
    - ask: Пришлите файл
      save: файл
      as: file
    - say: "Файл {{ файл.name }}"
  место:
    - ask: Где вы?
      save: место
      as: location
      buttons: {Отправить место: {share: location}}
    - say: "Широта {{ место.latitude | round(1) }}"
"""


def florist(folder: Path) -> Path:
    """Write the bot; gives the folder of bots it lies in."""
    home = folder / "florist"
    for name in ("flows", "media"):
        (home / name).mkdir(parents=True)
    (home / "bot.yaml").write_text(_BOT, encoding="utf-8")
    (home / "flows" / "all.yaml").write_text(_FLOWS, encoding="utf-8")
    shutil.copy(PICTURES / "shop" / "media" / "hello.jpg", home / "media" / "a.jpg")
    shutil.copy(PICTURES / "salon" / "media" / "hello.jpg", home / "media" / "b.jpg")
    return folder
