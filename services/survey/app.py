"""The HTTP API of the survey service."""

from fastapi import FastAPI

from services.survey.design.questionnaire import routes as questionnaire
from services.survey.design.questionnaire.domain import Text
from services.survey.fieldwork.form import routes as form
from services.survey.fieldwork.form.pages import Appearance, PageRenderer
from services.survey.fieldwork.imports import routes as imports
from services.survey.fieldwork.invitation import routes as invitation
from services.survey.fieldwork.response import routes as response
from services.survey.fieldwork.survey import routes as survey
from services.survey.settings import Settings
from shared.http.app import create_app as create_service_app


def create_app(settings: Settings) -> FastAPI:
    """Create the FastAPI application of the survey service, without opening any connection."""
    app = create_service_app(
        settings,
        title="Patron surveys",
        description="Questionnaires, surveys with their waves, invitations and responses.",
        routers=[
            questionnaire.router,
            questionnaire.template_router,
            survey.router,
            invitation.router,
            response.router,
            imports.router,
            form.router,
        ],
    )
    app.state.page_renderer = PageRenderer(settings.zone, _appearance(settings))
    return app


def _appearance(settings: Settings) -> Appearance:
    """Return the company's name, logo and colour on respondents' pages."""
    name = Text(zh=settings.company_name_zh, en=settings.company_name_en)
    return Appearance(
        company=name if name.zh or name.en else None,
        logo=settings.company_logo,
        accent=settings.company_accent,
    )
