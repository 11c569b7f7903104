"""How content a customer is, and what late and faulty deliveries do to that.

A simple memory: every bad delivery adds to a grievance, every new delivery lets old ones fade.
"""

from dataclasses import dataclass

_FADING = 0.72
_LATE, _LATE_PER_DAY, _LATE_AT_MOST = 0.10, 0.012, 0.22
_FAULTY = 0.26
_CONTENT = 0.62


@dataclass(frozen=True, slots=True)
class Mood:
    """What a customer expects by nature, and two grievances, all in parts of 1."""

    expects: float
    lateness: float = 0.0
    faults: float = 0.0

    @property
    def level(self) -> float:
        return max(0.0, self.expects - self.lateness - self.faults)

    @property
    def discontent(self) -> float:
        """How far below content; 0 when content."""
        return max(0.0, _CONTENT - self.level)

    def after(self, *, days_late: int, faulty: bool) -> "Mood":
        late = min(_LATE_AT_MOST, _LATE + _LATE_PER_DAY * days_late) if days_late > 0 else 0.0
        return Mood(
            expects=self.expects,
            lateness=self.lateness * _FADING + late,
            faults=self.faults * _FADING + (_FAULTY if faulty else 0.0),
        )
