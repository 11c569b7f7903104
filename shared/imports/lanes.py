"""Decide the lane of an import while its file is uploaded: whether the file is small.

Lines are counted only until the answer is known, and only for a limited time: a workbook of a
million blank rows, or one with millions of texts, must not make the request slow. A file is large
if its lines were not counted in time.
"""

import time
from itertools import islice
from typing import BinaryIO, NamedTuple

from shared.errors import Invalid
from shared.files.tables import Table, read_table
from shared.jobs.models import Lane

MAX_SMALL_LINES = 5000
"""Maximal number of lines below the header of a small file."""
MAX_CPU_SECONDS = 4.0
"""CPU time after which lines are not counted any further.

A workbook of 5000 lines with 20 columns takes one second, a CSV file some hundredths.
"""


class Outline(NamedTuple):
    """The names of the columns of an uploaded file, the lane of its import, and its encoding.

    `encoding` is the one in which a CSV file is read; it is None for a workbook.
    """

    header: list[str]
    lane: Lane
    encoding: str | None


class _TimeIsUp(Exception):
    """Raised while lines are counted, when that has taken too long."""


class _Budget:
    """The CPU time for reading a file; `check` raises _TimeIsUp when it is used up.

    CPU time is measured, not time on a clock: a busy server must not make a file large.
    """

    def __init__(self) -> None:
        self._end = time.thread_time() + MAX_CPU_SECONDS
        self.is_limited = False

    def check(self) -> None:
        """Raise _TimeIsUp if the time is limited and used up."""
        if self.is_limited and time.thread_time() > self._end:
            raise _TimeIsUp


def read_outline(stream: BinaryIO, *, encoding: str | None) -> Outline:
    """Read the header of a file, and its lines as far as its lane depends on them.

    Raises Invalid if the file is not a table.
    """
    budget = _Budget()
    table = read_table(stream, encoding=encoding, check=budget.check)
    budget.is_limited = True
    return Outline(table.header, _lane_of(table), table.encoding)


def _lane_of(table: Table) -> Lane:
    """Return the lane for a file of so many lines.

    A file with an unreadable line among the first lines is small: its import fails at that line.
    """
    try:
        further_lines = islice(table.lines, MAX_SMALL_LINES, None)
        return Lane.SMALL if next(further_lines, None) is None else Lane.LARGE
    except Invalid:
        return Lane.SMALL
    except _TimeIsUp:
        return Lane.LARGE
