"""What an order comes to, at the largest and smallest numbers that are taken."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.registry.order.domain import Line, Order

NUMBERS = st.decimals(min_value=0, max_value=10**15 - 1, places=6)


@given(st.lists(st.tuples(NUMBERS.filter(bool), NUMBERS), min_size=1, max_size=5))
def test_an_order_comes_to_the_exact_sum_of_its_lines(told: list[tuple[Decimal, Decimal]]) -> None:
    lines = [Line(product_code="A", quantity=many, unit_price=price) for many, price in told]
    order = Order(
        system="erp",
        external_id="1",
        customer_id=UUID(int=1),
        anonymous_reference=None,
        ordered_at=datetime(2026, 1, 1, tzinfo=UTC),
        occurred_on=date(2026, 1, 1),
        currency="CNY",
        lines=tuple(lines),
    )
    assert Fraction(order.amount) == sum(Fraction(many) * Fraction(price) for many, price in told)
