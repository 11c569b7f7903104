"""The installed programs, and a running product whose document they examine."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from tests.clients.environment import InstallFailed, Tools, ensure
from tests.system.product import Running, started


@pytest.fixture(scope="session")
def tools(report_missing: Callable[[str], NoReturn]) -> Tools:
    """Return the installed programs; where they cannot be installed, the tests are skipped."""
    try:
        return ensure()
    except InstallFailed as failure:
        report_missing(str(failure))


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Yield an empty product on the embedded stack."""
    with started("run", tmp_path_factory.mktemp("product")) as running:
        yield running


@pytest.fixture(scope="session")
def document(product: Running, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of the OpenAPI document, as the product serves it."""
    file = tmp_path_factory.mktemp("document") / "openapi.json"
    file.write_bytes(product.client.get("/openapi.json").content)
    return file
