"""The plan of a fault campaign: the same seed of random numbers always gives the same rounds."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from random import Random

from tests.faults.names import APIS, WORKERS

STACKS = ("embedded", "real")
DEFAULT_ROUNDS = {"embedded": 100, "real": 42}
_ONE_OF_TWO_WORKERS = tuple(
    f"{worker}/{which}" for worker in WORKERS[1:] for which in ("first", "second")
)
"""Targets of the fault that kills one of two workers; the gateway never has a second worker."""


@dataclass(frozen=True, slots=True)
class FaultKind:
    """A kind of fault: the processes or servers that it can hit, and its relative frequency."""

    targets: tuple[str, ...]
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Round:
    """One round: the fault, its target, its duration, and the seed of the clients' writes."""

    number: int
    fault: str
    target: str
    seconds: float
    seed: str


_BOTH = {
    "killed": FaultKind(APIS + WORKERS, weight=4),
    "frozen": FaultKind(APIS + WORKERS, weight=2),
    "second-worker": FaultKind(WORKERS[1:]),
    "second-worker-killed": FaultKind(_ONE_OF_TWO_WORKERS),
    "second-worker-frozen": FaultKind(WORKERS[1:]),
    "disk-full": FaultKind(("disk",)),
    "behind": FaultKind(("scoring-worker",)),
    "migrated": FaultKind(("registry", "survey", "scoring")),
    "repeated": FaultKind(("registry", "survey")),
    "poison": FaultKind(("scoring",)),
    "restore": FaultKind(("registry", "survey", "scoring")),
}
_EMBEDDED = {
    "database-locked": FaultKind(("registry", "survey", "scoring"), weight=2),
    "log-locked": FaultKind(("log",)),
}
_REAL = {
    "frozen": FaultKind(APIS + WORKERS),
    "connection-cut": FaultKind(("registry-worker",), weight=2),
    "database-killed": FaultKind(("PostgreSQL",)),
    "database-fast": FaultKind(("PostgreSQL",)),
    "database-immediate": FaultKind(("PostgreSQL",)),
    "broker-killed": FaultKind(("Kafka",)),
    "broker-stopped": FaultKind(("Kafka",)),
}
KINDS: Mapping[str, Mapping[str, FaultKind]] = {
    "embedded": _BOTH | _EMBEDDED,
    "real": _BOTH | _REAL,
}

WITHOUT_DEATHS = frozenset({"nothing", "second-worker", "migrated"})
"""Faults during which no process dies, so no event may be published twice."""


def planned_rounds(
    stack: str,
    rounds: int,
    seed: int,
    only_faults: tuple[str, ...] = (),
    *,
    most_seconds: float = 4,
) -> list[Round]:
    """Return the rounds of a campaign on one stack.

    If `only_faults` is not empty, all rounds have one of these faults.
    """
    random = Random(f"{stack} {seed}")
    kinds = {
        name: kind for name, kind in KINDS[stack].items() if not only_faults or name in only_faults
    }
    faults = _endlessly_shuffled(
        random, [name for name, kind in kinds.items() for _ in range(kind.weight)]
    )
    targets = {
        name: _endlessly_shuffled(random, list(kind.targets)) for name, kind in kinds.items()
    }
    found = []
    for number, fault in zip(range(1, rounds + 1), faults, strict=False):
        seconds = round(random.uniform(1, most_seconds), 1)
        write_seed = f"{stack} {seed} {number}"
        found.append(Round(number, fault, next(targets[fault]), seconds, write_seed))
    return found


def _endlessly_shuffled(random: Random, cards: list[str]) -> Iterator[str]:
    """Yield all cards in random order, then again all of them in a new order, without an end."""
    for _ in count():
        yield from random.sample(cards, len(cards))
