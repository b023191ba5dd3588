"""One channel's posts in, in the order of their ids; what they say out, ready to be joined."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from monitor.detect.notices import judge
from monitor.model import Label, LinkUse, Post, Speaker, Timeline, Verdict

OTHERS_REPORTS = 500
"""How many reports about other channels one channel's judgement keeps; a news channel can
write of little else, and each is only a pointer. Chosen 2026-11-23, uncalibrated."""


@dataclass(frozen=True, slots=True)
class Said:
    """A post that says something about its channel's place, and where to look it up."""

    post_id: int
    at: datetime
    text: str
    verdict: Verdict
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Shown:
    """The first time that a channel showed a presence of its own on another platform."""

    platform: str
    handle: str
    at: datetime
    post_id: int
    url: str
    sha256: str | None


@dataclass(slots=True)
class Reading:
    """What a channel's posts came to; add them in the order of their ids."""

    speaker: Speaker
    said: list[Said] = field(default_factory=list)
    shown: dict[tuple[str, str], Shown] = field(default_factory=dict)
    posts: Timeline = field(default_factory=Timeline)
    """Every ordinary post; service messages are not the channel speaking."""
    announcing: set[int] = field(default_factory=set)
    """Ids of posts that announce a closure: repeating it is not posting on."""
    _days: Counter[date] = field(default_factory=Counter)
    _links: Counter[tuple[date, str, bool]] = field(default_factory=Counter)
    _repeated: set[tuple[object, ...]] = field(default_factory=set)
    _reports: int = 0

    def add(self, post: Post, sha256: str | None = None) -> None:
        """Read one post."""
        if post.service is not None:
            return
        self.posts.add(post.id, post.at)
        day = post.at.astimezone(UTC).date()
        self._days[day] += 1
        verdict = judge(
            self.speaker,
            post.text,
            [link.url for link in post.links],
            post.forwarded_from,
            post.at,
        )
        for platform, own in {(x.platform, x.own) for x in verdict.links}:
            self._links[day, platform, own] += 1
        for platform, handle in verdict.own_destinations:
            url = next(
                (x.url for x in verdict.links if (x.platform, x.handle) == (platform, handle)), ""
            )
            self.shown.setdefault(
                (platform, handle.casefold()),
                Shown(platform, handle, post.at, post.id, url, sha256),
            )
        if verdict.label is Label.NONE or not self._is_news(verdict):
            return
        if verdict.label is Label.CLOSURE:
            self.announcing.add(post.id)
        self.said.append(Said(post.id, post.at, post.text, verdict, sha256))

    def _is_news(self, verdict: Verdict) -> bool:
        """Whether it was not said before: a routine line under every post is a finding once."""
        said = (verdict.rule, *(q.quote for q in verdict.evidence))
        key: tuple[object, ...] = said
        if verdict.label is Label.INVITATION:
            key = tuple(sorted((p, h.casefold()) for p, h in verdict.own_destinations)) or said
        elif verdict.label is Label.THIRD_PARTY:
            self._reports += said not in self._repeated
        else:
            return True
        known = key in self._repeated
        self._repeated.add(key)
        return not known and self._reports <= OTHERS_REPORTS

    def posts_by_day(self) -> dict[date, int]:
        """Return how many posts each UTC day had."""
        return dict(self._days)

    def link_uses(self) -> tuple[LinkUse, ...]:
        """Return how many posts of each day showed each platform's address."""
        return tuple(
            LinkUse(day, platform, own, n)
            for (day, platform, own), n in sorted(self._links.items())
        )
