"""Bodies of questionnaires."""

from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictFloat,
    StrictInt,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from services.survey.design.questionnaire import examples
from services.survey.design.questionnaire.domain import LARGEST, Role, VersionState
from services.survey.design.questionnaire.models import Questionnaire, QuestionnaireVersion
from services.survey.design.questionnaire.rules import MOST_ITEMS
from shared.http.patch import patched
from shared.http.schemas import UNTAGGED, Body, Code, Flag, Integer, Page


def _printable(text: str) -> str:
    if any(ord(character) < ord(" ") and character not in "\n\t" for character in text):
        raise PydanticCustomError("unreadable", "Leave out control characters.")
    return text


def _number(value: object) -> object:
    """Tell once what is no number, not for each kind of number."""
    if type(value) not in {int, float}:
        raise PydanticCustomError("number", "Give a number.")
    return value


Line = Annotated[
    str,
    StringConstraints(min_length=1, max_length=1000, strip_whitespace=True),
    AfterValidator(_printable),
]
ItemCode = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,63}$"),
    Field(description="The name under which answers travel.", examples=["appearance"]),
]
OptionCode = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"), Field(examples=["online"])
]
Point = Annotated[Integer, Field(ge=-1000, le=1000)]
Bound = Annotated[StrictInt | StrictFloat, BeforeValidator(_number), Field(ge=-LARGEST, le=LARGEST)]


class _Text(Body):
    zh: Line | None = Field(None, examples=["外观"])
    en: Line | None = Field(None, examples=["Appearance"])


class TextUpdate(_Text):
    """What changes of a text: a language that is absent stays, null removes it."""


class LocalizedText(_Text):
    """A text in Chinese, English or both."""

    @model_validator(mode="after")
    def _in_some_language(self) -> "LocalizedText":
        if self.zh is None and self.en is None:
            raise PydanticCustomError("text", "Give the text in zh, en or both.")
        return self


class ScalePoint(Body):
    """A value and what it means."""

    value: Point
    text: LocalizedText


class AnswerScale(Body):
    """A Likert scale (李克特量表): whole numbers from `least` to `most`, which is the best."""

    least: Point = Field(examples=[1])
    most: Point = Field(examples=[5])
    falling: Flag = Field(False, description="Show the greatest value first.")
    labels: list[ScalePoint] = Field([], max_length=11, description="What points are called.")


class AnswerOption(Body):
    """An option; one that is `missing` counts as no answer."""

    code: OptionCode
    text: LocalizedText
    missing: Flag = False


class MatrixRow(Body):
    """One item of a matrix."""

    code: ItemCode
    text: LocalizedText
    role: Role | None = Field(None, description="Where it differs from that of the matrix.")


class _Question(Body):
    code: ItemCode
    text: LocalizedText
    hint: LocalizedText | None = None
    required: Flag = False
    role: Role | None = Field(None, description="What it measures; NPS: recommend, else other.")


Missing = Annotated[
    list[ScalePoint],
    Field(max_length=10, description="Codes outside the scale that count as no answer (缺失值)."),
]


class MatrixQuestion(_Question):
    """Likert items that share a scale."""

    type: Literal["matrix"]
    scale: AnswerScale
    rows: list[MatrixRow] = Field(min_length=1, max_length=100)
    missing: Missing = Field([])


class RatingQuestion(_Question):
    """One item on a scale."""

    type: Literal["rating"]
    scale: AnswerScale
    missing: Missing = Field([])


class NpsQuestion(_Question):
    """How likely the respondent is to recommend us, from 0 to 10 (净推荐值)."""

    type: Literal["nps"]
    labels: list[ScalePoint] = Field([], max_length=11)
    missing: Missing = Field([])


class SingleChoiceQuestion(_Question):
    """One of several options."""

    type: Literal["single"]
    options: list[AnswerOption] = Field(min_length=2, max_length=200)


class MultipleChoiceQuestion(_Question):
    """Any number of options between `fewest` and `greatest`."""

    type: Literal["multiple"]
    options: list[AnswerOption] = Field(min_length=2, max_length=200)
    fewest: Annotated[Integer, Field(ge=0, le=200)] | None = None
    greatest: Annotated[Integer, Field(ge=1, le=200)] | None = None


class NumberQuestion(_Question):
    """A number with at most three decimals."""

    type: Literal["number"]
    least: Bound | None = None
    most: Bound | None = None
    decimals: Integer = Field(0, ge=0, le=3)
    missing: Missing = Field([])


class OpenQuestion(_Question):
    """An open question (开放题): its answers stay out of events."""

    type: Literal["text"]
    longest: Integer = Field(2000, ge=1, le=10_000, description="Characters.")


AnyQuestion: TypeAlias = Annotated[
    MatrixQuestion
    | RatingQuestion
    | NpsQuestion
    | SingleChoiceQuestion
    | MultipleChoiceQuestion
    | NumberQuestion
    | OpenQuestion,
    Field(discriminator="type"),
    UNTAGGED,
]
Questions = Annotated[list[AnyQuestion], Field(min_length=1, max_length=MOST_ITEMS)]


class QuestionnaireDocument(Body):
    """What a questionnaire (问卷) says and asks."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.DOCUMENT]})

    title: LocalizedText = Field(description="What respondents see above the questions.")
    introduction: LocalizedText | None = Field(None, description="What they read below the title.")
    questions: Questions

    def document(self) -> dict[str, Any]:
        """Write as it is stored."""
        return self.model_dump(mode="json", exclude_none=True)


class QuestionnaireCreate(Body):
    """A questionnaire of one's own, or a ready one (`template`), which may be extended.

    `{"template": "product-quality"}` alone will do. Codes are unique in a questionnaire, those of
    the template and of the rows of a matrix included.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [examples.NEW]})

    template: Code | None = Field(
        None,
        description="A ready questionnaire (模板); GET /v1/questionnaires/templates lists them.",
        examples=["product-quality"],
    )
    title: LocalizedText | None = Field(None, description="Needed without a template.")
    introduction: LocalizedText | None = None
    questions: Questions | None = Field(
        None, description="Needed without a template; with one they are asked after its own."
    )

    @model_validator(mode="after")
    def _whole(self) -> "QuestionnaireCreate":
        if self.template is None and (self.title is None or self.questions is None):
            raise PydanticCustomError("incomplete", "Give a template, or a title and questions.")
        return self

    def document(self, ready: dict[str, Any]) -> dict[str, Any]:
        """Write as it is stored; `ready` is the document of the template."""
        own = self.model_dump(mode="json", exclude_none=True, exclude={"template"})
        questions = [*ready.get("questions", ()), *own.get("questions", ())]
        return QuestionnaireDocument.model_validate(
            ready | own | {"questions": questions}
        ).document()


class QuestionnaireUpdate(Body):
    """A JSON Merge Patch (RFC 7396) of the draft: what is absent stays, null removes.

    Of a text this holds for each language.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [examples.PATCH]})

    title: TextUpdate | None = Field(None, description="Cannot be removed.")
    introduction: TextUpdate | None = None
    questions: Questions | None = Field(
        None, description="Replaces all questions, those of the template too; cannot be removed."
    )

    def applied_to(self, document: dict[str, Any]) -> dict[str, Any]:
        """Give the stored document that results; Invalid where something needed is removed."""
        return patched(QuestionnaireDocument, document, self).document()


class QuestionnaireOut(QuestionnaireDocument):
    """A version of a questionnaire; the newest, unless another was asked for."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.KEPT]})

    id: UUID
    version: int
    state: VersionState
    template: str | None = Field(description="The template it began from.")
    revision: int = Field(description="Grows with every change of any version; the ETag is this.")
    created_at: datetime
    changed_at: datetime
    published_at: datetime | None


class QuestionnairePage(Page[QuestionnaireOut]):
    """A page of questionnaires."""


class TemplateOut(Body):
    """A ready questionnaire."""

    name: str
    title: LocalizedText


class TemplatePage(Page[TemplateOut]):
    """The ready questionnaires."""


def questionnaire_out(
    questionnaire: Questionnaire, version: QuestionnaireVersion
) -> QuestionnaireOut:
    """Present a version of a questionnaire."""
    return QuestionnaireOut(
        id=questionnaire.id,
        version=version.version,
        state=VersionState(version.state),
        template=questionnaire.template,
        revision=questionnaire.revision,
        created_at=questionnaire.created_at,
        changed_at=version.changed_at,
        published_at=version.published_at,
        **version.document,
    )
