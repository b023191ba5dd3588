"""What a post or an observation says, written as a finding with its evidence."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.clock import as_rfc3339
from monitor.detect.reading import Said, Shown
from monitor.detect.standing import BlockChange
from monitor.model import Channel, Evidence, Finding, Json, Kind, Label

QUOTE = 300
"""The longest quote in a finding, in characters: enough for the sentence and its neighbours."""

_KINDS = {
    Label.CLOSURE: Kind.CLOSURE_NOTICE,
    Label.PARTIAL_MOVE: Kind.PARTIAL_MOVE,
    Label.INVITATION: Kind.INVITATION,
    Label.RETURN: Kind.RETURN_NOTICE,
    Label.THIRD_PARTY: Kind.THIRD_PARTY_REPORT,
}
_SAYS = {
    Kind.CLOSURE_NOTICE: "announces that it leaves Telegram",
    Kind.PARTIAL_MOVE: "moves part of its posts elsewhere",
    Kind.INVITATION: "invites to a presence elsewhere",
    Kind.RETURN_NOTICE: "announces that it is back",
    Kind.THIRD_PARTY_REPORT: "reports another channel's move",
}


def owner(channel: Channel) -> str:
    """Return what a channel is called in the ids of its findings."""
    name = channel.username.casefold()
    # One that lost its name and the one that has it now are two, with post ids of their own.
    return name if channel.holds_name else f"{name}#{channel.telegram_id}"


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes the findings about one channel."""

    channel: Channel

    def write(
        self,
        kind: Kind,
        at: datetime,
        *,
        first: object,
        confidence: float,
        rule: str,
        summary: str,
        evidence: tuple[Evidence, ...] = (),
        details: Mapping[str, Json] | None = None,
    ) -> Finding:
        """Write a finding; `first` names the first evidence, which its id rests on."""
        return Finding(
            channel=self.channel.username,
            kind=kind,
            at=at,
            confidence=confidence,
            rule=rule,
            summary=f"@{self.channel.username} {summary}",
            evidence=evidence,
            details=details or {},
            key=f"{owner(self.channel)}\n{first}",
        )

    def address(self, post_id: int) -> str:
        """Return a post's public address."""
        return f"https://t.me/{self.channel.username}/{post_id}"

    def said(self, said: Said) -> Finding:
        """Write what a post says about its channel's place."""
        verdict = said.verdict
        kind = _KINDS[verdict.label]
        quotes = [q.quote[:QUOTE] for q in verdict.evidence] or [said.text[:QUOTE]]
        details: dict[str, Json] = {
            "own_destinations": [
                {"platform": platform, "handle": handle}
                for platform, handle in verdict.own_destinations
            ],
            "text": said.text[:QUOTE],
            "against": list[Json](verdict.against),
        }
        if verdict.effective_at is not None:
            details["effective_at"] = as_rfc3339(verdict.effective_at)
        if verdict.semantic is not None:
            details["semantic"] = verdict.semantic.as_json()
        if verdict.review:
            details["review"] = True
        return self.write(
            kind,
            said.at,
            first=said.post_id,
            confidence=verdict.confidence,
            rule=verdict.rule,
            summary=f"{_SAYS[kind]}, as only the model of meaning has it"
            if verdict.review
            else _SAYS[kind],
            evidence=tuple(
                Evidence(said.post_id, self.address(said.post_id), quote, said.sha256)
                for quote in quotes
            ),
            details=details,
        )

    def shown(self, shown: Shown) -> Finding:
        """Write the first appearance of an own presence on another platform."""
        return self.write(
            Kind.DESTINATION_LINK,
            shown.at,
            first=f"{shown.platform}:{shown.handle.casefold()}",
            confidence=0.9,
            rule="links.own_first_seen",
            summary=f"shows {shown.handle} on {shown.platform} as its own",
            evidence=(
                Evidence(shown.post_id, self.address(shown.post_id), shown.url, shown.sha256),
            ),
            details={"platform": shown.platform, "handle": shown.handle},
        )

    def block_changed(self, change: BlockChange) -> Finding:
        """Write a change of the links that stand under a channel's posts."""
        return self.write(
            Kind.LINK_BLOCK_CHANGED,
            change.at,
            first=f"{change.post_id} block",
            confidence=0.85,
            rule="standing.block_changed",
            summary="changed the links that stand under its posts",
            evidence=(Evidence(change.post_id, self.address(change.post_id), None, change.sha256),),
            details={
                "added": [{"platform": p, "handle": h} for p, h in change.added],
                "removed": [{"platform": p, "handle": h} for p, h in change.removed],
            },
        )


def times(**at: datetime | None) -> dict[str, Json]:
    """Return moments as a finding's details write them."""
    return {name: None if value is None else as_rfc3339(value) for name, value in at.items()}
