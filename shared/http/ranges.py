"""Ranges by which a list is filtered: two query parameters, the start and the end of a range."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import le, lt
from typing import Any

from shared.errors import Fault, Invalid
from shared.faults import EMPTY_RANGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A range of the values of a column; a caller may give both ends or only one.

    `start` and `end` are the names of the query parameters. The start belongs to the range; the end
    belongs to it if `includes_end`.
    """

    start: str
    end: str
    column: Any
    includes_end: bool

    @property
    def filters(self) -> dict[str, Callable[[Any], Any]]:
        """Functions from the value of a query parameter to an SQL condition, by its name."""
        is_before_end = le if self.includes_end else lt
        return {
            self.start: lambda start: self.column >= start,
            self.end: lambda end: is_before_end(self.column, end),
        }

    def is_empty(self, given: Mapping[str, Any]) -> bool:
        """Return whether no value at all is between the given ends."""
        if not {self.start, self.end} <= given.keys():
            return False
        start, end = given[self.start], given[self.end]
        return bool(start > end or (start == end and not self.includes_end))


def time_range(name: str, column: Any) -> Range:
    """Return the range from `<name>_from` (inclusive) to `<name>_before` (exclusive), by a time."""
    return Range(start=f"{name}_from", end=f"{name}_before", column=column, includes_end=False)


def day_range(column: Any) -> Range:
    """Return the range from the day `from` to the day `to`, both inclusive."""
    return Range(start="from", end="to", column=column, includes_end=True)


def refuse_empty_ranges(ranges: Iterable[Range], given: Mapping[str, Any]) -> None:
    """Raise Invalid, with a fault at the start of each range, if some are empty.

    `given` has the values of the query parameters that the caller gives, by name.
    """
    faults = [empty_range(one.start, one.end) for one in ranges if one.is_empty(given)]
    if faults:
        raise Invalid(*faults)


def empty_range(start: str, end: str) -> Fault:
    """Return the fault of a range that is empty; `start` and `end` are its query parameters."""
    return Fault(f"query:{start}", EMPTY_RANGE, start=start, end=end)
