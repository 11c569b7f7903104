"""Query parameters that several nouns have."""

from shared.errors import Fault, Invalid


def external_id_pair(text: str | None) -> tuple[str, str] | None:
    """Read `system:id`; the id may have colons of its own."""
    if text is None:
        return None
    system, colon, external_id = text.partition(":")
    if not colon or not system or not external_id:
        raise Invalid(Fault("query:external_id", "form", "Write system:id, as in shop:10017."))
    return system, external_id
