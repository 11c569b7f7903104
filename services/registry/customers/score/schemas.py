"""The response body of a customer's score, as it is shown beside the customer."""

from datetime import date, datetime

from pydantic import ConfigDict, Field

from shared.contracts.scoring.score import CustomerClass, Rung
from shared.database import RowView
from shared.http.schemas import Body, CurrencyOut, ExactOut


class CustomerScoreOut(Body):
    """The score of a customer as it was published last; GET /v1/scores/{customer_id} has more."""

    model_config = ConfigDict(
        serialize_by_alias=True,
        validate_by_name=True,
        json_schema_extra={
            "examples": [
                {
                    "value_points": "1.05862",
                    "class": "A",
                    "rung": "first_time",
                    "silent": False,
                    "currency": "CNY",
                    "as_of": "2026-10-31",
                    "made_at": "2026-10-31T02:30:00Z",
                }
            ]
        },
    )

    value_points: ExactOut = Field(description="Value points (客户价值分).", examples=["1.05862"])
    customer_class: CustomerClass | None = Field(
        alias="class",
        description="Class among all customers of the company (ABC 客户分类): A 贵宾型, B 重要型, "
        "C 普通型. null without a purchase.",
    )
    rung: Rung = Field(description="Rung of the loyalty ladder (忠诚度阶梯).")
    silent: bool = Field(
        description="Whether the customer has bought something, but nothing since for longer than "
        "the value model allows (沉默)."
    )
    currency: CurrencyOut = Field(
        description="Currency of the revenue from which the points are computed."
    )
    as_of: date = Field(description="The local day of the score.", examples=["2026-10-31"])
    made_at: datetime = Field(
        description="When the score was computed. The score of GET /v1/scores/{customer_id} may be "
        "some seconds newer."
    )


def customer_score_out(row: RowView | None) -> CustomerScoreOut | None:
    """Return the body of a row of scores; None while the customer has no score.

    It is None too while the class or rung is a code that only a later release knows: during an
    upgrade scoring may run it before the registry does.
    """
    if row is None or row["version"] == 0 or not _has_known_codes(row):
        return None
    values = {name: row[name] for name in CustomerScoreOut.model_fields}
    codes = {
        "customer_class": row["customer_class"] and CustomerClass(row["customer_class"]),
        "rung": Rung(row["rung"]),
    }
    return CustomerScoreOut.model_construct(**values | codes)


def _has_known_codes(row: RowView) -> bool:
    """Return whether this release knows the class and the rung of a score."""
    return row["customer_class"] in {None, *CustomerClass} and row["rung"] in set(Rung)
