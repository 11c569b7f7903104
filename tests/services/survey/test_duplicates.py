"""The command that lists responses and customers whose keys differ only by spelling."""

import json
from typing import Any

import pytest
from sqlalchemy import update

from services.survey.__main__ import duplicates
from services.survey.fieldwork.response.models import Response
from shared.contracts.registry.external_id import ExternalId
from tests.services.harness import Running
from tests.services.survey.fieldwork.response.test_routes import customer_event, handle, submit


@pytest.mark.both_stacks
def test_responses_whose_respondents_differ_only_by_spelling_are_listed(
    surveys: Running, survey: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    settings: Any = surveys.settings
    first, second = (
        submit(surveys.client, survey, customer={"system": "erp", "id": each}).json()["id"]
        for each in ("a", "x1")
    )
    submit(surveys.client, survey)  # names no customer
    duplicates(settings)
    assert capsys.readouterr().out == ""
    with surveys.database.transaction() as session:
        is_first = Response.respondent_id == "a"
        session.execute(update(Response).where(is_first).values(respondent_id="\ufeffx1"))
    with pytest.raises(SystemExit):
        duplicates(settings)
    (group,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (group["kind"], group["key"]) == ("response", [survey["id"], "2026", "erp", "x1"])
    assert [each["id"] for each in group["records"]] == [first, second]
    assert group["records"][0]["characters"] == ["U+FEFF ZERO WIDTH NO-BREAK SPACE"]


@pytest.mark.both_stacks
def test_a_customer_is_listed_until_the_registry_publishes_a_normalised_id(
    surveys: Running, survey: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    settings: Any = surveys.settings
    event = customer_event(external_ids=[ExternalId(system="erp", id="x\u200b1")])
    handle(surveys, event)
    duplicates(settings)
    (group,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (group["kind"], len(group["records"])) == ("customer", 1)
    corrected: dict[str, Any] = {"version": 2, "external_ids": [ExternalId(system="erp", id="x1")]}
    handle(surveys, customer_event(customer_id=event.customer_id, **corrected))
    duplicates(settings)
    assert capsys.readouterr().out == ""
    answered = submit(surveys.client, survey, customer={"system": "erp", "id": "x1"}).json()
    assert answered["customer_id"] == str(event.customer_id)
