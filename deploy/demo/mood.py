"""A customer's satisfaction, and how late and faulty deliveries lower it.

Every bad delivery adds to a grievance; with every further delivery older grievances fade.
"""

from dataclasses import dataclass

_FADING = 0.72
_LATE, _LATE_PER_DAY, _LATE_AT_MOST = 0.10, 0.012, 0.22
_FAULTY = 0.26
_CONTENT = 0.62


@dataclass(frozen=True, slots=True)
class Mood:
    """Satisfaction without grievances (`expects`) and two grievances that lower it, 0 to 1."""

    expects: float
    lateness: float = 0.0
    faults: float = 0.0

    @property
    def level(self) -> float:
        return max(0.0, self.expects - self.lateness - self.faults)

    @property
    def discontent(self) -> float:
        """The distance of the level below that of a content customer; 0 if it is not below."""
        return max(0.0, _CONTENT - self.level)

    def after(self, *, days_late: int, faulty: bool) -> "Mood":
        """Return the mood after one more delivery."""
        late = min(_LATE_AT_MOST, _LATE + _LATE_PER_DAY * days_late) if days_late > 0 else 0.0
        return Mood(
            expects=self.expects,
            lateness=self.lateness * _FADING + late,
            faults=self.faults * _FADING + (_FAULTY if faulty else 0.0),
        )
