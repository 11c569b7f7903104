"""Times and days of orders have one text format; a number of seconds is refused."""

import httpx
import pytest

from tests.services.registry.sales.order.test_routes import ORDER

TIMES = ["20261003", "2026", "+5", "0", "1759485600000", "2026-10-03", "2026-12-31T23:59:60Z"]
DAYS = ["86400", "2026-02-30", "20260201", "2026-02-01T00:00:00Z", ""]


@pytest.mark.parametrize("time", TIMES)
def test_a_text_that_is_not_a_time_is_refused_as_ordered_at(
    client: httpx.Client, time: str
) -> None:
    answer = client.post("/v1/orders", json=ORDER | {"customer": None, "ordered_at": time})
    (fault,) = answer.json()["errors"]
    assert (answer.status_code, fault["pointer"]) == (422, "/ordered_at")
    assert "RFC 3339" in fault["message"]


@pytest.mark.parametrize("day", DAYS)
def test_a_text_that_is_not_a_day_is_refused_as_promised_on(client: httpx.Client, day: str) -> None:
    answer = client.post("/v1/orders", json=ORDER | {"customer": None, "promised_on": day})
    (fault,) = answer.json()["errors"]
    assert (answer.status_code, fault["pointer"]) == (422, "/promised_on")
    assert "2026-01-31" in fault["message"]


@pytest.mark.parametrize("name", ["from", "to"])
@pytest.mark.parametrize("day", [*DAYS, "1767225600", "0", "2026-01-01T00:00:00+08:00"])
def test_a_text_that_is_not_a_day_is_refused_as_from_or_to_of_a_list(
    client: httpx.Client, name: str, day: str
) -> None:
    answer = client.get("/v1/orders", params={name: day})
    assert answer.status_code == 422, answer.text
    (fault,) = answer.json()["errors"]
    assert fault["pointer"] == f"query:{name}"
    assert "2026-01-31" in fault["message"]
