"""Tests of showing progress on a terminal and in a file."""

from io import StringIO

from deploy.demo.progress import Progress


class Terminal(StringIO):
    """A text stream that claims to be a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_one_line_that_is_overwritten() -> None:
    out = Terminal()
    progress = Progress("订单 orders", out)
    progress.show_job({"processed": 1000, "total": 52000})
    progress.done("52,000")
    assert out.getvalue() == (
        "  订单 orders: 1,000 / 52,000 行 lines\r" + "  订单 orders: 52,000" + " " * 17 + "\n"
    )


def test_in_a_file_each_step_is_one_plain_line() -> None:
    out = StringIO()
    progress = Progress("订单 orders", out)
    progress.show_job({"processed": 1000, "total": None})
    progress.done("52,000")
    assert out.getvalue() == "  订单 orders: 52,000\n"


def test_the_begin_of_a_step_is_shown_on_a_terminal_and_in_a_file() -> None:
    file, terminal = StringIO(), Terminal()
    for out in (file, terminal):
        Progress("评价 scores", out).begin("computed")
    assert file.getvalue() == "  评价 scores: computed\n"
    assert terminal.getvalue() == "  评价 scores: computed\r"
