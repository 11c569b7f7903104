"""The ladder has every rung, and the moves between two dates sum to both ladders."""

from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.scoring.figures.loyalty.ladder import RungRow, Standing, ladder, moves, total_revenue
from shared.contracts.scoring.score import Rung
from shared.money import exact_arithmetic
from tests.services.scoring.samples import amounts

rungs = st.sampled_from(Rung)
standings = st.builds(Standing, rung=rungs, revenue=amounts)
populations = st.dictionaries(st.integers(0, 30).map(lambda i: UUID(int=i)), standings)


def test_an_empty_ladder_has_every_rung_in_order() -> None:
    assert [row.rung for row in ladder([])] == list(Rung)


def test_a_rung_has_the_number_and_the_summed_revenue_of_its_customers() -> None:
    standings = [
        Standing(rung=rung, revenue=Decimal(revenue))
        for rung, revenue in ((Rung.REPEAT, "5"), (Rung.CLIENT, "7"), (Rung.REPEAT, "-1.50"))
    ]
    found = {row.rung: row for row in ladder(standings)}
    assert found[Rung.REPEAT] == RungRow(rung=Rung.REPEAT, customers=2, revenue=Decimal("3.50"))
    assert found[Rung.MEMBER] == RungRow(rung=Rung.MEMBER, customers=0, revenue=Decimal(0))
    assert total_revenue(found.values()) == Decimal("10.50")
    assert total_revenue([]) == 0


@given(populations)
def test_the_rungs_of_a_ladder_sum_to_all_customers_and_all_revenue(
    population: dict[UUID, Standing],
) -> None:
    rows = ladder(population.values())
    with exact_arithmetic():
        revenue = sum((each.revenue for each in population.values()), Decimal(0))
        assert sum((row.revenue for row in rows), Decimal(0)) == revenue
    assert sum(row.customers for row in rows) == len(population)


@given(populations, st.data())
def test_the_moves_sum_to_the_rungs_of_both_ladders(
    before: dict[UUID, Standing], data: st.DataObject
) -> None:
    after = {customer_id: data.draw(standings) for customer_id in before}
    all_moves = moves(before, after)
    with exact_arithmetic():
        for row in ladder(after.values()):
            ending = [move for move in all_moves if move.end is row.rung]
            assert sum(move.customers for move in ending) == row.customers
            assert sum((move.revenue for move in ending), Decimal(0)) == row.revenue
    for row in ladder(before.values()):
        starting = [move for move in all_moves if move.start is row.rung]
        assert sum(move.customers for move in starting) == row.customers


def test_moves_without_customers_are_left_out() -> None:
    moving, staying = UUID(int=1), UUID(int=2)
    first_time = Standing(rung=Rung.FIRST_TIME, revenue=Decimal(1))
    repeat = Standing(rung=Rung.REPEAT, revenue=Decimal(5))
    found = moves({moving: first_time, staying: first_time}, {moving: repeat, staying: first_time})
    assert [(move.start, move.end, move.revenue) for move in found] == [
        (Rung.FIRST_TIME, Rung.FIRST_TIME, Decimal(1)),
        (Rung.FIRST_TIME, Rung.REPEAT, Decimal(5)),
    ]
