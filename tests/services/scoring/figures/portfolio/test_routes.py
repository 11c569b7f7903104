"""The portfolio over HTTP.

The figures of today are read from snapshots; those of other dates, or of some customers only, are
computed for the request.
"""

from datetime import date
from typing import Any

import httpx
import pytest

from shared.http.identity import Identity
from shared.row_access import Rows
from tests.services.colleagues import of_user, user
from tests.services.harness import Running
from tests.services.scoring.publishing import (
    Worker,
    customer,
    id_of,
    order,
    order_line,
    response,
    survey,
)

pytestmark = pytest.mark.both_stacks

SPRING, SUMMER = date(2025, 3, 1), date(2025, 7, 1)


@pytest.fixture
def buyers(worker: Worker) -> None:
    """Let the worker handle the events of 10 customers, c0 to c9; c0 to c2 belong to li.na.

    c0 to c8 have an order in spring, of 1000 down to 920 yuan; c8 also has an order of 10 000 yuan
    in summer.
    """
    worker.handle(
        *(customer(f"c{i}", owner=user("li.na" if i < 3 else "wang")) for i in range(10)),
        *(order(f"o{i}", f"c{i}", SPRING, (str(100 - i), "10")) for i in range(9)),
        order("late", "c8", SUMMER, ("1000", "10")),
    )


def _read(client: httpx.Client, name: str, **params: str) -> Any:
    """Return the JSON body of a GET request of a portfolio figure, which must succeed."""
    answer = client.get(f"/v1/portfolio/{name}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def _class_sizes(table: dict[str, Any]) -> list[int]:
    """Return the numbers of customers in A, B and C."""
    return [row["customers"] for row in table["classes"]]


@pytest.mark.usefixtures("buyers")
def test_before_the_first_settlement_the_abc_table_is_computed_on_request(
    client: httpx.Client,
) -> None:
    table = _read(client, "abc")
    assert (table["n"], _class_sizes(table)) == (9, [1, 1, 7])
    assert table["classes"][0]["value"] == "10920"


@pytest.mark.usefixtures("buyers")
def test_the_current_table_and_ladder_are_those_of_the_last_settlement(
    client: httpx.Client, worker: Worker
) -> None:
    worker.settle()
    table, ladder = _read(client, "abc"), _read(client, "ladder")
    worker.handle(order("more", "c0", SUMMER, ("1", "100000")))
    assert (_read(client, "abc"), _read(client, "ladder")) == (table, ladder)
    worker.settle()
    later = _read(client, "abc")
    assert later["made_at"] > table["made_at"]
    assert later["classes"][0]["value"] == "101000"


@pytest.mark.usefixtures("buyers")
def test_stored_tables_and_ladders_equal_computed_ones(
    client: httpx.Client, worker: Worker
) -> None:
    worker.settle()
    today = _read(client, "abc")["as_of"]
    for name, params in (
        ("abc", {"method": "value"}),
        ("abc", {"basis": "revenue"}),
        ("ladder", {}),
    ):
        stored = _read(client, name, **params)
        computed = _read(client, name, **params, as_of=f"{today}T23:59:59+08:00")
        for answer in (stored, computed):
            del answer["made_at"]
        assert stored == computed


@pytest.mark.usefixtures("buyers")
def test_the_abc_table_of_a_period_includes_its_first_and_its_last_day(
    client: httpx.Client,
) -> None:
    table = _read(client, "abc", **{"from": "2025-07-01", "to": "2025-07-01"})
    assert (table["n"], table["total"], table["as_of"]) == (1, "10000", "2025-07-01")
    assert _read(client, "abc", **{"from": "2025-03-02", "to": "2025-06-30"})["n"] == 0


def test_the_abc_table_uses_profit_only_if_every_line_has_a_cost(
    client: httpx.Client, worker: Worker
) -> None:
    worker.handle(
        customer("a"),
        customer("b"),
        order("1", "a", SPRING, order_line("1", "100", cost="95")),
        order("2", "b", SPRING, order_line("1", "50", cost="10")),
    )
    table = _read(client, "abc")
    assert (table["basis"], table["total"]) == ("profit", "45")
    assert table["classes"][0]["threshold"] == "40"
    assert _read(client, "abc", basis="revenue")["total"] == "150"
    worker.handle(order("3", "a", SPRING, order_line("1", "1")))
    table = _read(client, "abc", basis="profit")
    assert (table["basis"], table["total"]) == ("revenue", "151")


@pytest.mark.usefixtures("buyers")
def test_a_caller_sees_figures_of_their_customers_only(scoring: Running, worker: Worker) -> None:
    worker.settle()
    with scoring.as_caller(of_user("li.na")) as client:
        assert (_read(client, "abc")["n"], _read(client, "ladder")["n"]) == (3, 3)
        assert _read(client, "abc", as_of="2025-07-01")["n"] == 3


@pytest.mark.usefixtures("buyers")
def test_the_ladder_with_from_lists_the_moves_since_that_day(client: httpx.Client) -> None:
    found = _read(client, "ladder", **{"from": "2025-02-28", "to": "2025-07-01"})
    moves = [(move["from"], move["to"], move["customers"]) for move in found["moves"]]
    assert moves == [
        ("suspect", "suspect", 1),
        ("suspect", "first_time", 8),
        ("suspect", "repeat", 1),
    ]
    assert [row["customers"] for row in found["rungs"]] == [1, 0, 0, 8, 1, 0, 0, 0, 0, 0]
    assert _read(client, "ladder", as_of="2025-07-01")["moves"] is None


def test_the_index_is_403_for_keys_that_may_see_only_some_customers(
    scoring: Running, worker: Worker
) -> None:
    worker.handle(survey("s", "q"), response("r1", "s", None, {"q": 5}))
    path, params = "/v1/portfolio/satisfaction", {"survey": str(id_of("s"))}
    assert scoring.client.get(path, params=params).json()["n"] == 1
    for rows in (Rows.OWN, Rows.TEAM):
        with scoring.as_caller(Identity("li.na", "", frozenset({"read"}), rows, "n")) as client:
            assert client.get(path, params=params).status_code == 403


def test_the_index_can_be_read_for_a_survey_for_one_wave_and_for_a_past_date(
    client: httpx.Client, worker: Worker
) -> None:
    worker.handle(
        survey("s", "q"),
        response("r1", "s", None, {"q": 5}, wave="w1"),
        response("r2", "s", None, {"q": 3}, wave="w2", on=SUMMER),
    )
    survey_id = str(id_of("s"))
    all_waves = _read(client, "satisfaction", survey=survey_id)
    assert (all_waves["n"], all_waves["index"]) == (2, 75.0)
    assert all_waves["low"] < 75 < all_waves["high"]
    wave = _read(client, "satisfaction", survey=survey_id, wave="w2")
    assert (wave["n"], wave["index"], wave["low"]) == (1, 50.0, None)
    early = _read(client, "satisfaction", survey=survey_id, as_of="2025-06-30")
    assert (early["n"], early["index"], early["as_of"]) == (1, 100.0, "2025-06-30")


def test_the_index_as_of_a_moment_includes_only_responses_up_to_that_moment(
    client: httpx.Client, worker: Worker
) -> None:
    worker.handle(survey("s", "q"), response("r1", "s", None, {"q": 5}, on=SPRING))
    for moment, n in (("2025-03-01T03:59:59Z", 0), ("2025-03-01T04:00:00Z", 1)):
        found = _read(client, "satisfaction", survey=str(id_of("s")), as_of=moment)
        assert (found["n"], found["as_of"]) == (n, "2025-03-01")


def test_a_survey_without_responses_has_no_index_and_an_unknown_survey_is_404(
    client: httpx.Client, worker: Worker
) -> None:
    worker.handle(survey("s", "q"))
    found = _read(client, "satisfaction", survey=str(id_of("s")))
    assert (found["n"], found["index"]) == (0, None)
    unknown = client.get("/v1/portfolio/satisfaction", params={"survey": str(id_of("t"))})
    assert unknown.status_code == 404


def test_a_wave_of_the_survey_without_responses_has_n_0(
    client: httpx.Client, worker: Worker
) -> None:
    worker.handle(
        survey("s", "q", waves=["w1", "w2"]), response("r1", "s", None, {"q": 5}, wave="w1")
    )
    survey_id = str(id_of("s"))
    for wave, n in (("w1", 1), ("w2", 0)):
        assert _read(client, "satisfaction", survey=survey_id, wave=wave)["n"] == n
        early = _read(client, "satisfaction", survey=survey_id, wave=wave, as_of="2025-02-01")
        assert early["n"] == 0


def test_a_wave_that_only_a_response_names_is_known(client: httpx.Client, worker: Worker) -> None:
    worker.handle(
        survey("s", "q", waves=["w1", "w2"]), response("r3", "s", None, {"q": 5}, wave="w3")
    )
    survey_id = str(id_of("s"))
    assert _read(client, "satisfaction", survey=survey_id, wave="w3")["n"] == 1
    early = _read(client, "satisfaction", survey=survey_id, wave="w3", as_of="2025-02-01")
    assert early["n"] == 0


def test_an_unknown_wave_is_404_until_a_new_version_of_the_survey_names_it(
    client: httpx.Client, worker: Worker
) -> None:
    worker.handle(
        survey("s", "q", waves=["w1", "w2"]), response("r1", "s", None, {"q": 5}, wave="w1")
    )
    survey_id = str(id_of("s"))
    for extra_params in ({}, {"as_of": "2025-02-01"}):
        params = {"survey": survey_id, "wave": "zz"} | extra_params
        unknown = client.get("/v1/portfolio/satisfaction", params=params)
        assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
        assert "wave" in unknown.json()["detail"]
    worker.handle(survey("s", "q", waves=["w1", "zz"], version=2))
    assert _read(client, "satisfaction", survey=survey_id, wave="zz")["n"] == 0


@pytest.mark.usefixtures("buyers")
@pytest.mark.parametrize("as_of", ["1900-01-01", "9998-12-31"])
def test_figures_of_the_first_and_the_last_day_can_be_read(
    client: httpx.Client, worker: Worker, as_of: str
) -> None:
    on = date.fromisoformat(as_of)
    worker.handle(order("edge", "c9", on, ("1", "10")))
    for name in ("ladder", "abc"):
        table = _read(client, name, to=as_of)
        assert sum(row["customers"] for row in table.get("rungs") or table["classes"])
    for path in (f"/v1/scores/{id_of('c9')}", f"/v1/scores/{id_of('c9')}/explanation"):
        answer = client.get(path, params={"as_of": as_of})
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("params", "code", "values"),
    [
        ({"from": "2025-07-02", "to": "2025-07-01"}, "empty_range", {"start": "from", "end": "to"}),
        (
            {"from": "2025-07-02", "as_of": "2025-07-01"},
            "empty_range",
            {"start": "from", "end": "as_of"},
        ),
        (
            {"from": "1899-12-31"},
            "out_of_range",
            {"min": "1900-01-01", "max": "9998-12-31"},
        ),
        ({"from": "9999-01-01"}, "out_of_range", {"min": "1900-01-01", "max": "9998-12-31"}),
    ],
)
def test_a_period_that_begins_too_late_or_outside_the_supported_years_is_refused(
    client: httpx.Client, params: dict[str, str], code: str, values: dict[str, str | None]
) -> None:
    (fault,) = client.get("/v1/portfolio/ladder", params=params).json()["errors"]
    assert (fault["pointer"], fault["code"], fault["params"]) == ("query:from", code, values)


@pytest.mark.parametrize(
    ("path", "params", "pointer"),
    [
        ("abc", {"segment": "x"}, "query:segment"),
        ("abc", {"method": "size"}, "query:method"),
        ("abc", {"basis": "luck"}, "query:basis"),
        ("abc", {"from": "2025-07-02", "to": "2025-07-01"}, "query:from"),
        ("abc", {"from": "0001-01-01"}, "query:from"),
        ("abc", {"from": "0"}, "query:from"),
        ("abc", {"to": "1767225600"}, "query:to"),
        ("ladder", {"from": "1767225600"}, "query:from"),
        ("ladder", {"from": "2025-01-01T00:00:00+08:00"}, "query:from"),
        ("ladder", {"to": "2025-W27-1"}, "query:to"),
        ("ladder", {"to": "9999-01-01"}, "query:to"),
        ("ladder", {"as_of": "2025-07-02", "to": "2025-07-01"}, "query:as_of"),
        ("ladder", {"to": "then"}, "query:to"),
        ("ladder", {"method": "count"}, "query:method"),
        ("satisfaction", {}, "query:survey"),
        ("satisfaction", {"survey": "1"}, "query:survey"),
    ],
)
def test_an_invalid_query_parameter_is_refused(
    client: httpx.Client, path: str, params: dict[str, str], pointer: str
) -> None:
    answer = client.get(f"/v1/portfolio/{path}", params=params)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer
