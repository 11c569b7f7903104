"""Every list of scoring comes in the order that it names, and turned round."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import delete, select

from services.scoring.__main__ import SERVICE
from services.scoring.value_model.domain import State
from services.scoring.value_model.models import StoredModel
from tests.services.harness import Running
from tests.services.lists import check_lists
from tests.services.scoring.telling import Told, an_id, customer, order


@pytest.fixture
def _another_model(scoring: Running) -> Iterator[None]:
    """Keep the draft of another model beside the shipped one, which no other test shall meet."""
    with scoring.database.transaction() as session:
        shipped = session.scalars(select(StoredModel)).one()
        session.add(
            StoredModel(
                id=an_id("model"),
                version=1,
                state=State.DRAFT,
                document=shipped.document,
                active_from=shipped.active_from,
            )
        )
    yield
    with scoring.database.transaction() as session:
        session.execute(delete(StoredModel).where(StoredModel.state == State.DRAFT))


@pytest.mark.usefixtures("_another_model")
def test_every_list_is_sorted_as_it_says(scoring: Running, told: Told) -> None:
    """But for an explanation: its facts come by term, then by day."""
    quantities = {"small": "9", "big": "10", "nothing": "0", "debt": "-1"}
    told.events(*map(customer, quantities))
    day = date(2025, 7, 1)
    told.events(*(order(name, name, day, (n, "9")) for name, n in quantities.items()))
    document = SERVICE.create_app(scoring.settings).openapi()
    unsorted = check_lists(scoring.client, document)
    assert unsorted == {"/v1/scores/{customer_id}/explanation"}
