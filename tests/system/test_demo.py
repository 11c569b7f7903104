"""`make demo` as a user runs it; the tests compute every printed figure from the files too."""

import os
import subprocess
import sys
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from deploy.demo.generate import generate
from deploy.demo.questionnaire import ASPECTS, HIGHEST_ANSWER, LOWEST_ANSWER
from deploy.demo.report import Findings, ValuableCustomer, report
from deploy.demo.story import END, WAVES
from deploy.local.ports import free_port
from tests.deploy.demo import direct
from tests.system.company import Company, idempotency_header
from tests.system.product import ADMIN_KEY, started

ROOT = Path(__file__).parents[2]
SECONDS = 500
CODES = [aspect.code for aspect in ASPECTS]


@pytest.mark.timeout(SECONDS + 60)
def test_the_demo_prints_the_directly_computed_figures(tmp_path: Path) -> None:
    """Run the demo to its end and compare its output with a direct computation."""
    printed = _demo(tmp_path / "data")
    generate(tmp_path / "files")
    assert _expected(tmp_path / "files", _addresses(printed)) in printed


@pytest.mark.timeout(SECONDS + 60)
def test_the_demo_is_loaded_twice_beside_the_customers_of_another_company(tmp_path: Path) -> None:
    """The other company has the ids of the demo in its own system, and the largest customer."""
    generate(tmp_path / "files")
    with started("run", tmp_path / "data") as product:
        company = Company(product, system="erp")
        other = company.register("C00001")
        company.place_order("O00001", "C00001", "999999999")
        stored = company.get(f"/v1/customers/{other}")
        company.send("POST", "/v1/teams", json={"name": "east"}, headers=idempotency_header())
        first, second = (_load(product.url) for _ in range(2))
        east = company.get("/v1/customers", team=_team(company, "east"), count="true")
        assert east["total"]["value"] == 0
        assert company.get(f"/v1/customers/{other}") == stored
        assert [order["system"] for order in _orders_of(company, other)] == ["erp"]
    expected = _expected(tmp_path / "files", _addresses(first)).split("\n\n")
    satisfaction, valuable = expected[0], expected[3]
    for printed in (first, second):
        assert satisfaction in printed
        assert valuable in printed
        assert printed.count("including customers who are not the demo's: 1\n") == 2
    assert "新增 new" in first
    assert "新增 new" not in second


def _team(company: Company, name: str) -> str:
    """Return the id of the team with this name."""
    teams = company.get("/v1/teams", limit="200")["items"]
    (found,) = (team["id"] for team in teams if team["name"] == name)
    return str(found)


def _orders_of(company: Company, customer: str) -> list[dict[str, str]]:
    """Return the external ids of the orders of a customer."""
    return [
        order["external_id"] for order in company.get("/v1/orders", customer_id=customer)["items"]
    ]


def _load(url: str) -> str:
    """Load the demo company into a running product and return what is printed."""
    command = [sys.executable, "-m", "deploy.demo", "load", f"--url={url}", f"--key={ADMIN_KEY}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def _demo(data: Path) -> str:
    settings = {
        "PATRON_DATA": str(data),
        "PATRON_PORT": str(free_port()),
        "PATRON_ADMIN_KEY": "patron_demo-tests-0123456789abcdef",
        "DEMO_EXIT": "1",
    }
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith("PATRON_")
    }
    finished = subprocess.run(
        [sys.executable, "-m", "deploy.demo"],
        cwd=ROOT,
        env=inherited | settings,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=SECONDS,
        check=False,
    )
    printed = finished.stdout.decode()
    assert finished.returncode == 0, printed
    return printed


def _addresses(printed: str) -> list[tuple[str, str]]:
    """Return the printed addresses, because a port and a token differ in each run."""
    addresses = [word for word in printed.split() if word.startswith("http://")]
    page = next(address for address in addresses if "/s/" in address)
    return [
        ("接口文档 API", f"{addresses[0]}/docs"),
        ("事件 events", f"{addresses[0]}/asyncapi.json"),
        ("答题页 survey page", page),
    ]


def _expected(files: Path, addresses: list[tuple[str, str]]) -> str:
    """Return the demo's report with figures that are computed from the files alone."""
    return report(
        Findings(
            indices=[(f"{wave.title} {wave.title_en}", _index(files, wave.code)) for wave in WAVES],
            others=0,
            ladder=_ladder(files),
            abc=_abc(files),
            valuable=_valuable(files),
            addresses=addresses,
        )
    )


def _satisfaction(files: Path, external_id: str) -> Mapping[str, Any] | None:
    """Return the index of the customer's answer in the latest wave that the customer answered."""
    found = None
    for wave in WAVES:
        for row in direct.rows(files / f"answers-{wave.code}.csv"):
            if row["respondent_external_id"] == external_id:
                index = direct.response_index(
                    row, CODES, lowest=LOWEST_ANSWER, highest=HIGHEST_ANSWER
                )
                found = {"index": index}
    return found


def _index(files: Path, wave: str) -> Mapping[str, Any]:
    return vars(direct.index(files, wave, CODES, lowest=LOWEST_ANSWER, highest=HIGHEST_ANSWER))


def _ladder(files: Path) -> Mapping[str, Any]:
    rungs = direct.ladder(files, END)
    return {
        "n": sum(customers for customers, _ in rungs.values()),
        "as_of": END.isoformat(),
        "currency": "CNY",
        "rungs": [
            {"rung": rung, "customers": customers, "revenue": revenue}
            for rung, (customers, revenue) in rungs.items()
        ],
    }


def _abc(files: Path) -> Mapping[str, Any]:
    """Return the ABC table by profit, because every order line of the demo has a cost."""
    classes = direct.abc(files, END, basis="profit")
    reference = {"A": 50, "B": 30, "C": 20}
    return {
        "n": sum(one.customers for one in classes.values()),
        "as_of": END.isoformat(),
        "currency": "CNY",
        "basis": "profit",
        "total": sum((one.value for one in classes.values()), Decimal(0)),
        "classes": [
            {
                "class": name,
                "customers": one.customers,
                "customer_share": float(100 * one.customer_share),
                "value": one.value,
                "value_share": float(100 * one.value_share),
                "reference_share": reference[name],
            }
            for name, one in classes.items()
        ],
    }


def _valuable(files: Path) -> list[ValuableCustomer]:
    people = {row["external_id"]: row for row in direct.rows(files / "customers.csv")}
    classes = direct.abc(files, END, basis="profit")
    class_of = {one: name for name, found in classes.items() for one in found.members}
    return [
        ValuableCustomer(
            customer=people[external_id],
            score={
                "value_points": points,
                "class": class_of[external_id],
                "satisfaction": _satisfaction(files, external_id),
            },
            facts=[
                {
                    "kind": kind,
                    "occurred_on": fact.day.isoformat(),
                    "amount": fact.amount,
                    "points": fact.amount / 100_000,
                }
                for kind, sign in (("purchase", 1), ("return", -1))
                for fact in direct.facts(files, external_id, END, sign=sign)
            ],
        )
        for external_id, points in direct.most_valuable(files, END)
    ]
