from io import StringIO

from deploy.demo.progress import Progress


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_one_line_that_is_written_over() -> None:
    out = Terminal()
    progress = Progress("订单 orders", out)
    progress.tell({"processed": 1000, "total": 52000})
    progress.done("52,000")
    assert out.getvalue() == (
        "  订单 orders: 1,000 / 52,000 行 lines\r" + "  订单 orders: 52,000" + " " * 17 + "\n"
    )


def test_elsewhere_each_step_is_one_plain_line() -> None:
    out = StringIO()
    progress = Progress("订单 orders", out)
    progress.tell({"processed": 1000, "total": None})
    progress.done("52,000")
    assert out.getvalue() == "  订单 orders: 52,000\n"


def test_a_step_that_goes_on_by_itself_says_so_everywhere() -> None:
    plain, terminal = StringIO(), Terminal()
    for out in (plain, terminal):
        Progress("评价 scores", out).begin("computed")
    assert plain.getvalue() == "  评价 scores: computed\n"
    assert terminal.getvalue() == "  评价 scores: computed\r"
