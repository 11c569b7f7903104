"""The registry's HTTP API."""

from fastapi import FastAPI

from services.registry.customer import routes as customer
from services.registry.settings import Settings
from shared.http.app import create_app as make_app


def create_app(settings: Settings) -> FastAPI:
    """Make the app; nothing is opened yet."""
    return make_app(
        settings,
        title="Patron registry",
        description="Customers, products, orders and their imports.",
        routers=[customer.router],
    )
