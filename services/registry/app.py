"""The registry's HTTP API."""

from fastapi import FastAPI

from services.registry.customer import routes as customer
from services.registry.imports import routes as imports
from services.registry.order import routes as order
from services.registry.product import routes as product
from services.registry.settings import Settings
from shared.http.app import create_app as make_app


def create_app(settings: Settings) -> FastAPI:
    """Make the app; nothing is opened yet."""
    return make_app(
        settings,
        title="Patron registry",
        description="Customers, products, orders and their imports.",
        routers=[customer.router, product.router, order.router, imports.router],
    )
