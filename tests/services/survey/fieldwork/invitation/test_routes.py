"""Tests of the HTTP API of invitations; the pages of personal links have tests of their own."""

from typing import Any

import httpx
from sqlalchemy import select

from shared.ids import new_id
from shared.models import StoredAnswer
from tests.services.colleagues import of_user, user
from tests.services.harness import Running, counted
from tests.services.survey.fieldwork.response.test_routes import MEI, customer_event, handle


def invite(client: httpx.Client, survey: dict[str, Any], **body: Any) -> httpx.Response:
    """Invite a customer to the only wave of a survey."""
    return client.post(f"/v1/surveys/{survey['id']}/invitations", json=body)


def test_an_invitation_has_a_personal_link_and_can_be_read_back(
    surveys: Running, survey: dict[str, Any]
) -> None:
    mei = customer_event(17)
    handle(surveys, mei)
    created = invite(surveys.client, survey, customer=MEI)
    assert created.status_code == 201
    assert created.headers["Cache-Control"] == "no-store"
    body = created.json()
    assert (body["customer"], body["customer_id"]) == (MEI, str(mei.customer_id))
    assert body["link"] not in {wave["link"] for wave in survey["waves"]}
    assert surveys.client.get(created.headers["Location"]).json() == body
    listed = surveys.client.get(f"/v1/surveys/{survey['id']}/invitations")
    assert (listed.json()["items"], listed.headers["Cache-Control"]) == ([body], "no-store")


def test_a_customer_is_invited_to_a_wave_once_by_whichever_id(
    surveys: Running, survey: dict[str, Any]
) -> None:
    mei = customer_event(17)
    handle(surveys, mei)
    invite(surveys.client, survey, customer_id=str(mei.customer_id))
    for again in ({"customer": MEI}, {"customer_id": str(mei.customer_id)}):
        refused = invite(surveys.client, survey, **again)
        assert (refused.status_code, refused.json()["code"]) == (409, "already_invited")


def test_an_invited_customer_is_identified_when_it_is_registered(
    surveys: Running, survey: dict[str, Any]
) -> None:
    created = invite(surveys.client, survey, customer=MEI).json()
    assert created["customer_id"] is None
    mei = customer_event(17)
    handle(surveys, mei)
    path = f"/v1/surveys/{survey['id']}/invitations/{created['id']}"
    known = surveys.client.get(path).json()
    assert known == created | {"customer_id": str(mei.customer_id), "version": 2}
    handle(surveys, mei)
    assert surveys.client.get(path).json() == known
    for again in ({"customer": MEI}, {"customer_id": str(mei.customer_id)}):
        assert invite(surveys.client, survey, **again).status_code == 409


def test_an_invitation_names_its_customer(client: httpx.Client, survey: dict[str, Any]) -> None:
    refused = invite(client, survey)
    (fault,) = refused.json()["errors"]
    assert (refused.status_code, fault["pointer"]) == (422, "/customer")


def test_nobody_is_invited_to_a_survey_that_takes_no_responses(
    client: httpx.Client, survey: dict[str, Any]
) -> None:
    client.post(f"/v1/surveys/{survey['id']}/close")
    refused = invite(client, survey, customer=MEI)
    assert (refused.status_code, refused.json()["code"]) == (409, "survey_closed")


def test_a_limited_key_invites_and_sees_only_the_customers_that_it_sees(
    surveys: Running, survey: dict[str, Any]
) -> None:
    mei, wang = customer_event(17, owner=user("li.na")), customer_event(18, owner=user("wang"))
    handle(surveys, mei, wang)
    hidden = invite(surveys.client, survey, customer_id=str(wang.customer_id))
    rows_before = counted(surveys.database)
    with surveys.as_caller(of_user("li.na")) as client:
        for customer_id in (wang.customer_id, new_id()):
            refused = invite(client, survey, customer_id=str(customer_id))
            (fault,) = refused.json()["errors"]
            assert (refused.status_code, fault["code"]) == (422, "unknown_customer")
        assert client.get(hidden.headers["Location"]).status_code == 404
        assert counted(surveys.database) == rows_before
        created = invite(client, survey, customer_id=str(mei.customer_id))
        assert created.status_code == 201
        listed = client.get(f"/v1/surveys/{survey['id']}/invitations").json()["items"]
        assert listed == [created.json()]


def test_a_personal_link_is_in_no_stored_answer_and_a_retry_has_the_same_link(
    surveys: Running, survey: dict[str, Any]
) -> None:
    path, headers = f"/v1/surveys/{survey['id']}/invitations", {"Idempotency-Key": "mei"}
    first, retry = (
        surveys.client.post(path, json={"customer": MEI}, headers=headers) for _ in range(2)
    )
    assert (retry.content, retry.headers["Idempotent-Replayed"]) == (first.content, "true")
    with surveys.database.reading() as session:
        stored = session.scalars(select(StoredAnswer)).one()
        written = f"{stored.headers} {bytes(stored.body)!r}"
    assert first.json()["id"] in written
    assert first.json()["link"].removeprefix("/s/") not in written
    assert "/s/" not in written
