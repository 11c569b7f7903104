"""Rounds one after the other on one product: load, fault, settle, check."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tests.faults.below import Told
from tests.faults.bodies import customer_out, pair, questionnaire_out
from tests.faults.checks import AFTER_A_ROUND, SHOWN, Check, Result
from tests.faults.client import ITEMS, Grounds
from tests.faults.contact import FORGED, ORDERS
from tests.faults.door import Door
from tests.faults.faults import FAULTS
from tests.faults.final import AT_THE_END
from tests.faults.load import Load
from tests.faults.paper import say
from tests.faults.plan import CALM, Round
from tests.faults.settle import settle
from tests.faults.stage import Stage

WRITES_BEFORE = 25
WRITES_AFTER = 25
CUSTOMERS_OF_A_ROUND = 12


@dataclass(slots=True)
class Verdict:
    """What was checked over a campaign, and every violation with the round that showed it."""

    compared: dict[str, int] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)
    violations: list[tuple[str, int, str]] = field(default_factory=list)
    """The first of each check and round: the check, the round, and what is wrong."""

    def note(self, check: str, number: int, result: Result) -> None:
        self.compared[check] = max(result.compared, self.compared.get(check, 0))
        self.failed[check] = self.failed.get(check, 0) + len(result.wrong)
        wrong, more = result.wrong[:SHOWN], len(result.wrong) - SHOWN
        shown = (*wrong, f"and {more} more") if more > 0 else wrong
        self.violations += [(check, number, what) for what in shown]

    def add(self, other: "Verdict") -> None:
        """Add what another product of the campaign showed."""
        for check, compared in other.compared.items():
            self.compared[check] = self.compared.get(check, 0) + compared
        for check, failed in other.failed.items():
            self.failed[check] = self.failed.get(check, 0) + failed
        self.violations += other.violations


class Campaign:
    """A product on its stage, with the survey's questionnaire and all that was acknowledged."""

    def __init__(self, stage: Stage, verdict: Verdict) -> None:
        self.stage = stage
        self.verdict = verdict
        self._door = Door(stage.product.url)
        self._questionnaire = self._publish()

    def play(self, rounds: Iterable[Round]) -> Iterator[Round]:
        """Play rounds until one shows a violation, giving each one played; then check all."""
        self._play(Round(0, "nothing", "-", 0, "the first writes of all"))
        if self.verdict.violations:
            return
        last = 0
        for drawn in rounds:
            last = drawn.number
            self._play(drawn)
            yield drawn
            if self.verdict.violations:
                return
        self._check(AT_THE_END, last)

    def _play(self, drawn: Round) -> None:
        stage, began = self.stage, time.monotonic()
        before, stage.topics.repeats = stage.book.writes, 0
        load = Load(stage.product.url, stage.book, drawn.seed)
        trouble: list[str] = []
        try:
            with load.running(self._grounds(drawn)):
                load.goes_on(WRITES_BEFORE)
                FAULTS[drawn.fault](stage, drawn)
                load.goes_on(WRITES_AFTER)
            settled = settle(stage, self._door)
        except Exception as error:  # noqa: BLE001  whatever it is, the verdict has to tell it
            trouble.append(f"{type(error).__name__}: {error}")
            settled = 0.0
        writes = stage.book.writes - before
        self.verdict.note(
            UNDISTURBED, drawn.number, Result(stage.book.writes, (*load.failures, *trouble))
        )
        if not trouble:
            self._after(drawn)
        seconds = time.monotonic() - began
        say(
            f"{drawn.number:4}  {drawn.fault:<18} {drawn.target:<22} {writes:5} writes"
            f"  settled in {settled:5.1f} s  round {seconds:5.1f} s"
        )

    def _after(self, drawn: Round) -> None:
        topics = self.stage.topics
        told = self.stage.below.records()
        topics.take(told, self.stage.book.poisoned)
        self.stage.last_orders = [one for one in told if _is_order(one)][-3:] or [
            *self.stage.last_orders
        ]
        self._check(AFTER_A_ROUND, drawn.number)
        if drawn.fault in CALM:
            wrong = (f"{topics.repeats} events were told twice",) if topics.repeats else ()
            self.verdict.note(TOLD_ONCE, drawn.number, Result(topics.records, wrong))

    def _check(self, checks: Mapping[str, Check], number: int) -> None:
        for name, check in checks.items():
            self.verdict.note(name, number, check(self.stage, self._door))

    def _grounds(self, drawn: Round) -> Grounds:
        """Give the round customers and a survey of its own, so that no history grows for ever."""
        names = tuple(f"c-{drawn.number}-{one}" for one in range(CUSTOMERS_OF_A_ROUND))
        for name in names:
            self._register(name)
        asked = {"questionnaire_id": self._questionnaire}
        survey = self._door.post("/v1/surveys", json=asked).json()["id"]
        self._door.post(f"/v1/surveys/{survey}/publish")
        return Grounds(drawn.number, names, survey)

    def _register(self, name: str) -> None:
        body = customer_out(name) | {"external_ids": [pair(name)]}
        self._door.post("/v1/customers", json=body)
        self.stage.book.customer(name)

    def _publish(self) -> str:
        made = self._door.post("/v1/questionnaires", json=questionnaire_out(ITEMS)).json()
        self._door.post(f"/v1/questionnaires/{made['id']}/publish")
        return str(made["id"])

    def close(self) -> None:
        self._door.close()


def _is_order(one: Told) -> bool:
    return one.topic == ORDERS and one.value is not None and FORGED not in one.headers


UNDISTURBED = "every write acknowledged"
TOLD_ONCE = "told once where nothing died"


def table(verdict: Verdict) -> Sequence[str]:
    """Write the verdict as a table."""
    rows = [f"{'check':<30} {'compared':>9} {'violations':>11}"]
    for name, compared in verdict.compared.items():
        rows.append(f"{name:<30} {compared:>9} {verdict.failed[name]:>11}")
    return rows
