"""What a customer is, and what changes when a record changes. Pure.

A customer (客户) is a person or organisation on whom the company keeps a record; a shopper (顾客)
is anonymous and is no customer.
"""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from shared.row_access import Reader, Rows

MOST_IDS = 50
MOST_TAGS = 50


class Kind(StrEnum):
    """What sort of being a customer is."""

    PERSON = "person"
    ORGANISATION = "organisation"
    UNKNOWN = "unknown"


class Nature(StrEnum):
    """Customers by nature (客户性质)."""

    INDIVIDUAL = "individual"
    HOUSEHOLD = "household"
    GOVERNMENT = "government"
    SPECIAL = "special"
    ORDINARY_COMPANY = "ordinary_company"
    INTERMEDIARY = "intermediary"
    WHOLESALER = "wholesaler"
    RETAILER = "retailer"
    INTEGRATOR = "integrator"
    UNKNOWN = "unknown"


class Ownership(StrEnum):
    """Who owns an organisation (所有制)."""

    STATE = "state"
    PRIVATE = "private"
    JOINT_VENTURE = "joint_venture"
    FOREIGN = "foreign"


class RetailFormat(StrEnum):
    """The format of a retailer (业态)."""

    DEPARTMENT_STORE = "department_store"
    SUPERMARKET = "supermarket"
    HYPERMARKET = "hypermarket"
    CONVENIENCE_STORE = "convenience_store"
    SPECIALTY_STORE = "specialty_store"


@dataclass(frozen=True, slots=True, order=True)
class ExternalId:
    """The name that another system gives to a customer."""

    system: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is on record of a customer."""

    external_ids: tuple[ExternalId, ...] = ()
    name: str
    name_en: str | None = None
    kind: Kind
    nature: Nature
    ownership: Ownership | None = None
    retail_format: RetailFormat | None = None
    email: str | None = None
    phone: str | None = None
    city: str | None = None
    owner: str | None = None
    team: str | None = None
    internal: bool = False
    disqualified: bool = False
    tags: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A field that does not fit the rest of the record, and what to do."""

    field: str
    message: str


def contradictions(record: Record) -> list[Contradiction]:
    """Tell what in a record cannot be true together."""
    found = []
    if not _fits(record.kind, record.nature):
        found.append(Contradiction("nature", "Persons are individual or household, others not."))
    if record.ownership and record.kind is Kind.PERSON:
        found.append(Contradiction("ownership", "Only an organisation has an ownership."))
    if record.retail_format and record.nature is not Nature.RETAILER:
        found.append(Contradiction("retail_format", "Only a retailer has a retail format."))
    return found


def _fits(kind: Kind, nature: Nature) -> bool:
    if kind is Kind.UNKNOWN or nature is Nature.UNKNOWN:
        return True
    return (kind is Kind.PERSON) == (nature in {Nature.INDIVIDUAL, Nature.HOUSEHOLD})


_SIGHT = {
    "owner": "This key sees only customers whose owner is its own id: leave out the owner, "
    "or give the id of the key.",
    "team": "This key sees only customers of its own team: leave out the team, or give that team.",
}


def _sight(reader: Reader) -> dict[str, str | None]:
    """Tell which field a reader's customers share, and its value."""
    if reader.rows is Rows.OWN:
        return {"owner": reader.subject}
    return {"team": reader.team} if reader.rows is Rows.TEAM else {}


def brought_into_sight(record: Record, reader: Reader) -> Record:
    """Fill in the owner or team by which the reader sees, where the record names none."""
    absent: dict[str, Any] = {
        name: value for name, value in _sight(reader).items() if getattr(record, name) is None
    }
    return replace(record, **absent)


def out_of_sight(record: Record, reader: Reader) -> list[Contradiction]:
    """Tell what in a record would hide it from its reader."""
    wanted = _sight(reader)
    return [
        Contradiction(name, _SIGHT[name])
        for name, value in wanted.items()
        if getattr(record, name) != value
    ]


def united(first: Iterable[ExternalId], second: Iterable[ExternalId]) -> tuple[ExternalId, ...]:
    """Give the external ids of both, each once, in a stable order."""
    return tuple(sorted({*first, *second}))


def differences(before: Record, after: Record) -> dict[str, dict[str, Any]]:
    """Tell the fields that differ, each with the value `from` and `to`."""
    old, new = asdict(before), asdict(after)
    return {name: {"from": old[name], "to": new[name]} for name in old if old[name] != new[name]}


_WORD = re.compile(r"[^\W_]+(?:[-'.@+][^\W_]+)*")
_CHINESE = re.compile(r"[㐀-鿿豈-﫿]+")
_LONGEST_TOKEN = 60


def tokens(record: Record) -> set[str]:
    """Give what the record is found by: its words, and the pieces of those with Chinese in them.

    A search matches the beginning of a token. Tokens are kept: a change here needs a migration.
    """
    ids = [external.id for external in record.external_ids]
    texts = [record.name, record.name_en, record.email, record.phone, record.city, *ids]
    found: set[str] = set()
    for text in filter(None, texts):
        lowered = text.lower()
        runs, others = _pieces(lowered)
        found.update(word[:_LONGEST_TOKEN] for word in (lowered, *_WORD.findall(lowered), *others))
        found.update(run[at : at + 2] for run in runs for at in range(len(run)))
    return found


def query_tokens(query: str) -> list[str]:
    """Give the beginnings that all have to be found for a record to match."""
    wanted: list[str] = []
    for word in query.lower().split():
        runs, others = _pieces(word)
        if not runs:
            wanted.append(word[:_LONGEST_TOKEN])
            continue
        wanted += [run[at : at + 2] for run in runs for at in range(max(len(run) - 1, 1))]
        wanted += [other[:_LONGEST_TOKEN] for other in others]
    return list(dict.fromkeys(wanted))


def _pieces(text: str) -> tuple[list[str], list[str]]:
    """Part a text that has Chinese in it: its runs of Chinese, and the words between them."""
    return _CHINESE.findall(text), _WORD.findall(_CHINESE.sub(" ", text))
