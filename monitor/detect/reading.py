"""What one channel's posts say in, in the order of their ids; what it came to out.

A fold: `posted` takes when posts were, `hear` what those said that said something. Judging a post
and folding its verdict are two steps, so that a verdict may be kept in between.
"""

from array import array
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from monitor.detect import presences
from monitor.detect.notices import judge
from monitor.detect.standing import BlockChange, Footer
from monitor.model import Encoder, Label, LinkUse, Post, Speaker, Timeline, Verdict

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


_EPOCH = date(1970, 1, 1)
_DAY_S = 86_400


def tells(verdict: Verdict) -> bool:
    """Whether a verdict says anything that the reading of a channel goes by."""
    return verdict.label is not Label.NONE or bool(verdict.links)


@dataclass(slots=True)
class Reading:
    """What a channel's posts came to; give them in the order of their ids."""

    speaker: Speaker
    places: presences.Known = frozenset()
    """Places elsewhere that are the channel's own by its bios or by channels.toml."""
    encoder: Encoder | None = None
    """Asked for the meaning of what the lexicons leave in doubt."""
    footer: Footer = field(default_factory=Footer)
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
    _digests: Mapping[int, str | None] = field(default_factory=dict)

    def add(self, post: Post, sha256: str | None = None) -> Verdict | None:
        """Judge and read one post; return what it says, None for a service message."""
        if post.service is not None:
            return None
        self.posts.add(post.id, post.at)
        self._days[post.at.astimezone(UTC).date()] += 1
        urls = [link.url for link in post.links]
        verdict = judge(
            self.speaker, post.text, urls, post.forwarded_from, post.at, encoder=self.encoder
        )
        if tells(verdict):
            self.hear(post.id, post.at, verdict, post.text, sha256)
        return verdict

    def posted(self, ids: "array[int]", seconds: "array[int]") -> None:
        """Take when ordinary posts were: ids, which must rise, and times in seconds since 1970."""
        self.posts.extend(ids, seconds)
        for day, count in Counter(at // _DAY_S for at in seconds).items():
            self._days[_EPOCH + timedelta(days=day)] += count

    def hear(
        self,
        post_id: int,
        at: datetime,
        verdict: Verdict,
        text: str = "",
        sha256: str | None = None,
    ) -> None:
        """Take what a post says; only those that `tells` finds say anything.

        Text and digest may be left out, and given by `cite` for the few that came to something.
        """
        verdict = presences.settle(verdict, self.places)
        self.footer.add(post_id, at, verdict.links, sha256)
        day = at.astimezone(UTC).date()
        for platform, own in {(x.platform, x.own) for x in verdict.links}:
            self._links[day, platform, own] += 1
        for platform, handle in verdict.own_destinations:
            key = (platform, handle.casefold())
            if key not in self.shown:
                url = next(
                    (x.url for x in verdict.links if (x.platform, x.handle) == (platform, handle)),
                    "",
                )
                self.shown[key] = Shown(platform, handle, at, post_id, url, sha256)
        if verdict.label is Label.NONE or not self._is_news(verdict):
            return
        if verdict.label is Label.CLOSURE:
            self.announcing.add(post_id)
        self.said.append(Said(post_id, at, text, verdict, sha256))

    def cited(self) -> frozenset[int]:
        """Return the ids of the posts that came to something."""
        return frozenset(
            {said.post_id for said in self.said}
            | {shown.post_id for shown in self.shown.values()}
            | {change.post_id for change in self.footer.changes}
        )

    def cite(self, bodies: Mapping[int, tuple[str, str | None]]) -> None:
        """Give the posts that came to something their texts and digests, by id."""
        self.said = [
            replace(said, text=bodies[said.post_id][0], sha256=bodies[said.post_id][1])
            for said in self.said
        ]
        self.shown = {
            key: replace(shown, sha256=bodies[shown.post_id][1])
            for key, shown in self.shown.items()
        }
        self._digests = {post: digest for post, (_, digest) in bodies.items()}

    def block_changes(self) -> tuple[BlockChange, ...]:
        """Return the changes of the standing footer, each with its post's digest."""
        return tuple(
            replace(change, sha256=change.sha256 or self._digests.get(change.post_id))
            for change in self.footer.changes
        )

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
