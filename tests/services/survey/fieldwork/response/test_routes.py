"""Tests of the HTTP API of responses, and of the events that it publishes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.survey.fieldwork.response import service
from services.survey.worker import handlers
from shared import clock
from shared.contracts.registry.customer import CustomerState
from shared.contracts.registry.external_id import ExternalId
from shared.contracts.survey.response import ResponseState, ResponseSubmitted
from shared.errors import Conflict
from shared.ids import new_id
from shared.messaging.tombstones import Tombstone
from shared.row_access import SYSTEM_READER
from tests.services.colleagues import user
from tests.services.harness import Running

ANSWERS: dict[str, Any] = {"appearance": 5, "safety": 0, "bought_at": ["online", "shop"]}
MEI = {"system": "erp", "id": "17"}
"""The external id of the customer Mei."""


def submit(
    client: httpx.Client, survey: dict[str, Any], answers: dict[str, Any] = ANSWERS, **fields: Any
) -> httpx.Response:
    """Submit a response to a survey; `fields` are further fields of the request body."""
    body = {"answers": answers, **fields}
    return client.post(f"/v1/surveys/{survey['id']}/responses", json=body)


def customer_event(number: int = 17, **changes: Any) -> CustomerState:
    """Return the registry's event of a new customer with the external id ("erp", number).

    `changes` replace the default values of its fields.
    """
    fields: dict[str, Any] = {
        "customer_id": new_id(),
        "version": 1,
        "recorded_at": clock.now(),
        "external_ids": [ExternalId(system="erp", id=str(number))],
        "kind": "person",
        "nature": "individual",
        "name": "Mei",
    }
    return CustomerState(**fields | changes)


def handle(surveys: Running, *events: CustomerState | Tombstone) -> None:
    """Handle customer events as the worker of the survey service does, in one transaction."""
    settings: Any = surveys.settings
    with surveys.database.transaction() as session:
        handlers(settings)[CustomerState](session, events)


def test_a_response_can_be_read_back(client: httpx.Client, survey: dict[str, Any]) -> None:
    answers = ANSWERS | {"wish": "便宜一点", "people": 2.5, "bought": "recent", "recommend": 9}
    created = submit(client, survey, answers, submitted_at="2026-02-20T10:00:00+08:00")
    assert created.status_code == 201
    assert created.json()["answers"] == answers | {"bought_at": ["shop", "online"]}
    assert created.json()["submitted_at"] == "2026-02-20T02:00:00Z"
    assert client.get(created.headers["Location"]).json() == created.json()


def test_coded_answers_are_published_as_a_fact_and_open_answers_only_as_a_state(
    surveys: Running, survey: dict[str, Any]
) -> None:
    created = submit(surveys.client, survey, ANSWERS | {"wish": "cheaper"}).json()
    (event,) = surveys.recorded(ResponseSubmitted)
    assert (str(event.response_id), event.version, event.wave) == (created["id"], 1, "2026")
    # options are published in the order of the questionnaire
    assert event.answers == ANSWERS | {"bought_at": ["shop", "online"]}
    assert (event.customer_id, event.channel) == (None, "web")
    (state,) = surveys.recorded(ResponseState)
    assert state.open_answers == {"wish": "cheaper"}


def test_a_response_without_open_answers_publishes_no_state(
    surveys: Running, survey: dict[str, Any]
) -> None:
    submit(surveys.client, survey)
    assert surveys.recorded(ResponseState) == []


@pytest.mark.parametrize(
    ("answers", "pointer", "code"),
    [
        (ANSWERS | {"appearance": 6}, "/answers/appearance", "outside_scale"),
        (ANSWERS | {"appearance": True}, "/answers/appearance", "outside_scale"),
        (ANSWERS | {"bought_at": ["moon"]}, "/answers/bought_at/0", "unknown_option"),
        (ANSWERS | {"people": 10**30}, "/answers/people", "too_large"),
        (ANSWERS | {"wish": "a\x00"}, "/answers/wish", "unreadable"),
        (ANSWERS | {"colour": "red"}, "/answers/colour", "unknown_question"),
        ({"appearance": 5}, "/answers/safety", "required"),
    ],
)
def test_an_invalid_answer_is_refused_and_nothing_is_stored(
    surveys: Running, survey: dict[str, Any], answers: dict[str, Any], pointer: str, code: str
) -> None:
    response = submit(surveys.client, survey, answers)
    assert response.status_code == 422
    (fault,) = response.json()["errors"]
    assert (fault["pointer"], fault["code"]) == (pointer, code)
    path = f"/v1/surveys/{survey['id']}/responses"
    assert surveys.client.get(path).json()["items"] == []


@pytest.mark.parametrize(
    ("code", "pointer"),
    [("a/b~c", "/answers/a~1b~0c"), ("\\ud800", "/answers/\\ud800")],
)
def test_an_answer_to_an_unknown_question_is_refused_with_the_pointer_to_it(
    client: httpx.Client, survey: dict[str, Any], code: str, pointer: str
) -> None:
    """The codes contain characters that a JSON pointer escapes, or a lone surrogate."""
    body = f'{{"answers": {{"{code}": "x", "appearance": 5, "safety": 0}}}}'
    headers = {"Content-Type": "application/json"}
    path = f"/v1/surveys/{survey['id']}/responses"
    response = client.post(path, content=body, headers=headers)
    (fault,) = response.json()["errors"]
    assert (response.status_code, fault["pointer"]) == (422, pointer)


@pytest.mark.parametrize(
    ("field", "pointer"),
    [
        ({"submitted_at": "2026-02-20T10:00:00"}, "/submitted_at"),
        ({"submitted_at": "9000-01-01T00:00:00Z"}, "/submitted_at"),
        ({"channel": "By Phone"}, "/channel"),
        ({"customer": MEI, "customer_id": str(new_id())}, "/customer_id"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_an_invalid_field_beside_the_answers_is_refused_at_its_pointer(
    client: httpx.Client, survey: dict[str, Any], field: dict[str, Any], pointer: str
) -> None:
    response = submit(client, survey, **field)
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == pointer


def test_a_draft_a_closed_survey_and_a_closed_wave_take_no_responses(
    client: httpx.Client, questionnaire: dict[str, Any]
) -> None:
    created = client.post("/v1/surveys", json={"questionnaire_id": questionnaire["id"]}).json()
    assert submit(client, created).json()["code"] == "survey_draft"
    client.post(f"/v1/surveys/{created['id']}/publish")
    client.post(f"/v1/surveys/{created['id']}/waves/1/close")
    assert submit(client, created, wave="1").json()["code"] == "wave_closed"
    client.post(f"/v1/surveys/{created['id']}/close")
    response = submit(client, created)
    assert (response.status_code, response.json()["code"]) == (409, "survey_closed")


def test_a_response_has_to_name_its_wave_if_several_waves_are_open(
    client: httpx.Client, survey: dict[str, Any]
) -> None:
    client.post(f"/v1/surveys/{survey['id']}/waves", json={"code": "2027"})
    response = submit(client, survey)
    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, "/wave")
    assert submit(client, survey, wave="2027").json()["wave"] == "2027"
    assert submit(client, survey, wave="1999").status_code == 404


def test_a_respondent_answers_each_wave_once(client: httpx.Client, survey: dict[str, Any]) -> None:
    client.post(f"/v1/surveys/{survey['id']}/waves", json={"code": "2027"})
    assert submit(client, survey, wave="2026", customer=MEI).status_code == 201
    assert submit(client, survey, wave="2027", customer=MEI).status_code == 201
    response = submit(client, survey, wave="2026", customer=MEI)
    assert (response.status_code, response.json()["code"]) == (409, "already_answered")


def test_a_customer_with_several_ids_answers_each_wave_once(
    surveys: Running, survey: dict[str, Any]
) -> None:
    mei = customer_event(external_ids=[ExternalId(**MEI), ExternalId(system="shop", id="9")])
    handle(surveys, mei)
    customers: list[dict[str, Any]] = [
        {"customer": {"system": "shop", "id": "9"}},
        {"customer": MEI},
        {"customer_id": str(mei.customer_id)},
    ]
    assert submit(surveys.client, survey, **customers[0]).status_code == 201
    for customer in customers:
        response = submit(surveys.client, survey, **customer)
        assert (response.status_code, response.json()["code"]) == (409, "already_answered")
    assert len(surveys.recorded(ResponseSubmitted)) == 1


def test_two_anonymous_submissions_with_equal_answers_are_two_responses(
    client: httpx.Client, survey: dict[str, Any]
) -> None:
    response_ids = [submit(client, survey).json()["id"] for _ in range(2)]
    assert response_ids[0] != response_ids[1]


def test_a_response_of_a_known_customer_has_the_customer_id(
    surveys: Running, survey: dict[str, Any]
) -> None:
    mei = customer_event()
    handle(surveys, mei)
    assert submit(surveys.client, survey, customer=MEI).json()["customer_id"] == str(
        mei.customer_id
    )


def test_a_response_gets_its_customer_id_and_is_published_again_when_the_customer_becomes_known(
    surveys: Running, survey: dict[str, Any]
) -> None:
    created = submit(surveys.client, survey, customer=MEI).json()
    assert (created["customer_id"], created["customer"]) == (None, MEI)
    mei = customer_event()
    handle(surveys, mei)
    anonymous, identified = surveys.recorded(ResponseSubmitted)
    assert (anonymous.customer_id, identified.customer_id) == (None, mei.customer_id)
    assert (identified.response_id, identified.version) == (anonymous.response_id, 2)
    assert identified.answers == anonymous.answers
    read = surveys.client.get(f"/v1/surveys/{survey['id']}/responses/{created['id']}").json()
    assert (read["customer_id"], read["version"]) == (str(mei.customer_id), 2)


def test_a_customer_event_that_is_handled_again_changes_no_response(
    surveys: Running, survey: dict[str, Any]
) -> None:
    mei = customer_event()
    submit(surveys.client, survey, customer=MEI)
    handle(surveys, mei)
    handle(surveys, mei)
    assert len(surveys.recorded(ResponseSubmitted)) == 2


@pytest.mark.both_stacks
def test_a_response_that_is_stored_while_its_customer_event_is_handled_has_the_customer_id(
    surveys: Running, survey: dict[str, Any]
) -> None:
    """Ten customers, each with a response and an event in two transactions at the same moment.

    The external id of the first customer is already stored, with a response to an earlier wave.
    """
    submit(surveys.client, survey, customer={"system": "erp", "id": "0"})
    surveys.client.post(f"/v1/surveys/{survey['id']}/waves", json={"code": "2027"})
    for number in range(10):
        customer = {"system": "erp", "id": str(number)}
        barrier = Barrier(2)

        def respond(customer: dict[str, str] = customer, barrier: Barrier = barrier) -> None:
            barrier.wait()
            assert submit(surveys.client, survey, customer=customer, wave="2027").is_success

        def handle_event(number: int = number, barrier: Barrier = barrier) -> None:
            barrier.wait()
            handle(surveys, customer_event(number))

        with ThreadPoolExecutor(2) as pool:
            for future in (pool.submit(respond), pool.submit(handle_event)):
                future.result()
    path = f"/v1/surveys/{survey['id']}/responses"
    stored = surveys.client.get(path).json()["items"]
    assert len(stored) == 11
    assert all(response["customer_id"] for response in stored)


def test_a_customer_event_with_an_older_version_than_the_stored_one_is_ignored(
    surveys: Running, survey: dict[str, Any]
) -> None:
    version_2 = customer_event(version=2, owner=user("li.na"))
    handle(surveys, version_2)
    version_1 = customer_event(customer_id=version_2.customer_id, external_ids=[])
    handle(surveys, version_1)
    response = submit(surveys.client, survey, customer=MEI).json()
    assert response["customer_id"] == str(version_2.customer_id)


def test_an_external_id_belongs_to_the_customer_whose_event_was_recorded_last(
    surveys: Running, survey: dict[str, Any]
) -> None:
    """The order in which the events arrive does not matter: topics do not order customers."""
    earlier = customer_event()
    later = customer_event(recorded_at=clock.now() + timedelta(seconds=9))
    handle(surveys, later)
    handle(surveys, earlier)
    handle(surveys, customer_event(customer_id=earlier.customer_id, version=2, external_ids=[]))
    response = submit(surveys.client, survey, customer=MEI).json()
    assert response["customer_id"] == str(later.customer_id)


def test_responses_can_be_listed_by_wave_and_by_customer(
    surveys: Running, survey: dict[str, Any]
) -> None:
    mei = customer_event()
    handle(surveys, mei)
    surveys.client.post(f"/v1/surveys/{survey['id']}/waves", json={"code": "2027"})
    first = submit(surveys.client, survey, wave="2026", customer=MEI).json()["id"]
    second = submit(surveys.client, survey, wave="2027").json()["id"]
    path = f"/v1/surveys/{survey['id']}/responses"

    def listed_ids(**filters: str) -> list[str]:
        responses = surveys.client.get(path, params=filters).json()["items"]
        return [response["id"] for response in responses]

    assert listed_ids() == [first, second]
    assert listed_ids(wave="2027") == [second]
    assert listed_ids(customer_id=str(mei.customer_id)) == [first]


def test_the_progress_of_a_survey_has_the_number_of_responses_stored_so_far(
    client: httpx.Client, survey: dict[str, Any]
) -> None:
    path = f"/v1/surveys/{survey['id']}/progress"
    (empty,) = client.get(path).json()["waves"]
    assert (empty["n"], empty["last_submitted_at"], empty["channels"]) == (0, None, [])
    submit(client, survey, submitted_at="2026-02-20T10:00:00Z")
    submit(client, survey, channel="post", submitted_at="2026-02-21T10:00:00Z")
    progress = client.get(path).json()
    assert (progress["n"], progress["state"]) == (2, "published")
    (wave,) = progress["waves"]
    assert wave["channels"] == [{"channel": "post", "n": 1}, {"channel": "web", "n": 1}]
    last = datetime.fromisoformat(wave["last_submitted_at"])
    assert last == datetime(2026, 2, 21, 10, tzinfo=UTC)


def test_a_refused_second_response_changes_nothing_even_if_the_transaction_is_committed(
    surveys: Running, survey: dict[str, Any]
) -> None:
    submit(surveys.client, survey, customer=MEI)
    events_before = surveys.recorded()
    with surveys.database.transaction() as session, pytest.raises(Conflict):
        service.submit_response(
            session,
            reader=SYSTEM_READER,
            survey_id=UUID(survey["id"]),
            wave_code=None,
            answers=ANSWERS | {"appearance": 1},
            channel="post",
            respondent=("erp", "17"),
        )
    assert surveys.recorded() == events_before
    (stored,) = surveys.client.get(f"/v1/surveys/{survey['id']}/responses").json()["items"]
    assert (stored["version"], stored["channel"]) == (1, "web")


def test_a_respondent_in_another_spelling_is_the_same_respondent(
    client: httpx.Client, survey: dict[str, Any]
) -> None:
    first = submit(client, survey, customer={"system": "erp", "id": "Zoë-7"})
    second = submit(client, survey, customer={"system": "erp\u200b", "id": "Zoe\u0308-7\ufeff"})
    assert first.json()["customer"] == {"system": "erp", "id": "Zoë-7"}
    assert (second.status_code, second.json()["code"]) == (409, "already_answered")
