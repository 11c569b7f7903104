"""The states of a survey (调研), the catalogue of its items, and the tokens of its open links."""

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
    """The state of a survey; only a published survey takes responses."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"


def catalogue_item(item: Item) -> CatalogueItem:
    """Return the description of an item for consumers of coded answers."""
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
    """Return the catalogue (by code) with the items of another wave, and the codes that conflict.

    A code conflicts if it has another meaning in the current catalogue: figures of two waves can be
    compared only if a code means the same in both.
    """
    merged = dict(current)
    conflicts = [item.code for item in added if merged.setdefault(item.code, item) != item]
    return merged, conflicts


def sign_link_token(key: bytes, wave_id: UUID) -> str:
    """Return the token of the open link (公开链接) of a wave: 43 characters of URL-safe base64.

    It is the id of the wave and the first 16 bytes of an HMAC-SHA-256 of it.
    """
    signed = wave_id.bytes + _signature(key, wave_id)
    return urlsafe_b64encode(signed).rstrip(b"=").decode()


def verify_link_token(key: bytes, token: str) -> UUID | None:
    """Return the id of the wave that a token was signed for; None if we did not sign it."""
    if not _TOKEN.fullmatch(token):
        return None
    wave_id = UUID(bytes=urlsafe_b64decode(f"{token}=")[:16])
    return wave_id if hmac.compare_digest(sign_link_token(key, wave_id), token) else None


def _signature(key: bytes, wave_id: UUID) -> bytes:
    """Return the first 16 bytes of the HMAC of a wave id; the purpose is part of what is signed."""
    return hmac.digest(key, _PURPOSE + wave_id.bytes, "sha256")[:_SIGNATURE_BYTES]
