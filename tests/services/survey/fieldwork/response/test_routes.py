"""Responses over HTTP, and what others are told of them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.survey.fieldwork.response import service
from services.survey.worker import handlers
from shared import clock
from shared.contracts.registry.customer import CustomerState
from shared.contracts.registry.external_id import ExternalId
from shared.contracts.survey.response import ResponseState, ResponseSubmitted
from shared.errors import Conflict
from shared.http.identity import Identity
from shared.row_access import SYSTEM_READER, Rows
from tests.services.harness import Running, counted

ANSWERS: dict[str, Any] = {"appearance": 5, "safety": 0, "bought_at": ["online", "shop"]}
MEI = {"system": "erp", "id": "17"}


def submitted(
    client: httpx.Client, survey: dict[str, Any], answers: dict[str, Any] = ANSWERS, **more: Any
) -> httpx.Response:
    body = {"answers": answers, **more}
    return client.post(f"/v1/surveys/{survey['id']}/responses", json=body)


def registered(number: int = 17, **changes: Any) -> CustomerState:
    facts: dict[str, Any] = {
        "customer_id": uuid4(),
        "version": 1,
        "recorded_at": clock.now(),
        "external_ids": [ExternalId(system="erp", id=str(number))],
        "kind": "person",
        "nature": "individual",
        "name": "Mei",
    }
    return CustomerState(**facts | changes)


def heard(surveys: Running, *events: CustomerState) -> None:
    """Let the handler that listens to them have these events."""
    settings: Any = surveys.settings
    with surveys.database.transaction() as session:
        handlers(settings)[CustomerState](session, events)


def test_a_response_can_be_read_back(client: httpx.Client, survey: dict[str, Any]) -> None:
    answers = ANSWERS | {"wish": "便宜一点", "people": 2.5, "bought": "recent", "recommend": 9}
    made = submitted(client, survey, answers, submitted_at="2026-02-20T10:00:00+08:00")
    assert made.status_code == 201
    assert made.json()["answers"] == answers | {"bought_at": ["shop", "online"]}
    assert made.json()["submitted_at"] == "2026-02-20T02:00:00Z"
    assert client.get(made.headers["Location"]).json() == made.json()


def test_others_are_told_coded_answers_and_open_ones_only_as_state(
    surveys: Running, survey: dict[str, Any]
) -> None:
    made = submitted(surveys.client, survey, ANSWERS | {"wish": "cheaper"}).json()
    (fact,) = surveys.recorded(ResponseSubmitted)
    assert (str(fact.response_id), fact.version, fact.wave) == (made["id"], 1, "2026")
    assert fact.answers == ANSWERS | {"bought_at": ["shop", "online"]}
    assert (fact.customer_id, fact.channel) == (None, "web")
    (state,) = surveys.recorded(ResponseState)
    assert state.open_answers == {"wish": "cheaper"}


def test_a_response_without_open_answers_has_no_state(
    surveys: Running, survey: dict[str, Any]
) -> None:
    submitted(surveys.client, survey)
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
def test_an_answer_that_cannot_be_taken_is_refused_and_nothing_is_kept(
    surveys: Running, survey: dict[str, Any], answers: dict[str, Any], pointer: str, code: str
) -> None:
    answer = submitted(surveys.client, survey, answers)
    assert answer.status_code == 422
    (fault,) = answer.json()["errors"]
    assert (fault["pointer"], fault["code"]) == (pointer, code)
    path = f"/v1/surveys/{survey['id']}/responses"
    assert surveys.client.get(path).json()["items"] == []


@pytest.mark.parametrize(
    ("code", "pointer"),
    [("a/b~c", "/answers/a~1b~0c"), ("\\ud800", "/answers/\\ud800")],
)
def test_an_answer_to_nothing_is_refused_where_it_stands_whatever_it_is_called(
    client: httpx.Client, survey: dict[str, Any], code: str, pointer: str
) -> None:
    said = f'{{"answers": {{"{code}": "x", "appearance": 5, "safety": 0}}}}'
    headers = {"Content-Type": "application/json"}
    path = f"/v1/surveys/{survey['id']}/responses"
    answer = client.post(path, content=said, headers=headers)
    (fault,) = answer.json()["errors"]
    assert (answer.status_code, fault["pointer"]) == (422, pointer)


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"submitted_at": "2026-02-20T10:00:00"}, "/submitted_at"),
        ({"submitted_at": "9000-01-01T00:00:00Z"}, "/submitted_at"),
        ({"channel": "By Phone"}, "/channel"),
        ({"customer": MEI, "customer_id": str(uuid4())}, "/customer_id"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_what_is_wrong_beside_the_answers_is_refused(
    client: httpx.Client, survey: dict[str, Any], more: dict[str, Any], pointer: str
) -> None:
    answer = submitted(client, survey, **more)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_a_survey_that_is_not_open_takes_no_answers(
    client: httpx.Client, questionnaire: dict[str, Any]
) -> None:
    made = client.post("/v1/surveys", json={"questionnaire_id": questionnaire["id"]}).json()
    assert submitted(client, made).json()["code"] == "survey_draft"
    client.post(f"/v1/surveys/{made['id']}/publish")
    client.post(f"/v1/surveys/{made['id']}/waves/1/close")
    assert submitted(client, made, wave="1").json()["code"] == "wave_closed"
    client.post(f"/v1/surveys/{made['id']}/close")
    answer = submitted(client, made)
    assert (answer.status_code, answer.json()["code"]) == (409, "survey_closed")


def test_the_wave_is_named_where_several_are_open(
    client: httpx.Client, survey: dict[str, Any]
) -> None:
    client.post(f"/v1/surveys/{survey['id']}/waves", json={"code": "2027"})
    answer = submitted(client, survey)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/wave")
    assert submitted(client, survey, wave="2027").json()["wave"] == "2027"
    assert submitted(client, survey, wave="1999").status_code == 404


def test_a_respondent_answers_each_wave_once(client: httpx.Client, survey: dict[str, Any]) -> None:
    client.post(f"/v1/surveys/{survey['id']}/waves", json={"code": "2027"})
    assert submitted(client, survey, wave="2026", customer=MEI).status_code == 201
    assert submitted(client, survey, wave="2027", customer=MEI).status_code == 201
    answer = submitted(client, survey, wave="2026", customer=MEI)
    assert (answer.status_code, answer.json()["code"]) == (409, "already_answered")


def test_a_customer_answers_a_wave_once_whatever_they_are_called(
    surveys: Running, survey: dict[str, Any]
) -> None:
    mei = registered(external_ids=[ExternalId(**MEI), ExternalId(system="shop", id="9")])
    heard(surveys, mei)
    names: list[dict[str, Any]] = [
        {"customer": {"system": "shop", "id": "9"}},
        {"customer": MEI},
        {"customer_id": str(mei.customer_id)},
    ]
    assert submitted(surveys.client, survey, **names[0]).status_code == 201
    for name in names:
        answer = submitted(surveys.client, survey, **name)
        assert (answer.status_code, answer.json()["code"]) == (409, "already_answered")
    assert len(surveys.recorded(ResponseSubmitted)) == 1


def test_nobodys_responses_are_each_their_own(client: httpx.Client, survey: dict[str, Any]) -> None:
    assert submitted(client, survey).json()["id"] != submitted(client, survey).json()["id"]


def test_a_customer_who_is_known_is_named(surveys: Running, survey: dict[str, Any]) -> None:
    mei = registered()
    heard(surveys, mei)
    assert submitted(surveys.client, survey, customer=MEI).json()["customer_id"] == str(
        mei.customer_id
    )


def test_a_customer_who_becomes_known_is_named_and_told(
    surveys: Running, survey: dict[str, Any]
) -> None:
    made = submitted(surveys.client, survey, customer=MEI).json()
    assert (made["customer_id"], made["customer"]) == (None, MEI)
    mei = registered()
    heard(surveys, mei)
    first, second = surveys.recorded(ResponseSubmitted)
    assert (first.customer_id, second.customer_id) == (None, mei.customer_id)
    assert (second.response_id, second.version) == (first.response_id, 2)
    assert second.answers == first.answers
    read = surveys.client.get(f"/v1/surveys/{survey['id']}/responses/{made['id']}").json()
    assert (read["customer_id"], read["version"]) == (str(mei.customer_id), 2)


def test_hearing_of_a_customer_again_changes_nothing(
    surveys: Running, survey: dict[str, Any]
) -> None:
    mei = registered()
    submitted(surveys.client, survey, customer=MEI)
    heard(surveys, mei)
    heard(surveys, mei)
    assert len(surveys.recorded(ResponseSubmitted)) == 2


@pytest.mark.both_stacks
def test_a_response_and_its_customer_that_arrive_together_find_each_other(
    surveys: Running, survey: dict[str, Any]
) -> None:
    """In two transactions at the same moment, again and again; the name may be awaited already."""
    submitted(surveys.client, survey, customer={"system": "erp", "id": "0"})
    surveys.client.post(f"/v1/surveys/{survey['id']}/waves", json={"code": "2027"})
    for number in range(10):
        named = {"system": "erp", "id": str(number)}
        together = Barrier(2)

        def answer(named: dict[str, str] = named, together: Barrier = together) -> None:
            together.wait()
            assert submitted(surveys.client, survey, customer=named, wave="2027").is_success

        def hear(number: int = number, together: Barrier = together) -> None:
            together.wait()
            heard(surveys, registered(number))

        with ThreadPoolExecutor(2) as pool:
            for done in (pool.submit(answer), pool.submit(hear)):
                done.result()
    path = f"/v1/surveys/{survey['id']}/responses"
    kept = surveys.client.get(path).json()["items"]
    assert len(kept) == 11
    assert all(response["customer_id"] for response in kept)


def test_an_older_version_of_a_customer_is_ignored(
    surveys: Running, survey: dict[str, Any]
) -> None:
    later = registered(version=2, owner="li.na")
    heard(surveys, later)
    heard(surveys, registered(customer_id=later.customer_id, external_ids=[]))
    assert submitted(surveys.client, survey, customer=MEI).json()["customer_id"] == str(
        later.customer_id
    )


def test_a_name_means_the_customer_that_stated_it_last(
    surveys: Running, survey: dict[str, Any]
) -> None:
    """Whichever event arrives first: topics keep no order between customers."""
    before, after = registered(), registered(recorded_at=clock.now() + timedelta(seconds=9))
    heard(surveys, after)
    heard(surveys, before)
    heard(surveys, registered(customer_id=before.customer_id, version=2, external_ids=[]))
    assert submitted(surveys.client, survey, customer=MEI).json()["customer_id"] == str(
        after.customer_id
    )


def test_a_reader_sees_the_responses_of_their_own_customers(
    surveys: Running, survey: dict[str, Any]
) -> None:
    heard(surveys, registered(17, owner="li.na", team="east"), registered(18, owner="wang"))
    mine = submitted(surveys.client, survey, customer=MEI).json()
    other = submitted(surveys.client, survey, customer={"system": "erp", "id": "18"}).json()
    submitted(surveys.client, survey)
    path = f"/v1/surveys/{survey['id']}/responses"
    for caller in (
        Identity("li.na", "Li Na", frozenset(), Rows.OWN),
        Identity("zhao", "Zhao", frozenset(), Rows.TEAM, "east"),
    ):
        with surveys.as_caller(caller) as client:
            assert [each["id"] for each in client.get(path).json()["items"]] == [mine["id"]]
            assert client.get(f"{path}/{mine['id']}").status_code == 200
            assert client.get(f"{path}/{other['id']}").status_code == 404


SIGHT = [
    Identity("li.na", "Li Na", frozenset(), Rows.OWN),
    Identity("zhao", "Zhao", frozenset(), Rows.TEAM, "east"),
]


@pytest.mark.parametrize("caller", SIGHT, ids=lambda caller: caller.rows.value)
def test_a_customer_out_of_sight_is_as_unknown(
    surveys: Running, survey: dict[str, Any], caller: Identity
) -> None:
    """P7: not even whether they have answered is told, and nothing is kept or awaited."""
    wang = registered(18, owner="wang", team="west")
    heard(surveys, wang)
    pair, nobody = {"system": "erp", "id": "18"}, {"system": "erp", "id": "99"}
    submitted(surveys.client, survey, customer=pair)
    before = counted(surveys.database)
    named: list[dict[str, Any]] = [{"customer": pair}, {"customer": nobody}]
    named += [{"customer_id": str(wang.customer_id)}, {"customer_id": str(uuid4())}]
    with surveys.as_caller(caller) as client:
        for name in named:
            answer = submitted(client, survey, **name)
            (fault,) = answer.json()["errors"]
            assert (answer.status_code, fault["code"]) == (422, "unknown_customer")
            assert fault["pointer"] == f"/{next(iter(name))}"
    assert counted(surveys.database) == before


@pytest.mark.parametrize("caller", SIGHT, ids=lambda caller: caller.rows.value)
def test_a_limited_key_submits_for_the_customers_that_it_sees(
    surveys: Running, survey: dict[str, Any], caller: Identity
) -> None:
    mei = registered(17, owner="li.na", team="east")
    heard(surveys, mei, registered(18, owner="li.na", team="east"))
    with surveys.as_caller(caller) as client:
        made = submitted(client, survey, customer_id=str(mei.customer_id))
        assert made.status_code == 201
        assert client.get(made.headers["Location"]).json() == made.json()
        again = submitted(client, survey, customer=MEI)
        assert (again.status_code, again.json()["code"]) == (409, "already_answered")
        other = submitted(client, survey, customer={"system": "erp", "id": "18"})
        assert (other.status_code, other.json()["version"]) == (201, 1)


@pytest.mark.parametrize("caller", SIGHT, ids=lambda caller: caller.rows.value)
def test_a_response_of_nobody_needs_a_key_that_sees_all(
    surveys: Running, survey: dict[str, Any], caller: Identity
) -> None:
    """A limited key would not see what it has submitted."""
    with surveys.as_caller(caller) as client:
        answer = submitted(client, survey)
    (fault,) = answer.json()["errors"]
    assert (answer.status_code, fault["pointer"]) == (422, "/customer")
    assert fault["code"] == "out_of_sight"
    assert submitted(surveys.client, survey).status_code == 201


def test_responses_are_listed_by_wave_and_customer(
    surveys: Running, survey: dict[str, Any]
) -> None:
    mei = registered()
    heard(surveys, mei)
    surveys.client.post(f"/v1/surveys/{survey['id']}/waves", json={"code": "2027"})
    first = submitted(surveys.client, survey, wave="2026", customer=MEI).json()["id"]
    second = submitted(surveys.client, survey, wave="2027").json()["id"]
    path = f"/v1/surveys/{survey['id']}/responses"

    def listed(**wanted: str) -> list[str]:
        return [each["id"] for each in surveys.client.get(path, params=wanted).json()["items"]]

    assert listed() == [first, second]
    assert listed(wave="2027") == [second]
    assert listed(customer_id=str(mei.customer_id)) == [first]


def test_progress_counts_what_is_there_at_this_moment(
    client: httpx.Client, survey: dict[str, Any]
) -> None:
    path = f"/v1/surveys/{survey['id']}/progress"
    (empty,) = client.get(path).json()["waves"]
    assert (empty["n"], empty["last_submitted_at"], empty["channels"]) == (0, None, [])
    submitted(client, survey, submitted_at="2026-02-20T10:00:00Z")
    submitted(client, survey, channel="post", submitted_at="2026-02-21T10:00:00Z")
    progress = client.get(path).json()
    assert (progress["n"], progress["state"]) == (2, "published")
    (wave,) = progress["waves"]
    assert wave["channels"] == [{"channel": "post", "n": 1}, {"channel": "web", "n": 1}]
    last = datetime.fromisoformat(wave["last_submitted_at"])
    assert last == datetime(2026, 2, 21, 10, tzinfo=UTC)


def test_a_second_answer_is_refused_before_anything_of_it_is_written(
    surveys: Running, survey: dict[str, Any]
) -> None:
    submitted(surveys.client, survey, customer=MEI)
    told = surveys.recorded()
    with surveys.database.transaction() as session, pytest.raises(Conflict):
        service.submit_response(
            session,
            reader=SYSTEM_READER,
            survey_id=UUID(survey["id"]),
            wave=None,
            answers=ANSWERS | {"appearance": 1},
            channel="post",
            respondent=("erp", "17"),
        )
    assert surveys.recorded() == told
    (kept,) = surveys.client.get(f"/v1/surveys/{survey['id']}/responses").json()["items"]
    assert (kept["version"], kept["channel"]) == (1, "web")
