"""The report of the demo, as Chinese and English text for a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from deploy.demo.labels import BASES, CLASSES, NATURES, RUNGS
from deploy.demo.terminal import money, pad, table, width

Json: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValuableCustomer:
    """One of the most valuable customers: record, score, and the facts that explain the score."""

    customer: Json
    score: Json
    facts: Sequence[Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """The responses of the API that the report shows.

    `others` is the number of customers in the product who are not the demo's; ladder and classes
    include them.
    """

    indices: Sequence[tuple[str, Json]]
    others: int
    ladder: Json
    abc: Json
    valuable: Sequence[ValuableCustomer]
    addresses: Sequence[tuple[str, str]]


def report(findings: Findings) -> str:
    """Return the whole report, with one section for each kind of figure."""
    return "\n\n".join(
        (
            _index_section(findings.indices),
            _ladder_section(findings.ladder) + _others_note(findings.others),
            _abc_section(findings.abc) + _others_note(findings.others),
            _valuable_section(findings.valuable),
            _addresses_section(findings.addresses),
        )
    )


def _index_section(indices: Sequence[tuple[str, Json]]) -> str:
    """Return the section with the satisfaction index of each wave."""
    rows = [
        (
            wave,
            f"{answer['index']:.1f}",
            f"{answer['low']:.1f} - {answer['high']:.1f}",
            str(answer["n"]),
        )
        for wave, answer in indices
    ]
    heading = ("调研批次 wave", "指数 index", "95% 区间 interval", "n")
    return f"客户满意度指数 Satisfaction index, 0-100\n{table(heading, rows, right=(1, 2, 3))}"


def _others_note(others: int) -> str:
    """Return a line on the customers who are not the demo's; an empty text if there are none."""
    if not others:
        return ""
    return f"\n  含演示以外的客户 including customers who are not the demo's: {others:,}"


def _ladder_section(ladder: Json) -> str:
    """Return the section with the customers and the revenue of each rung of the loyalty ladder."""
    rows = [
        (RUNGS[rung["rung"]], f"{rung['customers']:,}", money(rung["revenue"]))
        for rung in ladder["rungs"]
    ]
    heading = (
        "阶梯 rung",
        "客户 customers",
        f"近12个月收入 revenue of 12 months, {ladder['currency']}",
    )
    return (
        f"忠诚度阶梯 Loyalty ladder, {ladder['as_of']}, n = {ladder['n']:,}\n"
        f"{table(heading, rows, right=(1, 2))}"
    )


def _abc_section(abc: Json) -> str:
    """Return the section with the customers and the value of each ABC class."""
    rows = [
        (
            CLASSES[row["class"]],
            f"{row['customers']:,}",
            f"{row['customer_share']:.1f}",
            money(row["value"]),
            f"{row['value_share']:.1f}",
            f"{row['reference_share']:.0f}",
        )
        for row in abc["classes"]
    ]
    heading = (
        "分类 class",
        "客户 customers",
        "占比 %",
        f"{BASES[abc['basis']]}, {abc['currency']}",
        "占比 %",
        "参考 reference %",
    )
    return (
        f"ABC 分类 ABC classes, {abc['as_of']}, n = {abc['n']:,}, "
        f"合计 total {money(abc['total'])}\n"
        f"{table(heading, rows, right=(1, 2, 3, 4, 5))}"
    )


def _valuable_section(valuable: Sequence[ValuableCustomer]) -> str:
    lines = (
        line
        for rank, customer in enumerate(valuable, start=1)
        for line in _customer_lines(rank, customer)
    )
    return "\n".join(("最有价值的客户 Most valuable customers, and why", *lines))


def _customer_lines(rank: int, valuable: ValuableCustomer) -> Iterator[str]:
    """Yield the lines about one customer: name, points, purchases, returns and satisfaction."""
    customer, score = valuable.customer, valuable.score
    yield f"  {rank:2}. {customer['name']}  {customer.get('name_en') or ''}".rstrip()
    yield (
        f"      {Decimal(score['value_points']):.2f} 分 points"
        f" · {NATURES[customer['nature']]} · {CLASSES[score['class']]}"
    )
    bought = [fact for fact in valuable.facts if fact["kind"] == "purchase"]
    returned = [fact for fact in valuable.facts if fact["kind"] == "return"]
    yield f"      {len(bought)} 次购买 purchases: {_amount_and_points(bought)}"
    if returned:
        yield f"      {len(returned)} 次退货 returns: {_amount_and_points(returned)}"
    if score["satisfaction"]:
        yield f"      满意度 satisfaction: {score['satisfaction']['index']:.1f}"
    largest = max(bought, key=lambda fact: Decimal(fact["amount"]))
    yield f"      最大一笔 the largest, {largest['occurred_on']}: {_amount_and_points([largest])}"
    yield f"      最近一次 the latest: {max(fact['occurred_on'] for fact in bought)}"


def _amount_and_points(facts: Sequence[Json]) -> str:
    """Return the total amount of some facts and the points that they give, as text."""
    amount = sum((Decimal(fact["amount"]) for fact in facts), Decimal(0))
    points = sum((Decimal(fact["points"]) for fact in facts), Decimal(0))
    return f"{money(amount)} = {points:.2f} 分 points"


def _addresses_section(addresses: Sequence[tuple[str, str]]) -> str:
    columns = max(width(label) for label, _ in addresses)
    lines = (f"  {pad(label, columns)}  {url}" for label, url in addresses)
    return "\n".join(("地址 Addresses", *lines))
