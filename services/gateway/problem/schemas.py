"""Response bodies of the catalogue of errors."""

from typing import Any, Literal

from pydantic import ConfigDict, Field

from shared.http.schemas import Body, Page

_EXAMPLE: dict[str, Any] = {
    "code": "too_long",
    "kind": "fault",
    "status": None,
    "title": {"en": "This is too long.", "zh": "内容过长。"},
    "advice": {
        "en": "Maximum number of characters or items: {max}.",
        "zh": "最多 {max} 个字符或条目。",
    },
    "params": ["max"],
}


class CatalogueTexts(Body):
    """A text in English and Chinese; parameters of a fault stand in braces: `{max}`."""

    en: str = Field(description="In English.")
    zh: str = Field(description="In Chinese (zh-CN).")


class CatalogueEntryOut(Body):
    """A code of problems or of faults, with its meaning."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    code: str = Field(description="The value of `code`; it never changes.")
    kind: Literal["problem", "fault"] = Field(
        description="`problem`: the code of an error response; `fault`: the code of one of the "
        "`errors` in it. A problem and a fault may have the same code."
    )
    status: int | None = Field(
        description="The HTTP status of the problem; null for a fault, which occurs in problems "
        "of several statuses."
    )
    title: CatalogueTexts = Field(description="What is wrong.")
    advice: CatalogueTexts = Field(description="What the caller can do.")
    params: list[str] = Field(
        description="The names in `params` of every fault with this code; one that does not apply "
        "is null."
    )


class CataloguePage(Page[CatalogueEntryOut]):
    """The whole catalogue: problems first, then faults, each sorted by code."""
