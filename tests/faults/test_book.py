"""The campaign's own arithmetic, on figures that were worked out by hand."""

from decimal import Decimal

from tests.faults.book import Answer, Book, Figures, Line, Sale


def sale(name: str, quantity: str, price: str, day: str = "2025-03-01") -> Sale:
    return Sale(name, "c", day, (Line("P-1", quantity, price),))


def test_the_last_word_on_each_order_counts() -> None:
    book = Book()
    book.customer("c")
    book.sale(sale("o-1", "2", "100.50"), "id")
    book.sale(sale("o-2", "1", "99", "2025-03-02"))
    book.sale(sale("o-2", "3", "10", "2025-03-01"))
    book.sale(sale("o-3", "-1", "31", "2025-04-01"))
    found = book.figures()["c"]
    assert found == Figures(Decimal("200.00"), frozenset({"2025-03-01"}), None, 3)
    assert found.points == Decimal("0.002")


def test_the_latest_answer_counts_whenever_it_came() -> None:
    book = Book()
    book.customer("c")
    for moment, quality, service in (("2025-02-02", 5, 4), ("2025-02-01", 1, 1)):
        book.answer(Answer(moment, "s", "c", moment, {"quality": quality, "service": service}))
    book.answer(Answer("nobody's", "s", None, "2025-03-01", {"quality": 3}))
    assert book.figures()["c"].satisfaction == Decimal("87.5")
