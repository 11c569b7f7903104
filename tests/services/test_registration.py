"""Tests that each service uses every route, handler, job and model that its packages define.

A noun is registered by hand in `app.py` and `worker.py` (docs/conventions.md). Without the
registration its code would be complete and tested, and never run.
"""

import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest
from fastapi import APIRouter

from shared.contracts.catalogue import contracts
from shared.packages import module_names
from tests.services.test_bounds import SERVICES

LOADED = """
import sys
from importlib import import_module
import_module(sys.argv[1])
print(*sys.modules)
"""
"""A program that imports a module, and prints the names of all modules that this has loaded."""
REGISTERED = ("routes", "handlers", "job", "models", "publication", "digest")


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest) -> Any:
    """Return the description of each service in turn."""
    return import_module(f"services.{request.param}.__main__").SERVICE


def full_names(service: Any, *names: str) -> list[str]:
    """Return the full names of the service's modules that have one of these names."""
    return module_names(import_module(f"services.{service.settings.name}"), *names)


def modules(service: Any, *names: str) -> Iterator[ModuleType]:
    """Yield the service's modules that have one of these names."""
    return map(import_module, full_names(service, *names))


def test_the_commands_of_a_service_load_every_module_that_has_to_be_registered(
    service: Any,
) -> None:
    """The commands are run in a process of their own, in which no test has loaded a module."""
    command = [sys.executable, "-c", LOADED, f"services.{service.settings.name}.__main__"]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert set(full_names(service, *REGISTERED)) - set(loaded) == set()


def test_every_route_of_a_noun_is_in_the_app(service: Any) -> None:
    served = {route.endpoint for route in service.create_app(service.settings()).state.routes}
    for module in modules(service, "routes"):
        routers = [value for value in vars(module).values() if isinstance(value, APIRouter)]
        assert routers, module.__name__
        defined = {route.endpoint for router in routers for route in router.routes}  # type: ignore[attr-defined]
        assert defined <= served, module.__name__


def test_every_handler_and_job_of_a_noun_is_run_by_the_worker(service: Any) -> None:
    handled = service.handlers(service.settings()).keys()
    for module in modules(service, "handlers", "job"):
        extractors, works = getattr(module, "EXTRACTORS", {}), getattr(module, "WORKS", {})
        assert extractors.keys() <= handled, module.__name__
        assert works.items() <= service.works.items(), module.__name__


def test_every_class_of_events_that_a_service_publishes_is_published_again(service: Any) -> None:
    """Otherwise a consumer would not be corrected after a restore."""
    name = service.settings.name
    published = {
        event_class
        for event_class, contract in contracts().items()
        if contract.topic.startswith(f"patron.{name}.")
    }
    assert published == {each for noun in service.publications for each in noun.classes}
    assert len({noun.noun for noun in service.publications}) == len(service.publications)
