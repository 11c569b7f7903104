"""Owners and teams in files of customers: ids or unique names of users and teams."""

import pytest

from services.registry.customers.colleague.domain import ColleagueKind
from tests.services.colleagues import team, user
from tests.services.harness import Running
from tests.services.registry.colleagues import store
from tests.services.registry.transfer.imports.files import (
    Counts,
    counts,
    import_file,
    rejected_rows,
)

ERP = {"system": "erp"}
HEADER = "external_id,name,owner,team\n"
NOBODY = "0199a7c0-0000-7000-8000-0000000000ff"
SECOND = "0199a7c0-0000-7000-8000-0000000000aa"


def owners(registry: Running) -> dict[str, tuple[str | None, str | None]]:
    """Return the owner and team of each customer, by the name of the customer."""
    items = registry.client.get("/v1/customers").json()["items"]
    return {item["name"]: (item["owner"], item["team"]) for item in items}


def codes(registry: Running, lines: str) -> list[str]:
    """Import lines, and return the codes of the faults of each line that is rejected."""
    body = import_file(registry, "customers", HEADER + lines, options=ERP)
    return [row["error codes"] for row in rejected_rows(registry, body)]


@pytest.mark.both_stacks
def test_a_cell_has_the_id_or_the_name_of_a_user_or_team(registry: Running) -> None:
    lines = f"1,A,li.na,east\n2,B,ＬＩ.NA,West\n3,C,{user('wang').upper()},{team('east')}\n4,D,,\n"
    finished = import_file(registry, "customers", HEADER + lines, options=ERP)
    assert counts(finished) == Counts(created=4)
    assert owners(registry) == {
        "A": (user("li.na"), team("east")),
        "B": (user("li.na"), team("west")),
        "C": (user("wang"), team("east")),
        "D": (None, None),
    }
    again = import_file(registry, "customers", HEADER + lines, options=ERP)
    assert counts(again) == Counts(unchanged=4)


@pytest.mark.both_stacks
def test_a_name_that_is_unknown_or_that_several_users_have_rejects_the_line(
    registry: Running,
) -> None:
    store(registry.database, ColleagueKind.USER, SECOND, "WANG", active=True)
    lines = f"1,A,nobody,east\n2,B,{NOBODY},east\n3,C,Wang,east\n4,D,wang,li.na\n5,E,WANG,east\n"
    assert codes(registry, lines) == [
        "unknown_user",
        "unknown_user",
        "ambiguous_name",
        "unknown_team",
    ]
    assert owners(registry) == {"E": (SECOND, team("east"))}


def test_customers_stay_with_an_inactive_user_and_no_others_come(
    registry: Running,
) -> None:
    import_file(registry, "customers", f"{HEADER}1,A,li.na,east\n", options=ERP)
    store(registry.database, ColleagueKind.USER, user("li.na"), "li.na", active=False)
    assert codes(registry, "1,A2,li.na,west\n2,B,li.na,east\n") == ["inactive_user"]
    assert owners(registry) == {"A2": (user("li.na"), team("west"))}
