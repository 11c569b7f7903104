"""Which user or team a text names, and whether a customer can be assigned to it.

All functions are pure: they read and write nothing outside their arguments.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.registry.customers.colleague.problems import AMBIGUOUS_NAME
from shared.catalogue import FaultCode
from shared.errors import Fault, InvalidValue
from shared.faults import INACTIVE_USER, UNKNOWN_TEAM, UNKNOWN_USER
from shared.row_access import canonical_id
from shared.texts import fold

_MAX_SEARCH_NAME = 200


class ColleagueKind(StrEnum):
    """The two kinds of colleagues."""

    USER = "user"
    TEAM = "team"


KINDS = {"owner": ColleagueKind.USER, "team": ColleagueKind.TEAM}
"""The kind of colleague that each of these fields of a customer names."""
UNKNOWN = {ColleagueKind.USER: UNKNOWN_USER, ColleagueKind.TEAM: UNKNOWN_TEAM}
"""The code of the fault of a text that names no known colleague of a kind."""


@dataclass(frozen=True, slots=True)
class Known:
    """A user or team that the gateway has published, or a name of an earlier release."""

    id: str
    kind: str
    name: str
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Reference:
    """The user or team that a request or a line of a file names.

    `id` is None if the text is neither an id nor the name of one known colleague. `refusal` is the
    code of the reason why no further customer can be assigned to the colleague; None if one can.
    """

    id: str | None
    refusal: FaultCode | None = None


def search_name(name: str) -> str:
    """Return the beginning of a name as searches compare it (`shared.texts.fold`)."""
    return fold(name)[:_MAX_SEARCH_NAME]


def parse_id(kind: ColleagueKind, text: str) -> str:
    """Return the id of a user or team in its usual form; raise InvalidValue if it is no UUID."""
    if (found := canonical_id(text)) is None:
        raise InvalidValue(UNKNOWN[kind])
    return found


def reference(kind: ColleagueKind, text: str, known: Iterable[Known]) -> Reference:
    """Return the reference that a text is: the id or the unique name of a colleague of this kind.

    `known` has the colleagues with this id or search name. If several have the name in another
    letter case or width, the one with exactly this name is meant.
    """
    known = [each for each in known if each.kind == kind]
    if (id_ := canonical_id(text)) is not None:
        found = [each for each in known if each.id == id_]
        return _reference_to(found[0]) if found else Reference(id_, UNKNOWN[kind])
    found = [each for each in known if fold(each.name) == fold(text)]
    chosen = [each for each in found if each.name == text] or found
    if len(chosen) > 1:
        return Reference(None, AMBIGUOUS_NAME)
    return _reference_to(chosen[0]) if chosen else Reference(None, UNKNOWN[kind])


def _reference_to(colleague: Known) -> Reference:
    return Reference(colleague.id, None if colleague.is_active else INACTIVE_USER)


def refusals(
    references: Mapping[str, Reference],
    stored: Mapping[str, str | None],
    trusted: Collection[str | None] = (),
) -> list[Fault]:
    """Return a fault for each field, owner or team, to which a customer cannot be assigned.

    `references` has the reference of each field that is written, `stored` the ids that the customer
    has, which stay valid. The ids of `trusted` need not be known: they are those of the caller.
    """
    return [
        Fault(field, each.refusal)
        for field, each in references.items()
        if each.refusal
        and (each.id is None or each.id != stored.get(field))
        and not (each.refusal is UNKNOWN[KINDS[field]] and each.id in trusted)
    ]
