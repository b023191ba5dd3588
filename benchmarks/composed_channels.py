"""Composed channels in four languages: news of no one, with footers and now and then a notice.

Everything here is composed by us and says nothing of anyone. The same numbers give the same posts.
"""

import json
import random
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from benchmarks.data import ROOT
from monitor.model import Link, Post

START = datetime(2026, 1, 1, tzinfo=UTC)
A_DAY = 10
"""Posts of a channel on a day."""
FOOTERS = 0.1
NOTICES = 0.015
"""Posts from the composed labelled notices: what the rules have to look at closely."""
_HIDDEN = 0.3
"""Footers whose address stands behind words."""

_LANGUAGES = ("fa",) * 8 + ("ru",) * 7 + ("ar",) * 3 + ("en",) * 2
_FOOTERS = {
    "fa": "ما را در بله دنبال کنید\nble.ir/{name}",
    "ru": "Подписывайтесь на нас в MAX: max.ru/{name}",
    "ar": "تابعونا على إيتا: eitaa.com/{name}",
    "en": "Follow us on Bale: ble.ir/{name}",
}
_PLACES = {"fa": "https://ble.ir/", "ru": "https://max.ru/", "ar": "https://eitaa.com/",
           "en": "https://ble.ir/"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ComposedChannel:
    """One channel: its names, and its posts day by day."""

    number: int
    language: str

    @property
    def username(self) -> str:
        """Its username, made of its number."""
        return f"composed_office_{self.number:04}"

    @property
    def title(self) -> str:
        """Its title."""
        return f"Composed office {self.number}"

    def posts(self, days: range) -> Iterator[Post]:
        """Yield the posts of some days, oldest first; a day is the same whatever was before."""
        for day in days:
            # Seeded anew each day; of strings, because their hash is the same in every process.
            draw = random.Random(f"{self.number} {day}")  # noqa: S311 - composed text is no secret
            for index in range(A_DAY):
                number = day * A_DAY + index + 1
                at = START + timedelta(days=day, minutes=index * 140 + draw.randrange(120))
                yield self._post(draw, number, at)

    def _post(self, draw: random.Random, number: int, at: datetime) -> Post:
        chance = draw.random()
        if chance < NOTICES:
            return Post(number, at, draw.choice(_notices(self.language)))
        text = _news(draw, self.language)
        if chance > NOTICES + FOOTERS:
            return Post(number, at, text)
        if draw.random() < _HIDDEN:
            link = Link(_PLACES[self.language] + self.username, "hidden", "here")
            return Post(number, at, text, (link,))
        footer = _FOOTERS[self.language].format(name=self.username)
        return Post(number, at, f"{text}\n\n{footer}")


def channels(count: int) -> list[ComposedChannel]:
    """Return so many channels: of twenty, 8 are Persian, 7 Russian, 3 Arabic, 2 English."""
    return [ComposedChannel(n, _LANGUAGES[n % len(_LANGUAGES)]) for n in range(count)]


_BANKS = {
    language: str(words).split()
    for language, words in tomllib.loads(
        (ROOT / "benchmarks/composed_words.toml").read_text(encoding="utf-8")
    ).items()
}
_KNOWN_NOTICES: dict[str, list[str]] = {}


def _news(draw: random.Random, language: str) -> str:
    """Return one to six sentences without sense, together as long as real posts (300 letters)."""
    bank = _BANKS[language]
    return "\n".join(
        " ".join(draw.choices(bank, k=draw.randrange(7, 20))) + "."
        for _ in range(draw.randrange(1, 7))
    )


def _notices(language: str) -> list[str]:
    if not _KNOWN_NOTICES:
        with (ROOT / "tests/data/notices_composed.jsonl").open(encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                _KNOWN_NOTICES.setdefault(row["lang"], []).append(row["text"])
    return _KNOWN_NOTICES[language]
