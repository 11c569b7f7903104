"""The life of a survey (调研), the catalogue of its items, and the links that lead to its page."""

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


class State(StrEnum):
    """A survey is prepared, then answered, then over."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"


def catalogue_item(item: Item) -> CatalogueItem:
    """Describe an item for those who only see coded answers."""
    return CatalogueItem(
        code=item.code,
        type=item.type.value,
        least=item.least,
        most=item.most,
        missing=list(item.missing),
        role=item.role.value,
    )


def merge_catalogues(
    kept: Mapping[str, CatalogueItem], added: Iterable[CatalogueItem]
) -> tuple[dict[str, CatalogueItem], list[str]]:
    """Add the items of one more wave; give also the codes that would change their meaning.

    Figures of two waves compare only where a code means the same in both.
    """
    merged = dict(kept)
    clashes = [item.code for item in added if merged.setdefault(item.code, item) != item]
    return merged, clashes


def sign_link(key: bytes, wave_id: UUID) -> str:
    """Make the token of the open link (公开链接) of a wave."""
    signed = wave_id.bytes + _signature(key, wave_id)
    return urlsafe_b64encode(signed).rstrip(b"=").decode()


def read_link(key: bytes, token: str) -> UUID | None:
    """Give the wave that a token was made for, or None where we did not make it."""
    if not _TOKEN.fullmatch(token):
        return None
    wave_id = UUID(bytes=urlsafe_b64decode(f"{token}=")[:16])
    return wave_id if hmac.compare_digest(sign_link(key, wave_id), token) else None


def _signature(key: bytes, wave_id: UUID) -> bytes:
    return hmac.digest(key, _PURPOSE + wave_id.bytes, "sha256")[:_SIGNATURE_BYTES]
