"""The states of a survey (调研), the item catalogue, and the tokens in its public links.

The item catalogue of a survey describes the items of all its waves, so that other services can
interpret the answers.
"""

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from enum import StrEnum
from uuid import UUID

from services.survey.design.questionnaire.domain import Item
from shared.contracts.survey.survey import CatalogueItem

_PURPOSE = b"patron open link 1"
_SIGNATURE_BYTES = 16
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


class SurveyState(StrEnum):
    """The state of a survey; only a published survey takes responses."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"


def catalogue_item(item: Item) -> CatalogueItem:
    """Return an item's entry in the item catalogue of a survey: how to interpret its answers."""
    return CatalogueItem(
        code=item.code,
        type=item.type.value,
        least=item.least,
        most=item.most,
        missing=list(item.missing),
        role=item.role.value,
    )


def merge_catalogues(
    current: Mapping[str, CatalogueItem], added: Iterable[CatalogueItem]
) -> tuple[dict[str, CatalogueItem], list[str]]:
    """Add the items of a further wave to the item catalogue of a survey.

    Returns the merged item catalogue by item code, and the codes that conflict. A code conflicts if
    the current item catalogue describes its item differently. Figures of two waves can be compared
    only if every code means the same in both waves.
    """
    merged = dict(current)
    conflicts = [item.code for item in added if merged.setdefault(item.code, item) != item]
    return merged, conflicts


def sign_link_token(key: bytes, wave_id: UUID) -> str:
    """Return the token in a wave's public link (公开链接): 43 characters of URL-safe base64.

    The token encodes the 16 bytes of the wave's id, followed by the first 16 bytes of an
    HMAC-SHA-256 of the id.
    """
    signed = wave_id.bytes + _signature(key, wave_id)
    return urlsafe_b64encode(signed).rstrip(b"=").decode()


def verify_link_token(key: bytes, token: str) -> UUID | None:
    """Return the id of the wave that a token was signed for; None if the token is not valid."""
    if not _TOKEN.fullmatch(token):
        return None
    wave_id = UUID(bytes=urlsafe_b64decode(f"{token}=")[:16])
    return wave_id if hmac.compare_digest(sign_link_token(key, wave_id), token) else None


def _signature(key: bytes, wave_id: UUID) -> bytes:
    """Return the first 16 bytes of the HMAC-SHA-256 of a wave's id.

    A fixed prefix is signed too, so that the signature cannot be used for any other purpose.
    """
    return hmac.digest(key, _PURPOSE + wave_id.bytes, "sha256")[:_SIGNATURE_BYTES]
