"""The HTTP API of the scoring service."""

from fastapi import FastAPI

from services.scoring.figures.portfolio import routes as portfolio
from services.scoring.figures.score import routes as score
from services.scoring.modelling.value_model import routes as value_model
from services.scoring.settings import Settings
from shared.http.app import create_app as make_app


def create_app(settings: Settings) -> FastAPI:
    """Return the application; the database is opened by the first request."""
    return make_app(
        settings,
        title="Patron scoring",
        description="Explained scores, classes, the loyalty ladder and satisfaction indices.",
        routers=[score.router, value_model.router, portfolio.router],
    )
