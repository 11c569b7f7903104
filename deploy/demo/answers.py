"""Random answers to the satisfaction survey, which are lower after late or faulty deliveries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from deploy.demo.mood import Mood
from deploy.demo.orders import PurchaseHistory
from deploy.demo.purchase import at_some_hour
from deploy.demo.questionnaire import (
    ASPECTS,
    CHANNELS,
    HIGHEST_ANSWER,
    LOWEST_ANSWER,
    NOT_APPLICABLE,
    SHOPS_OF_ORGANISATIONS,
    SHOPS_OF_PERSONS,
    SUGGESTIONS,
    Aspect,
)
from deploy.demo.story import Wave, random_stream

_LAST_PURCHASE_WITHIN = timedelta(days=540)
_SHARE_ANSWERING = {"person": 0.42, "organisation": 0.56}
_SHARE_NOT_APPLICABLE, _SHARE_ANONYMOUS, _SHARE_WITH_TEXT = 0.03, 0.06, 0.15
_AGGRIEVED = 0.12
"""A customer complains in the free text if a grievance is larger than this."""
_PERSONAL_NOISE, _ITEM_NOISE = 0.05, 0.11
_MOST_RECOMMENDED = 10


@dataclass(frozen=True, slots=True)
class Answer:
    """One filled-in questionnaire (答卷): the answers by question code, as written in a file."""

    respondent: str | None
    submitted_at: datetime
    channel: str
    answers: dict[str, int | str]


def answers(histories: Iterable[PurchaseHistory], wave: Wave, seed: int) -> list[Answer]:
    """Return the questionnaires that customers filled in during a wave, in order of time.

    Customers are asked if they bought something in the eighteen months before the wave.
    """
    asked = [history for history in histories if _bought_recently(history, wave.opens)]
    streams = [random_stream(seed, wave.code, h.customer.external_id) for h in asked]
    filled_in = [_answer(rng, history, wave) for rng, history in zip(streams, asked, strict=True)]
    return sorted(
        (answer for answer in filled_in if answer),
        key=lambda a: (a.submitted_at, a.respondent or ""),
    )


def _bought_recently(history: PurchaseHistory, day: date) -> bool:
    last = history.last_bought_before(day)
    return last is not None and day - last <= _LAST_PURCHASE_WITHIN


def _answer(rng: Random, history: PurchaseHistory, wave: Wave) -> Answer | None:
    """Return a customer's filled-in questionnaire; None if the customer does not answer."""
    kind = "person" if history.customer.is_person else "organisation"
    if rng.random() > _SHARE_ANSWERING[kind]:
        return None
    day = wave.opens + timedelta(days=rng.randint(0, (wave.closes - wave.opens).days))
    mood = history.mood_on(day)
    return Answer(
        respondent=None if rng.random() < _SHARE_ANONYMOUS else history.customer.external_id,
        submitted_at=at_some_hour(rng, day),
        channel=rng.choices(list(CHANNELS), weights=list(CHANNELS.values()))[0],
        answers=_last_purchase(rng, history, day) | _scores(rng, mood) | _suggestion(rng, mood),
    )


def _last_purchase(rng: Random, history: PurchaseHistory, day: date) -> dict[str, int | str]:
    """Return the answers to when and where the customer bought, several shops joined by ";"."""
    last = history.last_bought_before(day) or day
    days_ago = (day - last).days
    shops = SHOPS_OF_PERSONS if history.customer.is_person else SHOPS_OF_ORGANISATIONS
    chosen = [shop for shop in shops if rng.random() < 1 / len(shops)] or [shops[0]]
    periods = ((91, "within_3_months"), (365, "within_12_months"), (1096, "within_3_years"))
    return {
        "bought": next((code for days, code in periods if days_ago <= days), "earlier"),
        "bought_at": ";".join(chosen),
    }


def _scores(rng: Random, mood: Mood) -> dict[str, int | str]:
    """Return the answers to the questions with scales: aspects, expectation, recommendation."""
    personal = rng.gauss(0.0, _PERSONAL_NOISE)

    def with_noise(level: float) -> float:
        return level + personal + rng.gauss(0.0, _ITEM_NOISE)

    scores: dict[str, int | str] = {
        aspect.code: NOT_APPLICABLE
        if rng.random() < _SHARE_NOT_APPLICABLE
        else _likert(with_noise(_level_of(mood, aspect)))
        for aspect in ASPECTS
    }
    scores["as_expected"] = _likert(with_noise(mood.level - 0.15))
    scores["recommend"] = min(_MOST_RECOMMENDED, max(0, round(11 * with_noise(mood.level))))
    return scores


def _level_of(mood: Mood, aspect: Aspect) -> float:
    """Return the satisfaction with one aspect: about 0 to 1, lowered by grievances."""
    grievance = aspect.lateness * mood.lateness + aspect.faults * mood.faults
    return mood.expected_satisfaction + aspect.offset - grievance


def _likert(level: float) -> int:
    """Return the answer from LOWEST_ANSWER to HIGHEST_ANSWER for a satisfaction from 0 to 1."""
    answer = LOWEST_ANSWER + (HIGHEST_ANSWER - LOWEST_ANSWER) * level
    return min(HIGHEST_ANSWER, max(LOWEST_ANSWER, round(answer)))


def _suggestion(rng: Random, mood: Mood) -> dict[str, int | str]:
    """Return the free text: about the larger grievance, a general suggestion, or empty."""
    if rng.random() > _SHARE_WITH_TEXT:
        return {"suggestion": ""}
    aggrieved = max(mood.lateness, mood.faults) > _AGGRIEVED
    worse = "faults" if mood.faults > mood.lateness else "lateness"
    return {"suggestion": SUGGESTIONS[worse if aggrieved else "none"]}
