"""Tests of the loop that corrects rows of scores which an older release left behind."""

from sqlalchemy import delete, update

from services.registry.customers.score.models import Score
from services.registry.worker import Completing
from tests.services.harness import Running
from tests.services.registry.scores import stored_scores

CUSTOMER = {"kind": "person", "nature": "household", "owner": "li.na", "team": "east"}


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
        session.execute(changed.values(owner=None, team="west"))
    Completing(registry.database).turn()
    assert stored_scores(registry) == before
    assert right in before
