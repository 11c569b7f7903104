"""The figures that the campaign expects equal figures computed by hand."""

from decimal import Decimal

from tests.faults.acknowledged import AcknowledgedWrites, Answer, ExpectedScore, Line, Sale


def sale(name: str, quantity: str, price: str, day: str = "2025-03-01") -> Sale:
    return Sale(name, "c", day, (Line("P-1", quantity, price),))


def test_expected_points_include_only_the_last_acknowledged_content_of_each_order() -> None:
    acknowledged = AcknowledgedWrites()
    acknowledged.add_customer("c")
    acknowledged.add_sale(sale("o-1", "2", "100.50"), "id")
    acknowledged.add_sale(sale("o-2", "1", "99", "2025-03-02"))
    acknowledged.add_sale(sale("o-2", "3", "10", "2025-03-01"))
    acknowledged.add_sale(sale("o-3", "-1", "31", "2025-04-01"))
    found = acknowledged.expected_scores()["c"]
    assert found == ExpectedScore(Decimal("200.00"), frozenset({"2025-03-01"}), None, 3)
    assert found.points == Decimal("0.002")


def test_expected_satisfaction_is_that_of_the_answer_submitted_last_in_whatever_order_added() -> (
    None
):
    acknowledged = AcknowledgedWrites()
    acknowledged.add_customer("c")
    for moment, quality, service in (("2025-02-02", 5, 4), ("2025-02-01", 1, 1)):
        acknowledged.add_answer(
            Answer(moment, "s", "c", moment, {"quality": quality, "service": service})
        )
    acknowledged.add_answer(Answer("anonymous", "s", None, "2025-03-01", {"quality": 3}))
    assert acknowledged.expected_scores()["c"].satisfaction == Decimal("87.5")


def test_after_a_restore_only_the_later_writes_of_the_restored_service_are_forgotten() -> None:
    acknowledged = AcknowledgedWrites()
    acknowledged.add_customer("before")
    before = acknowledged.copy()
    acknowledged.add_customer("after")
    answer = Answer("a", "s", "before", "2025-02-02", {"quality": 5})
    acknowledged.add_answer(answer)
    acknowledged.forget("registry", before)
    assert (acknowledged.customers, acknowledged.answers) == ({"before"}, [answer])
    acknowledged.forget("survey", before)
    assert acknowledged.answers == []
