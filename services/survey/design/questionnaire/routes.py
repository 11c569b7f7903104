"""HTTP routes of questionnaires."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query
from sqlalchemy.orm import Session
from starlette.responses import Response

from services.survey.design.questionnaire import repository, service, templates
from services.survey.design.questionnaire.filters import QuestionnaireFilter
from services.survey.design.questionnaire.models import Questionnaire, QuestionnaireVersion
from services.survey.design.questionnaire.problems import UNKNOWN_TEMPLATE
from services.survey.design.questionnaire.schemas import (
    QuestionnaireCreate,
    QuestionnaireDocument,
    QuestionnaireOut,
    QuestionnairePage,
    QuestionnaireUpdate,
    QuestionnaireVersionPage,
    TemplateOut,
    TemplatePage,
    questionnaire_out,
)
from shared.errors import Fault, Invalid, found_or_404
from shared.http.answers import errors, json_response
from shared.http.dependencies import NEEDS_ALL_ROWS, Caller, ExpectedVersion, Reading, Transaction
from shared.http.idempotency import Once
from shared.http.list_parameters import paged_by
from shared.http.pagination import PageRequest, answer_page
from shared.http.routing import Router
from shared.http.schemas import Code

router = Router(
    prefix="questionnaires",
    tag="questionnaires",
    about="Questionnaires (问卷) in versions, your own or from a template. Every key can read "
    "them; changing them needs a key that sees all rows.",
)

template_router = Router(
    prefix="questionnaire-templates",
    tag="questionnaire-templates",
    about="Templates of questionnaires (问卷模板), which are part of the product.",
)
"""The routes of templates; their older paths below /v1/questionnaires still work."""

QuestionnaireId = Annotated[UUID, Path(description="The questionnaire's id.")]
TemplateName = Annotated[
    Code, Path(description="Name of the template.", examples=["product-quality"])
]
MayLackTranslations = Annotated[
    bool,
    Query(
        description="Publish although texts lack a language that other texts have; respondents "
        "then see these texts in the other language."
    ),
]
VersionNumber = Annotated[int, Path(ge=1, le=10**9, description="Number of the version.")]


@router.post(
    "",
    status_code=201,
    response_model=QuestionnaireOut,
    responses=errors(403, 409),
    dependencies=[NEEDS_ALL_ROWS],
)
def design_questionnaire(
    body: QuestionnaireCreate, once: Once, session: Transaction, caller: Caller
) -> Response:
    """Create a questionnaire, your own or from a template; its first version is a draft."""

    def create() -> Response:
        questionnaire, version = service.create_questionnaire(
            session,
            document=body.document(_template_document(body.template)),
            template=body.template,
            by=caller.subject,
        )
        return _version_response(questionnaire, version, status=201)

    return once(create)


@router.get("/templates", include_in_schema=False)
@template_router.get("", response_model=TemplatePage, responses=errors())
def list_templates() -> Response:
    """List the questionnaire templates."""
    names = templates.template_names()
    items = [TemplateOut(name=name, title=_template_document(name)["title"]) for name in names]
    return json_response(TemplatePage(items=items, next=None))


@router.get("/templates/{name}", include_in_schema=False)
@template_router.get("/{name}", response_model=QuestionnaireDocument, responses=errors(404))
def read_template(name: TemplateName) -> Response:
    """Read a questionnaire template."""
    document = found_or_404(templates.load_template(name), "There is no template of this name.")
    return json_response(QuestionnaireDocument.model_validate(document))


@router.get("", response_model=QuestionnairePage, responses=errors())
def list_questionnaires(
    session: Reading,
    paging: Annotated[PageRequest, paged_by(repository.QUESTIONNAIRES, QuestionnairePage)],
    filters: Annotated[QuestionnaireFilter, Query()],
) -> Response:
    """List the newest version of each questionnaire, oldest questionnaire first."""
    questionnaires = repository.questionnaires(session, filters, paging=paging)
    newest = repository.newest_versions(session, list(questionnaires.rows))
    return answer_page(
        QuestionnairePage,
        lambda row: questionnaire_out(row, newest[row.id]),
        questionnaires,
        paging,
    )


@router.get("/{questionnaire_id}", response_model=QuestionnaireOut, responses=errors(404))
def read_questionnaire(questionnaire_id: QuestionnaireId, session: Reading) -> Response:
    """Read the newest version of a questionnaire."""
    questionnaire = _existing_questionnaire(session, questionnaire_id)
    return _version_response(questionnaire, repository.newest_version(session, questionnaire))


@router.patch(
    "/{questionnaire_id}",
    response_model=QuestionnaireOut,
    responses=errors(400, 403, 404, 409, 412, 428),
    dependencies=[NEEDS_ALL_ROWS],
)
def change_questionnaire(
    questionnaire_id: QuestionnaireId,
    body: QuestionnaireUpdate,
    expected_version: ExpectedVersion,
    session: Transaction,
    caller: Caller,
) -> Response:
    """Change a questionnaire's draft (JSON Merge Patch); `questions` replaces all questions."""
    questionnaire, version = service.change_questionnaire(
        session,
        questionnaire_id=questionnaire_id,
        expected_revision=expected_version,
        change=body.applied_to,
        by=caller.subject,
    )
    return _version_response(questionnaire, version)


@router.post(
    "/{questionnaire_id}/publish",
    response_model=QuestionnaireOut,
    responses=errors(403, 404, 409),
    dependencies=[NEEDS_ALL_ROWS],
)
def publish_questionnaire(
    questionnaire_id: QuestionnaireId,
    once: Once,
    session: Transaction,
    *,
    allow_missing_translations: MayLackTranslations = False,
) -> Response:
    """Publish the newest version.

    A published version can never be changed again, and surveys can use it. If a text lacks a
    language that another text has, publishing is refused with a fault `missing_translation` for
    each such text; a draft lists them in `missing_translations`. A questionnaire whose texts are
    all in the same language is complete.
    """

    def publish() -> Response:
        questionnaire, version = service.publish_questionnaire(
            session,
            questionnaire_id=questionnaire_id,
            allow_missing_translations=allow_missing_translations,
        )
        return _version_response(questionnaire, version)

    return once(publish)


@router.post(
    "/{questionnaire_id}/versions",
    status_code=201,
    response_model=QuestionnaireOut,
    responses=errors(403, 404, 409),
    dependencies=[NEEDS_ALL_ROWS],
)
def open_version(
    questionnaire_id: QuestionnaireId, once: Once, session: Transaction, caller: Caller
) -> Response:
    """Open a draft of the next version, a copy of the newest version, which must be published."""

    def open_draft() -> Response:
        questionnaire, version = service.open_version(
            session, questionnaire_id=questionnaire_id, by=caller.subject
        )
        return _version_response(questionnaire, version, status=201)

    return once(open_draft)


@router.get(
    "/{questionnaire_id}/versions", response_model=QuestionnaireVersionPage, responses=errors(404)
)
def list_versions(
    questionnaire_id: QuestionnaireId,
    session: Reading,
    paging: Annotated[PageRequest, paged_by(repository.VERSIONS, QuestionnaireVersionPage)],
) -> Response:
    """List the versions of a questionnaire, newest first."""
    questionnaire = _existing_questionnaire(session, questionnaire_id)
    rows = repository.versions(session, questionnaire_id, paging=paging)
    return answer_page(
        QuestionnaireVersionPage, lambda row: questionnaire_out(questionnaire, row), rows, paging
    )


@router.get(
    "/{questionnaire_id}/versions/{version}",
    response_model=QuestionnaireOut,
    responses=errors(404),
)
def read_version(
    questionnaire_id: QuestionnaireId, version: VersionNumber, session: Reading
) -> Response:
    """Read one version of a questionnaire."""
    questionnaire = _existing_questionnaire(session, questionnaire_id)
    row = repository.version(session, questionnaire_id, version)
    return _version_response(
        questionnaire, found_or_404(row, "This questionnaire has no such version.")
    )


def _existing_questionnaire(session: Session, questionnaire_id: UUID) -> Questionnaire:
    """Return the questionnaire with this id, or raise NotFound."""
    return found_or_404(repository.questionnaire(session, questionnaire_id), service.UNKNOWN)


def _template_document(name: str | None) -> dict[str, Any]:
    """Return the document of the template with this name; {} if the name is None.

    Raises Invalid if there is no such template.
    """
    if name is None:
        return {}
    document = templates.load_template(name)
    if document is None:
        names = templates.template_names()
        raise Invalid(Fault("/template", UNKNOWN_TEMPLATE, allowed=list(names)))
    return document


def _version_response(
    questionnaire: Questionnaire, version: QuestionnaireVersion, *, status: int = 200
) -> Response:
    """Return the HTTP response with a version; the ETag is the questionnaire's revision."""
    return json_response(
        questionnaire_out(questionnaire, version),
        status=status,
        location=f"/v1/questionnaires/{questionnaire.id}",
        version=questionnaire.revision,
    )
