"""Tests of the HTTP API of responses with limited keys.

A limited key sees only the customers that its caller owns (`rows: own`) or that belong to the
caller's team (`rows: team`).
"""

from typing import Any

import pytest

from shared.contracts.registry.customer import CustomerState
from shared.http.identity import Identity
from shared.ids import new_id
from shared.messaging.tombstones import Tombstone, WithdrawalReason
from tests.services.colleagues import of_team, of_user, team, user
from tests.services.harness import Running, counted
from tests.services.survey.fieldwork.response.test_routes import (
    MEI,
    customer_event,
    handle,
    submit,
)

LIMITED_CALLERS = [of_user("li.na"), of_team("east")]


def test_a_limited_key_sees_only_the_responses_of_the_customers_that_it_sees(
    surveys: Running, survey: dict[str, Any]
) -> None:
    handle(
        surveys,
        customer_event(17, owner=user("li.na"), team=team("east")),
        customer_event(18, owner=user("wang")),
    )
    visible = submit(surveys.client, survey, customer=MEI).json()
    hidden = submit(surveys.client, survey, customer={"system": "erp", "id": "18"}).json()
    submit(surveys.client, survey)
    path = f"/v1/surveys/{survey['id']}/responses"
    for caller in LIMITED_CALLERS:
        with surveys.as_caller(caller) as client:
            responses = client.get(path).json()["items"]
            assert [response["id"] for response in responses] == [visible["id"]]
            assert client.get(f"{path}/{visible['id']}").status_code == 200
            assert client.get(f"{path}/{hidden['id']}").status_code == 404


def test_the_response_of_a_withdrawn_customer_stays_and_belongs_to_who_has_the_external_key_next(
    surveys: Running, survey: dict[str, Any]
) -> None:
    """A limited key does not see the response while its customer is withdrawn."""
    mei = customer_event(17, owner=user("li.na"), team=team("east"), version=5)
    handle(surveys, mei)
    response = submit(surveys.client, survey, customer=MEI).json()
    handle(surveys, Tombstone(CustomerState, str(mei.customer_id), WithdrawalReason.RESTORED))
    path = f"/v1/surveys/{survey['id']}/responses/{response['id']}"
    assert surveys.client.get(path).json()["answers"] == response["answers"]
    for caller in LIMITED_CALLERS:
        with surveys.as_caller(caller) as client:
            assert client.get(path).status_code == 404
    again = customer_event(17, owner=user("li.na"), team=team("east"), version=1)
    handle(surveys, again)
    assert surveys.client.get(path).json()["customer_id"] == str(again.customer_id)
    for caller in LIMITED_CALLERS:
        with surveys.as_caller(caller) as client:
            assert client.get(path).status_code == 200


@pytest.mark.parametrize("caller", LIMITED_CALLERS, ids=lambda caller: caller.rows.value)
def test_a_customer_not_visible_to_the_caller_is_refused_like_an_unknown_customer(
    surveys: Running, survey: dict[str, Any], caller: Identity
) -> None:
    """The caller does not learn whether the customer has answered, and nothing is stored.

    Part of promise P7: a caller reads and changes only the rows visible to its key.
    """
    wang = customer_event(18, owner=user("wang"), team=team("west"))
    handle(surveys, wang)
    hidden, unknown = {"system": "erp", "id": "18"}, {"system": "erp", "id": "99"}
    submit(surveys.client, survey, customer=hidden)
    rows_before = counted(surveys.database)
    customers: list[dict[str, Any]] = [{"customer": hidden}, {"customer": unknown}]
    customers += [{"customer_id": str(wang.customer_id)}, {"customer_id": str(new_id())}]
    with surveys.as_caller(caller) as client:
        for customer in customers:
            response = submit(client, survey, **customer)
            (fault,) = response.json()["errors"]
            assert (response.status_code, fault["code"]) == (422, "unknown_customer")
            assert fault["pointer"] == f"/{next(iter(customer))}"
    assert counted(surveys.database) == rows_before


@pytest.mark.parametrize("caller", LIMITED_CALLERS, ids=lambda caller: caller.rows.value)
def test_a_limited_key_can_submit_responses_of_the_customers_that_it_sees(
    surveys: Running, survey: dict[str, Any], caller: Identity
) -> None:
    mei = customer_event(17, owner=user("li.na"), team=team("east"))
    handle(surveys, mei, customer_event(18, owner=user("li.na"), team=team("east")))
    with surveys.as_caller(caller) as client:
        created = submit(client, survey, customer_id=str(mei.customer_id))
        assert created.status_code == 201
        assert client.get(created.headers["Location"]).json() == created.json()
        again = submit(client, survey, customer=MEI)
        assert (again.status_code, again.json()["code"]) == (409, "already_answered")
        other = submit(client, survey, customer={"system": "erp", "id": "18"})
        assert (other.status_code, other.json()["version"]) == (201, 1)


@pytest.mark.parametrize("caller", LIMITED_CALLERS, ids=lambda caller: caller.rows.value)
def test_an_anonymous_response_needs_a_key_that_sees_all_rows(
    surveys: Running, survey: dict[str, Any], caller: Identity
) -> None:
    """A limited key could not see the response that it has submitted."""
    with surveys.as_caller(caller) as client:
        response = submit(client, survey)
    (fault,) = response.json()["errors"]
    assert (response.status_code, fault["pointer"]) == (422, "/customer")
    assert fault["code"] == "not_visible"
    assert submit(surveys.client, survey).status_code == 201
