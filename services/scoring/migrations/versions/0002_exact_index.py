"""Waves of surveys; indices of answers with 30 decimals instead of 10, and their sums."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from typing import Any
from uuid import UUID, uuid5

import sqlalchemy as sa
from alembic import op

from shared.database import Exact, Json

revision = "0002"
down_revision = "0001"

Row = Mapping[Any, Any]

DECIMALS = 30
STEP = 1000
SURVEYS = sa.table("surveys", sa.column("id", sa.Uuid()), sa.column("items", Json))
ANSWERS = sa.table(
    "answers",
    sa.column("response_id", sa.Uuid()),
    sa.column("version", sa.Integer()),
    sa.column("survey_id", sa.Uuid()),
    sa.column("wave", sa.String()),
    sa.column("customer_id", sa.Uuid()),
    sa.column("answers", Json),
    sa.column("current", sa.Boolean()),
    sa.column("score", Exact),
    sa.column("size", sa.Integer()),
)
SUMS = sa.table(
    "wave_sums",
    sa.column("survey_id", sa.Uuid()),
    sa.column("wave", sa.String()),
    sa.column("total", Exact),
    sa.column("squares", Exact),
)
FACTS = sa.table("facts", sa.column("fact_id", sa.Uuid()), sa.column("amount", Exact))
SCORES = sa.table(
    "scores",
    sa.column("customer_id", sa.Uuid()),
    sa.column("as_of", sa.Date()),
    sa.column("changes_on", sa.Date()),
)


def upgrade() -> None:
    op.add_column("surveys", sa.Column("waves", Json))
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":  # an answer counted meanwhile would be lost
        op.execute("LOCK TABLE answers, wave_sums IN SHARE ROW EXCLUSIVE MODE")
    for survey in connection.execute(sa.select(SURVEYS)).mappings().all():
        with localcontext(Context(prec=120)):
            measure_anew(connection, survey)


def downgrade() -> None:
    op.drop_column("surveys", "waves")


def measure_anew(connection: sa.Connection, survey: Row) -> None:
    """Give the answers to a survey their exact indices, and its waves the sums of them."""
    sums: dict[str, tuple[Decimal, Decimal]] = {}
    touched: set[UUID] = set()
    asked = sa.select(ANSWERS).where(ANSWERS.c.survey_id == survey["id"], ANSWERS.c.size > 0)
    answers = connection.execute(asked).mappings().all()
    changes = []
    for answer in answers:
        score = index(answer["answers"], survey["items"])
        changes.append((answer, score))
        touched |= {answer["customer_id"]} - {None}
        if answer["current"]:
            total, squares = sums.get(answer["wave"], (Decimal(0), Decimal(0)))
            sums[answer["wave"]] = (total + score, squares + score * score)
    for part in steps(changes):
        write_answers(connection, part)
    write_sums(connection, survey, sums)
    for part in steps(sorted(touched)):
        make_due(connection, part)


def index(answers: Row, items: Sequence[Row]) -> Decimal:
    parts = [
        100
        * (number(answers[item["code"]]) - number(item["least"]))
        / (number(item["most"]) - number(item["least"]))
        for item in items
        if answered(answers.get(item["code"]), item)
    ]
    mean = sum(parts, Fraction(0)) / len(parts)
    return Decimal(round(mean * 10**DECIMALS)).scaleb(-DECIMALS)


def answered(answer: Any, item: Row) -> bool:
    numeric = isinstance(answer, int | float) and not isinstance(answer, bool)
    return numeric and answer not in item["missing"]


def number(written: float) -> Fraction:
    return Fraction(str(written))


def steps(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(rows), STEP):
        yield rows[start : start + STEP]


def write_answers(connection: sa.Connection, changes: Sequence[tuple[Row, Decimal]]) -> None:
    """Write an answer's index to its row and to its fact, whose name is made of its version."""
    connection.execute(
        sa.update(ANSWERS)
        .where(
            ANSWERS.c.response_id == sa.bindparam("response"),
            ANSWERS.c.version == sa.bindparam("of_version"),
        )
        .values(score=sa.bindparam("score")),
        [
            {"response": row["response_id"], "of_version": row["version"], "score": score}
            for row, score in changes
        ],
    )
    connection.execute(
        sa.update(FACTS)
        .where(FACTS.c.fact_id == sa.bindparam("fact"))
        .values(amount=sa.bindparam("amount")),
        [
            {"fact": uuid5(row["response_id"], f"{row['version']}/answer"), "amount": score}
            for row, score in changes
        ],
    )


def write_sums(
    connection: sa.Connection, survey: Row, sums: Mapping[str, tuple[Decimal, Decimal]]
) -> None:
    for wave, (total, squares) in sums.items():
        place = (SUMS.c.survey_id == survey["id"], SUMS.c.wave == wave)
        connection.execute(sa.update(SUMS).where(*place).values(total=total, squares=squares))


def make_due(connection: sa.Connection, customers: Sequence[UUID]) -> None:
    """Have the worker make these scores anew, as it does when time has changed them."""
    theirs = SCORES.c.customer_id.in_(customers)
    connection.execute(sa.update(SCORES).where(theirs).values(changes_on=SCORES.c.as_of))
