"""Results of the benchmark: figures with their targets, as a table and as JSON."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A measured figure; its target, if it has one, is to be at most `most` or at least `least`."""

    name: str
    value: float
    unit: str
    most: float | None = None
    least: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None if there is no target."""
        if self.most is not None:
            return self.value <= self.most
        return None if self.least is None else self.value >= self.least


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of the benchmark: how it was measured (`about`), its figures, and raw values."""

    name: str
    about: str
    figures: Sequence[Figure]
    raw: dict[str, Any] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Return the part as JSON, each figure with whether its target is met."""
        shown = [asdict(figure) | {"met": figure.met} for figure in self.figures]
        return {"name": self.name, "about": self.about, "figures": shown, "raw": self.raw}

    @classmethod
    def read(cls, document: dict[str, Any]) -> "Part":
        """Return the part that `document` was made of."""
        names = [one.name for one in fields(Figure)]
        figures = [Figure(**{n: each[n] for n in names}) for each in document["figures"]]
        return cls(**document | {"figures": figures})


def table(parts: Iterable[Part]) -> str:
    """Return all parts as text for a terminal."""
    return "\n\n".join("\n".join(_lines(part)) for part in parts)


def _lines(part: Part) -> Iterable[str]:
    """Yield the lines of one part: a heading and a line per figure."""
    yield f"{part.name}: {part.about}"
    width = max((len(figure.name) for figure in part.figures), default=0)
    for figure in part.figures:
        shown = f"{_number(figure.value):>10} {figure.unit:<6}{_target(figure)}"
        yield f"  {figure.name:<{width}}  {shown}"


def _target(figure: Figure) -> str:
    if figure.met is None:
        return ""
    bound = f"<= {figure.most:g}" if figure.most is not None else f">= {figure.least:g}"
    return f"  target {bound:<8} {'met' if figure.met else 'MISSED'}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"  # noqa: PLR2004


def percentile(values: Iterable[float], share: float) -> float:
    """Return the value that `share` of the values lie below (nearest rank); NaN without values."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))] if ranked else float("nan")
