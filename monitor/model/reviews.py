"""What a person decided about a finding: facts of ours, with our clock."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.clock import as_rfc3339

SURE = 0.7
"""Below this confidence a finding waits for a person. Uncalibrated, like the confidences."""


class Decision(StrEnum):
    """What a person made of a finding."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Review:
    """A decision on one finding, why, and when it was made."""

    decision: Decision
    note: str
    decided_at: datetime

    def as_json(self) -> dict[str, str]:
        """Return the review as `findings --json` writes it."""
        return {
            "decision": self.decision.value,
            "note": self.note,
            "decided_at": as_rfc3339(self.decided_at),
        }


Subject = tuple[str, str]
"""What a decision is on, within a channel: the kind of finding and its first evidence. The id of
a finding names the channel too, and a channel can be renamed."""
