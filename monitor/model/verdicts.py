"""What one post says: its label, the words that it rests on, where it points."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


class Label(StrEnum):
    """What one post says about its own channel's presence on Telegram."""

    CLOSURE = "closure"
    PARTIAL_MOVE = "partial_move"
    INVITATION = "invitation"
    RETURN = "return"
    THIRD_PARTY = "third_party"
    NONE = "none"


LinkKind = Literal["handle", "join", "id", "post", "share_button", "person", "site", "mention"]


@dataclass(frozen=True, slots=True)
class DestinationLink:
    """An address or mention of another platform: `own` when it is the channel's own presence."""

    url: str
    platform: str
    kind: LinkKind
    handle: str | None = None
    own: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """A piece of a text and its place in it: `text[start:end]`, in code points."""

    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Semantic:
    """What a model of meaning makes of a post, as evidence of its own beside the lexicons'."""

    label: Label
    probability: float
    model: str
    """What gave the vectors, with its version."""

    def as_json(self) -> dict[str, Json]:
        """Return it as `classify` and a finding's details write it."""
        return {
            "label": str(self.label),
            "probability": round(self.probability, 3),
            "model": self.model,
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one post says: its label, how sure, by which rule, and the words it rests on."""

    label: Label
    confidence: float
    rule: str
    evidence: tuple[Quote, ...] = ()
    links: tuple[DestinationLink, ...] = ()
    own_destinations: tuple[tuple[str, str], ...] = ()
    against: tuple[str, ...] = ()
    """What speaks against it: the next label and its chance, then features, the weightier first."""
    effective_at: datetime | None = None
    """When what it announces takes effect, where it names a day."""
    semantic: Semantic | None = None
    """What the model of meaning said, where it was asked."""
    review: bool = False
    """Whether only that model supports the label: then a person decides, however likely it is."""

    @property
    def firm(self) -> Label:
        """The label that the lexicons and rules support: none where only the model does."""
        return Label.NONE if self.review else self.label
