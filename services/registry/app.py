"""The registry's HTTP API."""

from fastapi import FastAPI

from services.registry.customers.customer import routes as customer
from services.registry.sales.order import routes as order
from services.registry.sales.product import routes as product
from services.registry.settings import Settings
from services.registry.transfer.imports import routes as imports
from shared.http.app import create_app as create_service_app


def create_app(settings: Settings) -> FastAPI:
    """Return the ASGI application of the registry; it opens no connection before it starts."""
    return create_service_app(
        settings,
        title="Patron registry",
        description="Customers, products, orders and their imports.",
        routers=[customer.router, product.router, order.router, imports.router],
    )
