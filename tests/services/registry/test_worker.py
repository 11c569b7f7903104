"""Tests of the loop that corrects what an older release wrote during an upgrade."""

from sqlalchemy import delete, update

from services.registry.customers.customer.models import Customer
from services.registry.customers.score.models import Score
from services.registry.worker import Completing
from shared.row_access import team_id_of, user_id_of
from tests.services.colleagues import team, user
from tests.services.harness import Running
from tests.services.registry.scores import stored_scores

CUSTOMER = {"kind": "person", "nature": "household", "owner": user("li.na"), "team": team("east")}


def test_missing_rows_of_scores_are_created_and_outdated_owners_corrected(
    registry: Running,
) -> None:
    bodies = [CUSTOMER | {"name": name} for name in ("missing", "outdated", "right")]
    missing, outdated, right = (
        registry.client.post("/v1/customers", json=body).json()["id"] for body in bodies
    )
    before = stored_scores(registry)
    with registry.database.transaction() as session:
        session.execute(delete(Score).where(Score.id == before[missing]["id"]))
        changed = update(Score).where(Score.id == before[outdated]["id"])
        session.execute(changed.values(owner=None, team=team("west")))
    Completing(registry.database).turn()
    assert stored_scores(registry) == before
    assert right in before


def test_texts_that_an_older_release_writes_after_the_migration_become_ids_and_names(
    registry: Running,
) -> None:
    customer = registry.client.post("/v1/customers", json=CUSTOMER | {"name": "x"}).json()
    texts = {"owner": "chen.jie", "team": "south"}
    with registry.database.transaction() as session:
        session.execute(update(Customer).values(texts))
        session.execute(update(Score).values(texts))
    Completing(registry.database).turn()
    ids = {"owner": user_id_of("chen.jie"), "team": team_id_of("south")}
    found = registry.client.get(f"/v1/customers/{customer['id']}").json()
    assert found == customer | ids | {"owner_name": "chen.jie", "team_name": "south"}
    assert {name: stored_scores(registry)[found["id"]][name] for name in ids} == ids
    Completing(registry.database).turn()
    assert registry.client.get(f"/v1/customers/{customer['id']}").json() == found
