"""What customers answer in a wave: what they have lived through, and some noise."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from deploy.demo.mood import Mood
from deploy.demo.orders import Life
from deploy.demo.purchase import at_some_hour
from deploy.demo.questionnaire import CHANNELS, ITEMS, LEAST, MOST, RECOMMENDS, Item
from deploy.demo.story import Wave, chance

_ASKED_IF_BOUGHT_WITHIN = timedelta(days=540)
_ANSWERS = {True: 0.42, False: 0.56}
_LEFT_BLANK = 0.03
_WITHOUT_NAME = 0.06
_PERSONAL_NOISE, _ITEM_NOISE = 0.05, 0.11


@dataclass(frozen=True, slots=True)
class Answer:
    """One filled-in questionnaire (答卷); an item left blank is absent."""

    respondent: str | None
    submitted_at: datetime
    channel: str
    scores: dict[str, int]


def answers(lives: Iterable[Life], wave: Wave, seed: int) -> list[Answer]:
    """Ask everybody who bought within eighteen months; return the answers by time."""
    asked = (one for one in lives if _bought_lately(one, wave.opens))
    given = [_answer(chance(seed, wave.code, one.customer.external_id), one, wave) for one in asked]
    return sorted(
        (one for one in given if one), key=lambda one: (one.submitted_at, one.respondent or "")
    )


def _bought_lately(one: Life, day: date) -> bool:
    before = [it.ordered_at.date() for it in one.purchases if it.ordered_at.date() < day]
    return bool(before) and day - before[-1] <= _ASKED_IF_BOUGHT_WITHIN


def _answer(rng: Random, one: Life, wave: Wave) -> Answer | None:
    if rng.random() > _ANSWERS[one.customer.person]:
        return None
    day = wave.opens + timedelta(days=rng.randint(0, (wave.closes - wave.opens).days))
    return Answer(
        respondent=None if rng.random() < _WITHOUT_NAME else one.customer.external_id,
        submitted_at=at_some_hour(rng, day),
        channel=rng.choices(list(CHANNELS), weights=list(CHANNELS.values()))[0],
        scores=_scores(rng, one.mood_on(day)),
    )


def _scores(rng: Random, mood: Mood) -> dict[str, int]:
    temper = rng.gauss(0.0, _PERSONAL_NOISE)
    scores = {
        item.code: _likert(_felt(mood, item) + temper + rng.gauss(0.0, _ITEM_NOISE))
        for item in ITEMS
        if rng.random() > _LEFT_BLANK
    }
    recommends = mood.level + temper + rng.gauss(0.0, _ITEM_NOISE)
    return scores | {RECOMMENDS: min(10, max(0, round(11 * recommends)))}


def _felt(mood: Mood, item: Item) -> float:
    return mood.expects + item.offset - item.lateness * mood.lateness - item.faults * mood.faults


def _likert(felt: float) -> int:
    return min(MOST, max(LEAST, round(LEAST + (MOST - LEAST) * felt)))
