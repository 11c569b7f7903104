"""The event log and the database of scoring are lost: the other services fill both again."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any

import pytest

from deploy.local.kafka import Kafka
from tests.system.backup import commands
from tests.system.company import Company
from tests.system.installation import Installation
from tests.system.product import Running, eventually
from tests.system.test_restore import Load, listed, services_agree
from tests.system.test_surveys import open_survey

_MOMENTS = {"version", "as_of", "made_at", "recorded_at"}


def scores(product: Running) -> dict[str, dict[str, Any]]:
    """Return all scores by customer, without versions and moments."""
    return {
        each["customer_id"]: {name: each[name] for name in each.keys() - _MOMENTS}
        for each in listed(product, "/v1/scores")
    }


@contextmanager
def emptied(
    installation: Installation, new_broker: Callable[[], AbstractContextManager[Kafka]]
) -> Iterator[Installation]:
    """Yield the installation with an empty log and an empty database of scoring."""
    if installation.broker is None:
        for name in ("events.log.db", "scoring.db"):
            for file in (installation.folder / "data").glob(f"{name}*"):
                file.unlink()
        yield installation
        return
    with new_broker() as broker:
        environment = installation.environment | {"PATRON_KAFKA_BOOTSTRAP": broker.bootstrap}
        drop, create_role, *_ = commands("Restore")
        for command in (drop, create_role):
            installation.backup().run(command, SERVICE="scoring")
        yield replace(installation, environment=environment, broker=broker)


@pytest.mark.real_by_default
@pytest.mark.timeout(600)
def test_an_empty_log_and_an_empty_scoring_database_are_filled_again(
    installation: Installation, request: pytest.FixtureRequest
) -> None:
    """The registry fills them without a worker and after a kill -9, the survey beside a worker."""
    with installation.started() as product:
        company = Company(product)
        load = Load(company, open_survey(company))
        load.customers(0, 60)
        eventually(lambda: services_agree(product, load.survey), seconds=180, pause=1)
        before = scores(product)
    with emptied(installation, request.getfixturevalue("new_broker")) as installed:
        backup = installed.backup()
        backup.folder.mkdir()
        for service in ("registry", "survey", "scoring", "gateway"):
            backup.run(f"python -m services.{service} migrate")
            backup.run(f"python -m services.{service} topics")
        backup.run("python -m services.scoring restored --versions-ahead 100000")
        backup.kill("python -m services.registry snapshot --facts")
        rest = backup.run("python -m services.registry snapshot --facts")
        assert "continued_after" in json.loads(rest.splitlines()[0])
        with installed.started() as product:
            load = Load(Company(product, company.system), load.survey)
            backup.run("python -m services.survey snapshot --facts")
            eventually(lambda: services_agree(product, load.survey), seconds=180, pause=1)
            eventually(lambda: scores(product) == before, pause=1)
            backup.run_section("Check")
            load.company.place_order("o-next", "c1", "70000")  # its score is newer for the registry
            eventually(lambda: services_agree(product, load.survey), pause=1)
