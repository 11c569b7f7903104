"""Request and response bodies of questionnaires."""

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
    WithJsonSchema,
    model_validator,
)

from services.survey.design.questionnaire import examples
from services.survey.design.questionnaire.domain import LARGEST, Language, QuestionnaireState
from services.survey.design.questionnaire.models import Questionnaire, QuestionnaireVersion
from services.survey.design.questionnaire.problems import INCOMPLETE, NUMBER, TEXT
from services.survey.design.questionnaire.rules import MOST_ITEMS, missing_translations
from shared.contracts.survey.survey import ItemRole
from shared.errors import MAX_FAULTS, InvalidValue
from shared.faults import UNREADABLE
from shared.http.patch import patched
from shared.http.schemas import UNTAGGED, Body, Code, FacetedPage, Flag, Integer, Page
from shared.texts import normalise


def _check_printable(text: str) -> str:
    """Return the text; refuse control characters other than line breaks and tabs."""
    if any(ord(character) < ord(" ") and character not in "\n\t" for character in text):
        raise InvalidValue(UNREADABLE, "Leave out control characters.")
    return text


def _normalised(text: str) -> str:
    """Return the text normalised; one without a visible character stays.

    What is stored can be read, although a document with such a text is refused when it is written.
    """
    return normalise(text).strip() or text


def _check_number(value: object) -> object:
    """Return the value; refuse it if it is no number.

    Without this check Pydantic would report two faults, one for each type of `int | float`.
    """
    if type(value) not in {int, float}:
        raise InvalidValue(NUMBER, "Give a number.")
    return value


DisplayText = Annotated[
    str,
    StringConstraints(min_length=1, max_length=1000, strip_whitespace=True),
    AfterValidator(_check_printable),
    AfterValidator(_normalised),
]
ItemCode = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,63}$"),
    Field(
        description="The name of the answer in responses and in imported files.",
        examples=["appearance"],
    ),
]
OptionCode = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"), Field(examples=["online"])
]
ScaleValue = Annotated[Integer, Field(ge=-1000, le=1000)]
NumberBound = Annotated[
    StrictInt | StrictFloat,
    BeforeValidator(_check_number),
    Field(ge=-LARGEST, le=LARGEST),
    WithJsonSchema({"type": "number", "minimum": -LARGEST, "maximum": LARGEST}),
]


class _TextInLanguages(Body):
    zh: DisplayText | None = Field(None, examples=["外观"])
    en: DisplayText | None = Field(None, examples=["Appearance"])


class LocalizedTextUpdate(_TextInLanguages):
    """A change of a text. An absent language stays as it is; null removes the language."""


class LocalizedText(_TextInLanguages):
    """A text in Chinese, English or both."""

    @model_validator(mode="after")
    def _check_has_a_language(self) -> "LocalizedText":
        if self.zh is None and self.en is None:
            raise InvalidValue(TEXT, "Give the text in zh, en or both.")
        return self


class ValueLabel(Body):
    """A value that can be answered, and the text that respondents see for it."""

    value: ScaleValue
    text: LocalizedText


class AnswerScale(Body):
    """A Likert scale (李克特量表): the whole numbers from `least` to `most`, which is the best."""

    least: ScaleValue = Field(examples=[1])
    most: ScaleValue = Field(examples=[5])
    falling: Flag = Field(False, description="Whether the greatest value is shown first.")
    labels: list[ValueLabel] = Field(
        [],
        max_length=11,
        description="Labels of points of the scale; a point without a label is shown as a number.",
    )


class AnswerOption(Body):
    """An option of a single or multiple choice; if `missing` is true, it counts as no answer."""

    code: OptionCode
    text: LocalizedText
    missing: Flag = False


class MatrixRow(Body):
    """A row of a matrix: one item, which is rated on the scale of the matrix."""

    code: ItemCode
    text: LocalizedText
    role: ItemRole | None = Field(
        None,
        description="The construct that the row measures; the default is the role of the matrix.",
    )


class _Question(Body):
    code: ItemCode
    text: LocalizedText
    hint: LocalizedText | None = None
    required: Flag = False
    role: ItemRole | None = Field(
        None,
        description="The construct that the question measures; the default is `recommend` for an "
        "NPS question, otherwise `other`.",
    )


MissingCodes = Annotated[
    list[ValueLabel],
    Field(max_length=10, description="Values outside the scale that count as no answer (缺失值)."),
]


class MatrixQuestion(_Question):
    """A question with several rows (Likert items), which are rated on the same scale."""

    type: Literal["matrix"]
    scale: AnswerScale
    rows: list[MatrixRow] = Field(min_length=1, max_length=100)
    missing: MissingCodes = Field([])


class RatingQuestion(_Question):
    """A question that is answered with a point of a scale."""

    type: Literal["rating"]
    scale: AnswerScale
    missing: MissingCodes = Field([])


class NpsQuestion(_Question):
    """A question how likely the respondent is to recommend the company, from 0 to 10 (净推荐值)."""

    type: Literal["nps"]
    labels: list[ValueLabel] = Field([], max_length=11)
    missing: MissingCodes = Field([])


class SingleChoiceQuestion(_Question):
    """A question that is answered with one of several options."""

    type: Literal["single"]
    options: list[AnswerOption] = Field(min_length=2, max_length=200)


class MultipleChoiceQuestion(_Question):
    """A question that is answered with at least `fewest` and at most `greatest` options."""

    type: Literal["multiple"]
    options: list[AnswerOption] = Field(min_length=2, max_length=200)
    fewest: Annotated[Integer, Field(ge=0, le=200)] | None = None
    greatest: Annotated[Integer, Field(ge=1, le=200)] | None = None


class NumberQuestion(_Question):
    """A question that is answered with a number, which has at most `decimals` decimals."""

    type: Literal["number"]
    least: NumberBound | None = None
    most: NumberBound | None = None
    decimals: Integer = Field(0, ge=0, le=3)
    missing: MissingCodes = Field([])


class OpenQuestion(_Question):
    """An open question (开放题), which is answered with a text.

    The answers to open questions are left out of the events `response.submitted`; they are in the
    events `response.state`.
    """

    type: Literal["text"]
    longest: Integer = Field(2000, ge=1, le=10_000, description="Greatest length of an answer.")


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
    """The texts and questions of a questionnaire (问卷)."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.DOCUMENT]})

    title: LocalizedText = Field(description="Title that respondents see above the questions.")
    introduction: LocalizedText | None = Field(
        None, description="Text that respondents read below the title."
    )
    questions: Questions

    def document(self) -> dict[str, Any]:
        """Return this document as the JSON object that is stored."""
        return self.model_dump(mode="json", exclude_none=True)


class QuestionnaireCreate(Body):
    """A new questionnaire: your own, or a copy of a template with changes and further questions.

    `{"template": "product-quality"}` alone is enough. The codes of questions and of matrix rows
    must be unique within the questionnaire, including the questions of the template.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [examples.CREATE]})

    template: Code | None = Field(
        None,
        description="Name of a template (模板); GET /v1/questionnaire-templates lists them.",
        examples=["product-quality"],
    )
    title: LocalizedText | None = Field(
        None, description="Required without a template; otherwise it replaces the template's title."
    )
    introduction: LocalizedText | None = None
    questions: Questions | None = Field(
        None,
        description="Required without a template; otherwise added after the template's questions.",
    )

    @model_validator(mode="after")
    def _check_is_complete(self) -> "QuestionnaireCreate":
        if self.template is None and (self.title is None or self.questions is None):
            raise InvalidValue(INCOMPLETE, "Give a template, or a title and questions.")
        return self

    def document(self, template: dict[str, Any]) -> dict[str, Any]:
        """Return the new questionnaire as the JSON object that is stored.

        `template` is the document of the requested template, or {} if no template is requested.
        """
        own_fields = self.model_dump(mode="json", exclude_none=True, exclude={"template"})
        questions = [*template.get("questions", ()), *own_fields.get("questions", ())]
        return QuestionnaireDocument.model_validate(
            template | own_fields | {"questions": questions}
        ).document()


class QuestionnaireUpdate(Body):
    """A JSON Merge Patch (RFC 7396) of the newest version, which must be a draft.

    An absent field stays as it is; null removes the field. Every language of a text is a field of
    its own.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [examples.UPDATE]})

    title: LocalizedTextUpdate | None = Field(None, description="The title; it cannot be removed.")
    introduction: LocalizedTextUpdate | None = None
    questions: Questions | None = Field(
        None,
        description="Replaces all questions, including those that came from a template; null is "
        "refused.",
    )

    def applied_to(self, document: dict[str, Any]) -> dict[str, Any]:
        """Return the document with this patch applied; Invalid if a required field is removed."""
        return patched(QuestionnaireDocument, document, self).document()


class MissingTranslationOut(Body):
    """A text of a questionnaire that lacks a language which other texts have."""

    pointer: str = Field(
        description="JSON pointer to the text, such as `/questions/0/text`.",
        examples=["/questions/0/text"],
    )
    language: Language = Field(description="The language that is missing.")


class QuestionnaireOut(QuestionnaireDocument):
    """A version of a questionnaire: the newest version, unless the request names another one."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.STORED]})

    id: UUID
    version: int
    state: QuestionnaireState
    template: str | None = Field(
        description="Name of the template that the questionnaire was created from."
    )
    revision: int = Field(
        description="A number that every change of any version raises; it is the ETag."
    )
    created_at: datetime
    changed_at: datetime
    published_at: datetime | None
    missing_translations: list[MissingTranslationOut] = Field(
        description="The first 100 texts that lack a language which other texts have; empty if "
        "the questionnaire is complete. While there are any, the version is published only with "
        "`allow_missing_translations=true`."
    )


class QuestionnairePage(FacetedPage[QuestionnaireOut]):
    """A page of questionnaires."""


class QuestionnaireVersionPage(Page[QuestionnaireOut]):
    """A page of the versions of a questionnaire."""


class TemplateOut(Body):
    """A questionnaire template."""

    name: str
    title: LocalizedText


class TemplatePage(Page[TemplateOut]):
    """All questionnaire templates."""


def questionnaire_out(
    questionnaire: Questionnaire, version: QuestionnaireVersion
) -> QuestionnaireOut:
    """Return the response body for this version of a questionnaire."""
    return QuestionnaireOut(
        id=questionnaire.id,
        version=version.version,
        state=QuestionnaireState(version.state),
        template=questionnaire.template,
        revision=questionnaire.revision,
        created_at=questionnaire.created_at,
        changed_at=version.changed_at,
        published_at=version.published_at,
        missing_translations=_missing_translations_out(version.document),
        **version.document,
    )


def _missing_translations_out(document: dict[str, Any]) -> list[MissingTranslationOut]:
    """Return the first missing translations of a document, as many as a problem has faults."""
    return [
        MissingTranslationOut(pointer=fault.pointer, language=fault.params["language"])
        for fault in missing_translations(document)[:MAX_FAULTS]
    ]
