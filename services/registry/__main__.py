"""Commands of the registry."""

from services.registry.app import create_app
from services.registry.customers.customer.models import CustomerIdentity
from services.registry.sales.order.models import Order
from services.registry.sales.product.models import Product
from services.registry.settings import Settings
from services.registry.worker import DIGESTS, PUBLICATIONS, WORKS, handlers, loops
from shared.commands import main
from shared.duplicates import Keys, print_duplicates
from shared.service import Service

KEYS: Keys = {
    "customer": (
        CustomerIdentity.customer_id,
        (CustomerIdentity.system, CustomerIdentity.external_id),
    ),
    "order": (Order.id, (Order.system, Order.external_id)),
    "product": (Product.id, (Product.code,)),
}
"""The keys by which customers, orders and products are found."""


def duplicates(settings: Settings) -> None:
    """List ids that differ only by spelling; exit with 1 if any do. Nothing is changed."""
    print_duplicates(settings, KEYS)


SERVICE = Service(
    settings=Settings,
    create_app=create_app,
    handlers=handlers,
    works=WORKS,
    publications=PUBLICATIONS,
    digests=DIGESTS,
    extra_loops=loops,
    commands={"duplicates": duplicates},
)

if __name__ == "__main__":
    main(SERVICE)
