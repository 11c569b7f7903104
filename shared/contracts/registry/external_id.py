"""The type of a field for the id that a record has in another system."""

from dataclasses import dataclass
from typing import Annotated

from shared.contracts.description import Doc


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalId:
    """The id that a record has in another system."""

    system: Annotated[str, Doc("Code of the other system.", "erp")]
    id: Annotated[str, Doc("Id of the record in that system.", "10017")]
