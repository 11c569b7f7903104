"""Results of the benchmark: figures with their targets, as a table and as JSON."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A measured figure, and its target if any: a value of at most `most` or at least `least`."""

    name: str
    value: float
    unit: str
    most: float | None = None
    least: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the value meets the target; None if there is no target."""
        if self.most is not None:
            return self.value <= self.most
        return None if self.least is None else self.value >= self.least


@dataclass(frozen=True, kw_only=True)
class Part:
    """The results of one part of the benchmark; `about` describes how they were measured."""

    name: str
    about: str
    figures: Sequence[Figure]
    raw: dict[str, Any] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Return the part as JSON; `met` of a figure says whether the figure meets its target."""
        figures = [asdict(figure) | {"met": figure.met} for figure in self.figures]
        return {"name": self.name, "about": self.about, "figures": figures, "raw": self.raw}

    @classmethod
    def read(cls, document: dict[str, Any]) -> "Part":
        """Return the part whose `document()` is given."""
        names = [column.name for column in fields(Figure)]
        figures = [
            Figure(**{name: values[name] for name in names}) for values in document["figures"]
        ]
        return cls(**document | {"figures": figures})


def table(parts: Iterable[Part]) -> str:
    """Return all parts as text for a terminal."""
    return "\n\n".join("\n".join(_lines(part)) for part in parts)


def _lines(part: Part) -> Iterable[str]:
    """Yield the lines of one part: a heading and a line per figure."""
    yield f"{part.name}: {part.about}"
    width = max((len(figure.name) for figure in part.figures), default=0)
    for figure in part.figures:
        value = f"{_number_text(figure.value):>10} {figure.unit:<6}"
        yield f"  {figure.name:<{width}}  {value}{_target_text(figure)}"


def _target_text(figure: Figure) -> str:
    """Return the target and whether it is met, as text; empty if there is no target."""
    if figure.met is None:
        return ""
    bound = f"<= {figure.most:g}" if figure.most is not None else f">= {figure.least:g}"
    return f"  target {bound:<8} {'met' if figure.met else 'MISSED'}"


def _number_text(value: float) -> str:
    """Return a number as text: from 100 on without decimals, below with three digits."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"  # noqa: PLR2004


def percentile(values: Iterable[float], share: float) -> float:
    """Return a percentile by nearest rank, NaN if there are no values; `share` is 0 to 1."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))] if ranked else float("nan")
