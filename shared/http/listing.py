"""The declaration of a list: its named sorts, filters and facets, and the SELECTs for a page."""

from collections import ChainMap
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, func, literal_column, select
from sqlalchemy.orm import Session

from shared.database import has_index
from shared.errors import Fault, Invalid
from shared.http import cursors
from shared.http.faults import VALUE_AND_NONE
from shared.http.pagination import PageRequest, Slice
from shared.http.ranges import Range, refuse_empty_ranges
from shared.http.schemas import Facet, FacetValue, Filter, Total

MOST_COUNTED = 100_000
"""The number of items up to which totals and facets are exact; they count no further."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The declaration of a list: what callers can ask of it, as columns of the selected tables.

    The columns of a sort are sorted in one direction, ascending or descending as requested.
    Together they are unique (they end with an id), none is NULL, and an index has them in this
    sequence; text must sort alike on both databases (`shared.database.sorted_text`). A column may
    belong to a joined table.
    """

    sorts: Mapping[str, Sequence[Any]]
    """The columns by which the list is sorted, by the name that a caller gives as `sort`."""
    default: str
    """The name of the sort that applies without `sort`; `-` in front of it means descending."""
    id: Any = None
    """The column with the ids that a caller gives as `ids`; None if the items have no id."""
    columns: Mapping[str, Any] = field(default_factory=dict)
    """The column that must have the value of a query parameter, by the parameter's name."""
    filters: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    """Functions from the value of a query parameter to an SQL condition, by its name."""
    without: Mapping[str, Any] = field(default_factory=dict)
    """The SQL condition of the items that have no value for one of the `filters`, by its name."""
    ranges: Sequence[Range] = ()
    """The ranges of times or days; one whose start is not before its end is refused."""
    facets: Sequence[str] = ()
    """The names of those `columns` that have few values, which a caller can have counted."""

    @property
    def absences(self) -> dict[str, Any]:
        """The SQL condition of the items without a value for a filter, by the filter's name.

        A caller can name these filters in the parameter `without`: those by a column that can be
        NULL, and those for which the declaration has a condition.
        """
        columns = {name: column for name, column in self.columns.items() if column.nullable}
        return {name: column.is_(None) for name, column in columns.items()} | {**self.without}

    def page(
        self,
        session: Session,
        statement: Select[Any],
        *,
        paging: PageRequest,
        filters: Filter | None = None,
        counted: Select[Any] | None = None,
    ) -> Slice:
        """Return the requested page of the rows that `statement` selects and the filters match.

        `statement` contains only rows that the caller may see. A row is an entity or a value if
        the statement selects only one, otherwise a mapping by column name. Totals and facets count
        the same rows in `counted`, which need not join a table that only the sort needs.
        """
        conditions = self._conditions(paging, filters)
        selected = statement.where(*conditions).order_by(*self._leading_column(paging))
        rows, following = _rows(session, selected, paging, self.sorts[paging.sort_name])
        if not (paging.is_counted or paging.facets):
            return Slice(rows, following)
        matching = (statement if counted is None else counted).where(*conditions)
        total = _total(session, matching)
        facets = [
            Facet(field=name, exact=total.exact, values=_counts(session, matching, column))
            for name, column in ((name, self.columns[name]) for name in paging.facets)
        ]
        return Slice(rows, following, total if paging.is_counted else None, facets or None)

    def _leading_column(self, paging: PageRequest) -> list[Any]:
        """Return the column without values to sort by first, so that an index serves; [] if none.

        It is NULL in all rows, which changes no order. PostgreSQL knows that of a column which
        equals a value, but not of one which IS NULL: it would not use an index in which the column
        precedes those of the sort, and read all rows with values instead.
        """
        sort = self.sorts[paging.sort_name]
        table = sort[0].class_.__table__
        absent = [self.columns[name] for name in paging.without if name in self.columns]
        for column in absent:
            keys = [each.key for each in (column, *sort)]
            if column.class_ is sort[0].class_ and has_index(table, keys):
                return [column.desc() if paging.descending else column]
        return []

    def _conditions(self, paging: PageRequest, filters: Filter | None) -> list[Any]:
        """Return the SQL conditions of `ids`, of `without` and of the filters that are given.

        Raises Invalid for an empty range, and for a filter that is also named in `without`.
        """
        given = filters.model_dump(by_alias=True, exclude_none=True) if filters else {}
        refuse_empty_ranges(self.ranges, given)
        _refuse_value_and_none(paging.without, given)
        conditions = [self.absences[name] for name in paging.without]
        if paging.ids is not None:
            conditions.append(self.id.in_(paging.ids))
        filters_by_name = ChainMap(*(one.filters for one in self.ranges), dict(self.filters))
        for name, value in given.items():
            is_column = name in self.columns
            conditions.append(
                self.columns[name] == value if is_column else filters_by_name[name](value)
            )
        return conditions


def _refuse_value_and_none(without: Iterable[str], given: Container[str]) -> None:
    """Raise Invalid if filters in `without` are also among the given ones, which have a value."""
    if both := [name for name in without if name in given]:
        raise Invalid(*(Fault("query:without", VALUE_AND_NONE, name=name) for name in both))


def _rows(
    session: Session, statement: Select[Any], paging: PageRequest, columns: Sequence[Any]
) -> tuple[Sequence[Any], str | None]:
    """Return the rows of a page, sorted by these columns, and the next cursor or None."""
    if (after := paging.after) is not None:
        statement = statement.where(cursors.is_after(columns, after, descending=paging.descending))
    sort_key = [column.label(f"sort_{number}") for number, column in enumerate(columns)]
    sort_columns = [column.desc() for column in columns] if paging.descending else columns
    selected = statement.add_columns(*sort_key).order_by(*sort_columns).limit(paging.limit + 1)
    found = session.execute(selected).all()
    is_single = len(statement.column_descriptions) == 1
    shown = found[: paging.limit]
    rows = [row[0] if is_single else row._mapping for row in shown]  # noqa: SLF001  public
    if len(found) == len(shown):
        return rows, None
    return rows, paging.cursor_after(shown[-1][-len(columns) :])


def _total(session: Session, matching: Select[Any]) -> Total:
    """Return the number of rows, counted up to `MOST_COUNTED`."""
    rows = _only_column(matching, literal_column("1")).limit(MOST_COUNTED + 1).subquery()
    count = session.scalar(select(func.count()).select_from(rows)) or 0
    return Total(value=min(count, MOST_COUNTED), exact=count <= MOST_COUNTED)


def _counts(session: Session, matching: Select[Any], column: Any) -> list[FacetValue]:
    """Return the values of a column with the number of rows of each, the most frequent first."""
    rows = _only_column(matching, column.label("value")).limit(MOST_COUNTED).subquery()
    counts = session.execute(select(rows.c.value, func.count()).group_by(rows.c.value)).all()
    found = [FacetValue(value=_as_parameter(value), count=count) for value, count in counts]
    return sorted(found, key=lambda one: (-one.count, one.value is None, one.value or ""))


def _only_column(statement: Select[Any], column: Any) -> Select[Any]:
    """Return a SELECT of one column from the same rows of the same tables."""
    return statement.with_only_columns(column, maintain_column_froms=True)


def _as_parameter(value: Any) -> str | None:
    """Return the value of a column as a caller gives it in the query; None for NULL."""
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)
