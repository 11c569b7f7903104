"""Tombstones: records without a value, which delete the state that was published with their key."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from shared.messaging.envelope import Record

REASON_HEADER = "patron_reason"
"""The header of a tombstone that says why it was published."""


class WithdrawalReason(StrEnum):
    """Why a state was withdrawn.

    `erased` withdraws it for good: its record is removed from restored databases too. `restored`
    says that a restored database does not have the record.
    """

    ERASED = "erased"
    RESTORED = "restored"


@dataclass(frozen=True, slots=True)
class Tombstone:
    """The withdrawal of the state with this key; handlers of `event_class` get it like a state."""

    event_class: type
    key: str
    reason: WithdrawalReason

    @property
    def id(self) -> UUID:
        """The key as an id; raises ValueError if it is none."""
        return UUID(self.key)


def class_of(event: object) -> type:
    """Return the class of events that an event belongs to, or whose state a tombstone withdraws."""
    return event.event_class if isinstance(event, Tombstone) else type(event)


def tombstone_of(record: Record, event_class: type) -> Tombstone:
    """Return the tombstone that a record without a value is; raise ValueError for a reason unknown.

    A tombstone without a reason, such as one of an earlier release, erases.
    """
    reason = record.headers.get(REASON_HEADER, WithdrawalReason.ERASED)
    return Tombstone(event_class, record.key, WithdrawalReason(reason))
