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

_SIGNATURE_BYTES = 16
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


class LinkPurpose(StrEnum):
    """The purpose that a link is signed for: its token is valid for no other one.

    The value is signed with the id: that of a wave in an open link, which anybody may use, or that
    of an invitation in a personal link.
    """

    OPEN = "patron open link 1"
    PERSONAL = "patron personal link 1"


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


def sign_link_token(key: bytes, signed_id: UUID, purpose: LinkPurpose = LinkPurpose.OPEN) -> str:
    """Return the token in a link to a respondents' page: 43 characters of URL-safe base64.

    The token encodes the 16 bytes of the id of a wave (in its public link, 公开链接) or of an
    invitation, followed by the first 16 bytes of an HMAC-SHA-256 of the id.
    """
    signed = signed_id.bytes + _signature(key, signed_id, purpose)
    return urlsafe_b64encode(signed).rstrip(b"=").decode()


def verify_link_token(
    key: bytes, token: str, purpose: LinkPurpose = LinkPurpose.OPEN
) -> UUID | None:
    """Return the id that a token was signed for; None if it is not valid for this purpose."""
    if not _TOKEN.fullmatch(token):
        return None
    signed_id = UUID(bytes=urlsafe_b64decode(f"{token}=")[:16])
    is_valid = hmac.compare_digest(sign_link_token(key, signed_id, purpose), token)
    return signed_id if is_valid else None


def _signature(key: bytes, signed_id: UUID, purpose: LinkPurpose) -> bytes:
    """Return the first 16 bytes of the HMAC-SHA-256 of an id.

    The purpose is signed too, so that the signature cannot be used for any other purpose.
    """
    return hmac.digest(key, purpose.encode() + signed_id.bytes, "sha256")[:_SIGNATURE_BYTES]
