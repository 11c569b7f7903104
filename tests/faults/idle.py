"""Wait until the product has finished all work in progress, by polling."""

import sqlite3
import time
from functools import partial

import psycopg
from kafka.errors import KafkaError

from tests.faults.environment import ROLES, Environment
from tests.faults.files import FINISHED
from tests.faults.names import CONSUMED, SERVICES
from tests.faults.retrying_client import RetryingClient
from tests.system.product import eventually

TIMEOUT_SECONDS = 180
_UNREACHABLE = (sqlite3.OperationalError, psycopg.OperationalError, KafkaError, OSError)


class NotIdle(AssertionError):
    """Some work did not end in time; the message says which."""


def wait_until_idle(environment: Environment, api: RetryingClient) -> float:
    """Wait until every process runs and every event is applied; return the seconds waited."""
    began = time.monotonic()
    eventually(lambda: set(ROLES) <= set(environment.product.roles()), seconds=TIMEOUT_SECONDS)
    for location in [one.location for one in environment.acknowledged.imports[-40:]]:
        eventually(partial(_is_finished, api, location), seconds=TIMEOUT_SECONDS)
    while waiting := _describe_unfinished(environment):
        if time.monotonic() - began > TIMEOUT_SECONDS:
            raise NotIdle(f"not idle after {TIMEOUT_SECONDS} s: {waiting}")
        time.sleep(0.05)
    return time.monotonic() - began


def _is_finished(api: RetryingClient, location: str) -> bool:
    return api.get(location)["state"] in FINISHED


def _describe_unfinished(environment: Environment) -> str:
    """Return which work is unfinished, or why that is not known; empty if all is finished."""
    try:
        return _first_unfinished(environment)
    except _UNREACHABLE as error:
        return repr(error)


def _first_unfinished(environment: Environment) -> str:
    """Describe the first unfinished work that is found, such as "outbox of survey"; "" if none is.

    Services are looked at in the order in which events reach them; the events of scoring reach
    the registry at the end.
    """
    for service in (*SERVICES, "registry"):
        if service in CONSUMED and environment.infrastructure.consumer_lag(service):
            return f"consumer of {service}"
        if service == "scoring" and environment.infrastructure.number("scoring", _AWAITING_CLASSES):
            return "ABC classes of scoring"
        if environment.infrastructure.number(service, _UNPUBLISHED):
            return f"outbox of {service}"
    return ""


_UNPUBLISHED = "SELECT count(*) FROM outbox WHERE published_at IS NULL"
_AWAITING_CLASSES = "SELECT count(*) FROM scores WHERE unsettled_since IS NOT NULL"
