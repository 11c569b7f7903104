"""Wait until nothing is under way any more, by asking."""

import sqlite3
import time
from functools import partial

import psycopg
from kafka.errors import KafkaError

from tests.faults.contact import FOLLOWED, SERVICES
from tests.faults.door import Door
from tests.faults.files import OVER
from tests.faults.stage import ROLES, Stage
from tests.system.product import eventually

SECONDS = 180
_OUT_OF_REACH = (sqlite3.OperationalError, psycopg.OperationalError, KafkaError, OSError)


class NotSettled(AssertionError):
    """Something goes on for ever; the message says what."""


def settle(stage: Stage, door: Door) -> float:
    """Return the seconds until every role runs and all has been told and applied."""
    began = time.monotonic()
    eventually(lambda: set(ROLES) <= set(stage.product.roles()), seconds=SECONDS)
    for place in [one.place for one in stage.book.imports[-40:]]:
        eventually(partial(_is_over, door, place), seconds=SECONDS)
    while waits := _what_waits(stage):
        if time.monotonic() - began > SECONDS:
            raise NotSettled(f"not settled after {SECONDS} s: {waits}")
        time.sleep(0.05)
    return time.monotonic() - began


def _is_over(door: Door, place: str) -> bool:
    return door.get(place)["state"] in OVER


def _what_waits(stage: Stage) -> str:
    """Name the first that still waits, in the order in which events go through the house."""
    try:
        return _first_that_waits(stage)
    except _OUT_OF_REACH as error:
        return repr(error)


def _first_that_waits(stage: Stage) -> str:
    for service in SERVICES:
        if service in FOLLOWED and stage.below.behind(service):
            return f"consumer of {service}"
        if service == "scoring" and stage.below.number("scoring", _UNSETTLED):
            return "classes"
        if stage.below.number(service, _UNPUBLISHED):
            return f"outbox of {service}"
    return ""


_UNPUBLISHED = "SELECT count(*) FROM outbox WHERE published_at IS NULL"
_UNSETTLED = "SELECT count(*) FROM scores WHERE unsettled_since IS NOT NULL"
