"""Migrations of the survey service that change stored rows."""

from typing import Any

import pytest
from sqlalchemy import select, update

from services.survey.__main__ import SERVICE
from services.survey.customers.customer.models import Customer
from shared import migrations
from shared.row_access import team_id_of, user_id_of
from tests.services.harness import Running
from tests.services.survey.fieldwork.response.test_routes import customer_event, handle

OLD: dict[str, Any] = {"owner": "Ren\u00e9\u200b", "team": "Lie\u0300ge"}
"""An owner and a team as earlier releases stored and published them."""


@pytest.mark.both_stacks
def test_owners_and_teams_of_earlier_releases_become_ids_also_when_events_are_replayed(
    surveys: Running,
) -> None:
    handle(surveys, customer_event(**OLD))
    assert owner_and_team(surveys) == (user_id_of("Ren\u00e9"), team_id_of("Li\u00e8ge"))
    migrations.downgrade(surveys.database, SERVICE.migrations, to="542b2c48bb65")
    with surveys.database.transaction() as session:
        session.execute(update(Customer).values(**OLD))
    migrations.upgrade(surveys.database, SERVICE.migrations)
    assert owner_and_team(surveys) == (user_id_of("Ren\u00e9"), team_id_of("Li\u00e8ge"))


def owner_and_team(surveys: Running) -> tuple[str | None, str | None]:
    """Return the stored owner and team of the only customer."""
    with surveys.database.reading() as session:
        owner, team = session.execute(select(Customer.owner, Customer.team)).one()
        return owner, team
