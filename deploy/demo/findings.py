"""Wait until the scores contain all loaded data, then read the figures from the API."""

import csv
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from deploy.demo.client import Api, Json, RefusedError
from deploy.demo.generate import CUSTOMERS, ORDERS, TAG, answers_file
from deploy.demo.progress import Progress
from deploy.demo.report import Findings, ValuableCustomer
from deploy.demo.story import END, WAVES, Wave

_PATIENCE_SECONDS = 180
_PAUSE_SECONDS = 0.5
_AS_OF_END = {"as_of": END.isoformat()}
_MOST_VALUABLE = 10
_LARGEST_PAGE = 200
_MOST_IDS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Totals of the demo's data: the API returns those of the files once all data are scored.

    `bought` is the net amount of all purchases, `answers` the number of answers per wave.
    """

    customers: int
    bought: Decimal
    answers: dict[str, int]


def count_totals(folder: Path) -> Totals:
    """Return the totals of the generated files in `folder`."""
    amounts = (
        Decimal(row["quantity"]) * Decimal(row["unit_price"]) - Decimal(row["discount"])
        for row in _rows(folder / ORDERS)
        if row["customer_external_id"]
    )
    return Totals(
        customers=sum(1 for _ in _rows(folder / CUSTOMERS)),
        bought=sum(amounts, Decimal(0)),
        answers={
            wave.code: sum(1 for _ in _rows(_answers_path(folder, wave.code))) for wave in WAVES
        },
    )


def wait_until_scored(api: Api, survey: str, expected: Totals) -> list[Json]:
    """Wait until the API returns the expected totals; return the scores of the demo's customers.

    Raises RefusedError after three minutes.
    """
    progress = Progress("评价 scores")
    progress.begin("计算中 being computed")
    deadline = time.monotonic() + _PATIENCE_SECONDS
    customers = _demo_customers(api)
    while True:
        scores = list(_scores(api, customers))
        seen = _totals(api, survey, scores)
        if seen == expected and _has_classes(api, scores):
            break
        if time.monotonic() > deadline:
            raise RefusedError(f"The scores did not become complete: {seen} instead of {expected}")
        progress.show(f"净购买额 net purchases {seen.bought:,.2f} / {expected.bought:,.2f}")
        time.sleep(_PAUSE_SECONDS)
    progress.done(
        f"{expected.customers:,} 客户 customers, 净购买额 net purchases {expected.bought:,.2f}"
    )
    return scores


def _demo_customers(api: Api) -> list[str]:
    """Return the ids of the demo's customers, who may stand beside those of a real company."""
    pages = api.pages("/v1/customers", tag=TAG, fields="id", limit=_LARGEST_PAGE)
    return [customer["id"] for page in pages for customer in page["items"]]


def _scores(api: Api, customers: Sequence[str]) -> Iterator[Json]:
    """Yield the scores that these customers have now."""
    for start in range(0, len(customers), _MOST_IDS):
        ids = ",".join(customers[start : start + _MOST_IDS])
        yield from api.get("/v1/scores", ids=ids)["items"]


def _totals(api: Api, survey: str, scores: Sequence[Json]) -> Totals:
    """Return the totals that the API shows now."""
    indices = {wave.code: _satisfaction(api, survey, wave) for wave in WAVES}
    return Totals(
        customers=len(scores),
        bought=sum((Decimal(score["revenue"]) for score in scores), Decimal(0)),
        answers={code: index["n"] if index else 0 for code, index in indices.items()},
    )


def _has_classes(api: Api, scores: Sequence[Json]) -> bool:
    """Return whether the classes were computed after the last of these scores.

    The request contains no date, because the product has the current table stored.
    """
    computed = datetime.fromisoformat(api.get("/v1/portfolio/abc")["made_at"])
    last = max(datetime.fromisoformat(score["made_at"]) for score in scores)
    return computed >= last and all(score["class"] for score in scores if score["purchase_days"])


def findings(api: Api, survey: str, scores: Sequence[Json]) -> Findings:
    """Read from the API all figures that the report shows; `scores` are those of the demo."""
    indices = ((wave, _satisfaction(api, survey, wave)) for wave in WAVES)
    ladder = api.get("/v1/portfolio/ladder", **_AS_OF_END)
    return Findings(
        indices=[(f"{wave.title} {wave.title_en}", index) for wave, index in indices if index],
        others=ladder["n"] - len(scores),
        ladder=ladder,
        abc=api.get("/v1/portfolio/abc", **_AS_OF_END),
        valuable=[_valuable_customer(api, score) for score in _most_valuable(scores)],
        addresses=_addresses(api, survey),
    )


def _addresses(api: Api, survey: str) -> list[tuple[str, str]]:
    """Return labels and URLs of pages that a user may open in a browser."""
    newest = api.get(f"/v1/surveys/{survey}")["waves"][-1]
    return [
        ("接口文档 API", f"{api.url}/docs"),
        ("事件 events", f"{api.url}/asyncapi.json"),
        ("答题页 survey page", f"{api.url}{newest['link']}"),
    ]


def _satisfaction(api: Api, survey: str, wave: Wave) -> Json | None:
    """Return the satisfaction index of a wave; None while the product has not computed it."""
    return api.find("/v1/portfolio/satisfaction", survey=survey, wave=wave.code)


def _most_valuable(scores: Sequence[Json]) -> list[Json]:
    """Return the ten scores with the most value points, the highest first."""
    return sorted(scores, key=lambda score: -Decimal(score["value_points"]))[:_MOST_VALUABLE]


def _valuable_customer(api: Api, score: Json) -> ValuableCustomer:
    """Read the record of a customer and the facts that explain the score."""
    customer = score["customer_id"]
    pages = api.pages(f"/v1/scores/{customer}/explanation", **_AS_OF_END, limit=_LARGEST_PAGE)
    return ValuableCustomer(
        customer=api.get(f"/v1/customers/{customer}"),
        score=score,
        facts=[fact for page in pages for term in page["terms"] for fact in term["facts"]],
    )


def _answers_path(folder: Path, wave: str) -> Path:
    return folder / answers_file(wave)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
