"""Every list of the gateway comes in the order that it names, and turned round."""

from services.gateway.app import create_app
from tests.services.gateway.conftest import Gateway
from tests.services.lists import check_lists


def test_every_list_is_sorted_as_it_says(gateway: Gateway) -> None:
    for name in "ab":
        gateway.client.post("/v1/api-keys", json={"name": name, "scopes": ["read"]})
    assert check_lists(gateway.client, create_app(gateway.settings).openapi()) == set()
