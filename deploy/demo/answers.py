"""What customers answer in a wave: what they have lived through, and some noise."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from deploy.demo.mood import Mood
from deploy.demo.orders import Life
from deploy.demo.purchase import at_some_hour
from deploy.demo.questionnaire import (
    ASPECTS,
    CHANNELS,
    LEAST,
    MOST,
    NOT_APPLICABLE,
    PLACES_OF_ORGANISATIONS,
    PLACES_OF_PERSONS,
    SUGGESTIONS,
    Aspect,
)
from deploy.demo.story import Wave, chance

_ASKED_IF_BOUGHT_WITHIN = timedelta(days=540)
_ANSWERS = {True: 0.42, False: 0.56}
_NOT_USED, _WITHOUT_NAME, _WRITES = 0.03, 0.06, 0.15
_AGGRIEVED = 0.12
_PERSONAL_NOISE, _ITEM_NOISE = 0.05, 0.11
_RECOMMENDED = 10


@dataclass(frozen=True, slots=True)
class Answer:
    """One filled-in questionnaire (答卷): the answers by question code, as written in a file."""

    respondent: str | None
    submitted_at: datetime
    channel: str
    answers: dict[str, int | str]


def answers(lives: Iterable[Life], wave: Wave, seed: int) -> list[Answer]:
    """Ask everybody who bought within eighteen months; return the answers by time."""
    asked = (one for one in lives if _bought_lately(one, wave.opens))
    given = [_answer(chance(seed, wave.code, one.customer.external_id), one, wave) for one in asked]
    return sorted(
        (one for one in given if one), key=lambda one: (one.submitted_at, one.respondent or "")
    )


def _bought_lately(one: Life, day: date) -> bool:
    last = one.last_bought_before(day)
    return last is not None and day - last <= _ASKED_IF_BOUGHT_WITHIN


def _answer(rng: Random, one: Life, wave: Wave) -> Answer | None:
    if rng.random() > _ANSWERS[one.customer.person]:
        return None
    day = wave.opens + timedelta(days=rng.randint(0, (wave.closes - wave.opens).days))
    mood = one.mood_on(day)
    return Answer(
        respondent=None if rng.random() < _WITHOUT_NAME else one.customer.external_id,
        submitted_at=at_some_hour(rng, day),
        channel=rng.choices(list(CHANNELS), weights=list(CHANNELS.values()))[0],
        answers=_buying(rng, one, day) | _scores(rng, mood) | _words(rng, mood),
    )


def _buying(rng: Random, one: Life, day: date) -> dict[str, int | str]:
    """Answer when and where the customer bought; several places are parted by semicolons."""
    last = one.last_bought_before(day) or day
    ago = (day - last).days
    places = PLACES_OF_PERSONS if one.customer.person else PLACES_OF_ORGANISATIONS
    chosen = [place for place in places if rng.random() < 1 / len(places)] or [places[0]]
    periods = ((91, "within_3_months"), (365, "within_12_months"), (1096, "within_3_years"))
    return {
        "bought": next((code for days, code in periods if ago <= days), "earlier"),
        "bought_at": ";".join(chosen),
    }


def _scores(rng: Random, mood: Mood) -> dict[str, int | str]:
    temper = rng.gauss(0.0, _PERSONAL_NOISE)

    def felt(level: float) -> float:
        return level + temper + rng.gauss(0.0, _ITEM_NOISE)

    judged: dict[str, int | str] = {
        aspect.code: NOT_APPLICABLE
        if rng.random() < _NOT_USED
        else _likert(felt(_of(mood, aspect)))
        for aspect in ASPECTS
    }
    judged["as_expected"] = _likert(felt(mood.level - 0.15))
    judged["recommend"] = min(_RECOMMENDED, max(0, round(11 * felt(mood.level))))
    return judged


def _of(mood: Mood, aspect: Aspect) -> float:
    grievance = aspect.lateness * mood.lateness + aspect.faults * mood.faults
    return mood.expects + aspect.offset - grievance


def _likert(felt: float) -> int:
    return min(MOST, max(LEAST, round(LEAST + (MOST - LEAST) * felt)))


def _words(rng: Random, mood: Mood) -> dict[str, int | str]:
    if rng.random() > _WRITES:
        return {"suggestion": ""}
    aggrieved = max(mood.lateness, mood.faults) > _AGGRIEVED
    worse = "faults" if mood.faults > mood.lateness else "lateness"
    return {"suggestion": SUGGESTIONS[worse if aggrieved else "none"]}
