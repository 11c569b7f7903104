"""What happens in a campaign: drawn from the seed alone, so that it can be drawn again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from random import Random

from tests.faults.contact import APIS, WORKERS

STACKS = ("embedded", "real")
DEFAULT_ROUNDS = {"embedded": 100, "real": 40}
_PAIRS = tuple(f"{worker}/{which}" for worker in WORKERS[1:] for which in ("first", "second"))


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fault: whom it hits, and how often it is in a deck."""

    targets: tuple[str, ...]
    often: int = 1


@dataclass(frozen=True, slots=True)
class Round:
    """One round: the fault, whom it hits, how long it lasts, and the seed of its load."""

    number: int
    fault: str
    target: str
    seconds: float
    seed: str


_BOTH = {
    "killed": Kind(APIS + WORKERS, often=4),
    "frozen": Kind(APIS + WORKERS, often=2),
    "beside": Kind(WORKERS[1:]),
    "beside-killed": Kind(_PAIRS),
    "beside-frozen": Kind(WORKERS[1:]),
    "disk-full": Kind(("disk",)),
    "behind": Kind(("scoring-worker",)),
    "migrated": Kind(("registry", "survey", "scoring")),
    "told-again": Kind(("registry", "survey")),
    "poison": Kind(("scoring",)),
}
_EMBEDDED = {
    "database-locked": Kind(("registry", "survey", "scoring"), often=2),
    "log-locked": Kind(("log",)),
}
_REAL = {
    "frozen": Kind(APIS + WORKERS),
    "cut": Kind(("registry-worker",), often=2),
    "database-killed": Kind(("PostgreSQL",)),
    "database-fast": Kind(("PostgreSQL",)),
    "database-immediate": Kind(("PostgreSQL",)),
    "broker-killed": Kind(("Kafka",)),
    "broker-stopped": Kind(("Kafka",)),
}
KINDS: Mapping[str, Mapping[str, Kind]] = {
    "embedded": _BOTH | _EMBEDDED,
    "real": _BOTH | _REAL,
}

CALM = frozenset({"nothing", "beside", "migrated"})
"""Faults in which nothing dies: nothing may be told twice either."""


def planned(
    stack: str, rounds: int, seed: int, only: tuple[str, ...] = (), *, most: float = 4
) -> list[Round]:
    """Draw the rounds of a campaign on one stack; `only` names the faults to draw from."""
    chance = Random(f"{stack} {seed}")
    kinds = {name: kind for name, kind in KINDS[stack].items() if not only or name in only}
    faults = _dealt(chance, [name for name, kind in kinds.items() for _ in range(kind.often)])
    targets = {name: _dealt(chance, list(kind.targets)) for name, kind in kinds.items()}
    found = []
    for number, fault in zip(range(1, rounds + 1), faults, strict=False):
        seconds = round(chance.uniform(1, most), 1)
        load = f"{stack} {seed} {number}"
        found.append(Round(number, fault, next(targets[fault]), seconds, load))
    return found


def _dealt(chance: Random, cards: list[str]) -> Iterator[str]:
    """Deal a shuffled deck, then the same cards shuffled again, for ever."""
    for _ in count():
        yield from chance.sample(cards, len(cards))
