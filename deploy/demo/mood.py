"""How satisfied a customer is, and how late and faulty deliveries lower the satisfaction.

Every late or faulty delivery adds to a grievance. With each further delivery the older grievances
become smaller.
"""

from dataclasses import dataclass

_FADING = 0.72
_LATE, _LATE_PER_DAY, _LATE_AT_MOST = 0.10, 0.012, 0.22
_FAULTY = 0.26
_CONTENT = 0.62


@dataclass(frozen=True, slots=True)
class Mood:
    """A customer's satisfaction without grievances, and the grievances that reduce it.

    `lateness` is the grievance about late deliveries, `faults` the one about faulty goods. All
    three fields are numbers from 0 to 1; the grievances are subtracted from the satisfaction.
    """

    expected_satisfaction: float
    lateness: float = 0.0
    faults: float = 0.0

    @property
    def level(self) -> float:
        """The satisfaction that is left after the grievances are subtracted, at least 0."""
        return max(0.0, self.expected_satisfaction - self.lateness - self.faults)

    @property
    def discontent(self) -> float:
        """How far the level is below 0.62, the level of a content customer; otherwise 0."""
        return max(0.0, _CONTENT - self.level)

    def after(self, *, days_late: int, faulty: bool) -> "Mood":
        """Return the mood after one more delivery, `days_late` days after the promised day."""
        late = min(_LATE_AT_MOST, _LATE + _LATE_PER_DAY * days_late) if days_late > 0 else 0.0
        return Mood(
            expected_satisfaction=self.expected_satisfaction,
            lateness=self.lateness * _FADING + late,
            faults=self.faults * _FADING + (_FAULTY if faulty else 0.0),
        )
