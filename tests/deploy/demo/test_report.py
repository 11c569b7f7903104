"""Tests of the text of the demo's report."""

import re
from dataclasses import replace

from deploy.demo.report import Findings, ValuableCustomer, report
from tests.deploy.demo.direct import RUNGS

LADDER = {
    "n": 2000,
    "as_of": "2026-10-31",
    "currency": "CNY",
    "rungs": [{"rung": rung, "customers": 200, "revenue": "12345.678"} for rung in RUNGS],
}
ABC = {
    "n": 20,
    "as_of": "2026-10-31",
    "currency": "CNY",
    "basis": "revenue",
    "total": "1000.00",
    "classes": [
        {
            "class": name,
            "customers": customers,
            "customer_share": customers * 5.0,
            "value": "500.00",
            "value_share": 33.3333,
            "reference_share": 50.0,
        }
        for name, customers in (("A", 1), ("B", 3), ("C", 16))
    ],
}
VALUABLE = ValuableCustomer(
    customer={"name": "南京鸿榆商贸有限公司", "name_en": "Hongyu Trading", "nature": "wholesaler"},
    score={"value_points": "2.5", "class": "A", "satisfaction": {"index": 68.75, "n": 8}},
    facts=[
        {"kind": "purchase", "occurred_on": "2025-06-01", "amount": "200000", "points": "2"},
        {"kind": "purchase", "occurred_on": "2025-07-01", "amount": "60000", "points": "0.6"},
        {"kind": "return", "occurred_on": "2025-07-09", "amount": "-10000", "points": "-0.1"},
    ],
)
FINDINGS = Findings(
    indices=[("2025", {"index": 70.318, "low": 69.11, "high": 71.527, "n": 563})],
    others=0,
    ladder=LADDER,
    abc=ABC,
    valuable=[VALUABLE],
    addresses=[("API", "http://127.0.0.1:8000/docs")],
)


def test_the_satisfaction_index_is_shown_with_its_interval_and_number_of_responses() -> None:
    assert re.search(r"2025 +70.3 +69.1 - 71.5 +563", report(FINDINGS))


def test_every_rung_of_the_ladder_is_shown_in_chinese_and_english() -> None:
    text = report(FINDINGS)
    assert re.search(r"常客 client +200 +12,345.68", text)
    assert text.count("12,345.68") == len(RUNGS)


def test_each_abc_class_is_shown_with_its_reference_share() -> None:
    assert re.search(r"A 贵宾 VIP +1 +5.0 +500.00 +33.3 +50", report(FINDINGS))


def test_a_valuable_customer_is_shown_with_the_facts_behind_its_points() -> None:
    text = report(FINDINGS)
    assert " 1. 南京鸿榆商贸有限公司  Hongyu Trading" in text
    assert "2.50 分 points · 批发商 wholesaler · A 贵宾 VIP" in text
    assert "2 次购买 purchases: 260,000.00 = 2.60 分 points" in text
    assert "1 次退货 returns: -10,000.00 = -0.10 分 points" in text
    assert "最大一笔 the largest, 2025-06-01: 200,000.00 = 2.00 分 points" in text
    assert "满意度 satisfaction: 68.8" in text
    assert "最近一次 the latest: 2025-07-01" in text


def test_the_report_ends_with_the_addresses() -> None:
    assert report(FINDINGS).endswith("API  http://127.0.0.1:8000/docs")


def test_figures_that_include_other_customers_are_marked() -> None:
    assert "not the demo's" not in report(FINDINGS)
    text = report(replace(FINDINGS, others=1234))
    assert text.count("including customers who are not the demo's: 1,234") == 2
