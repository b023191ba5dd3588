"""What was changed after it had been seen: posts deleted, posts edited; notices by themselves.

An institution that leaves often tidies up: what it takes back is part of the case. Ordinary edits
and deletions are told once a day, for there are many.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from monitor.detect.findings import QUOTE, Writer
from monitor.detect.notices import judge
from monitor.model import Evidence, Finding, Json, Kind, Label, Link, Post, Speaker

MOST_IDS = 50
"""Posts that a day's finding names; the rest is a number."""

_NO_NOTICE = frozenset({Label.NONE, Label.THIRD_PARTY})

Version = tuple[datetime, str, Sequence[Link], str | None]
"""What a post said before: when that was seen, its words and links, and its body's SHA-256."""


@dataclass(slots=True)
class Changes:
    """One channel's changes; add its changed posts in any order."""

    speaker: Speaker
    _deleted: dict[date, list[tuple[datetime, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _edited: dict[date, list[tuple[datetime, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _notices: list[tuple[Kind, Post, datetime, Label, Label, str, str | None]] = field(
        default_factory=list
    )

    def add(
        self,
        post: Post,
        earlier: Sequence[Version],
        seen_at: datetime,
        deleted_at: datetime | None,
        sha256: str | None,
        *,
        labels: tuple[Label, Label] | None = None,
    ) -> None:
        """Read one post that was edited or deleted.

        Args:
            post: in the version that stands.
            earlier: what it said before, oldest first.
            seen_at: when the version that stands was first seen.
            deleted_at: when its deletion was noticed.
            sha256: of the evidence of the version that stands.
            labels: of its oldest version and of the one that stands, where known already.
        """
        now = labels[1] if labels else self._label(post, post.text, post.links)
        steps = [*((text, links) for _, text, links, _ in earlier), (post.text, post.links)]
        if any(a != b for a, b in itertools.pairwise(steps)):
            before = labels[0] if labels else self._label(post, *steps[0])
            if {before, now} - _NO_NOTICE and before is not now:
                self._notices.append(
                    (Kind.POST_EDITED, post, seen_at, before, now, steps[0][0], sha256)
                )
            else:
                self._edited[seen_at.astimezone(UTC).date()].append((seen_at, post.id))
        if deleted_at is not None:
            if now in _NO_NOTICE:
                self._deleted[deleted_at.astimezone(UTC).date()].append((deleted_at, post.id))
            else:
                self._notices.append(
                    (Kind.POST_DELETED, post, deleted_at, now, now, post.text, sha256)
                )

    def _label(self, post: Post, text: str, links: Iterable[Link]) -> Label:
        urls = [link.url for link in links]
        return judge(self.speaker, text, urls, post.forwarded_from, post.at).label

    def findings(self, writer: Writer) -> list[Finding]:
        """Write what was changed; the notices' findings belong into the case."""
        return [
            *(self._notice(writer, *notice) for notice in self._notices),
            *self._daily(writer, Kind.POST_DELETED, self._deleted, "deleted"),
            *self._daily(writer, Kind.POST_EDITED, self._edited, "edited"),
        ]

    @staticmethod
    def _notice(  # noqa: PLR0917 - the parts of one change
        writer: Writer, kind: Kind, post: Post, at: datetime, before: Label, now: Label,
        said: str, sha256: str | None,
    ) -> Finding:  # fmt: skip
        gone = kind is Kind.POST_DELETED
        quotes = [said] if gone else [said, post.text]
        details: dict[str, Json] = {
            "post_id": post.id, "from_label": str(before), "to_label": None if gone else str(now)
        }  # fmt: skip
        return writer.write(
            kind,
            at,
            first=f"{post.id} notice",
            confidence=0.95,
            rule=f"changes.notice_{'deleted' if gone else 'edited'}",
            summary=f"deleted a post that said: {before}"
            if gone
            else f"edited a post: it said {before}, now {now}",
            evidence=tuple(
                Evidence(post.id, writer.address(post.id), quote[:QUOTE], sha256)
                for quote in quotes
            ),
            details=details,
        )

    @staticmethod
    def _daily(
        writer: Writer, kind: Kind, days: Mapping[date, list[tuple[datetime, int]]], did: str
    ) -> list[Finding]:
        return [
            writer.write(
                kind,
                min(at for at, _ in met),
                first=f"{day} {did}",
                confidence=0.9,
                rule=f"changes.{did}",
                summary=f"{did} {len(met)} post{'s' * (len(met) > 1)} that had been seen",
                evidence=tuple(
                    Evidence(post, writer.address(post)) for post in sorted({i for _, i in met})[:5]
                ),
                details={
                    "posts": len(met),
                    "post_ids": list[Json](sorted({i for _, i in met})[:MOST_IDS]),
                },
            )
            for day, met in sorted(days.items())
        ]


def belongs_in_case(finding: Finding) -> bool:
    """Return whether a finding is a step of its case: ordinary changes and doubts are not."""
    return finding.rule not in {
        "changes.deleted", "changes.edited", "subscribers.undetermined"
    }  # fmt: skip
