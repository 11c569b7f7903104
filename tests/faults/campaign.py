"""A fault campaign plays rounds on one product: write, cause a fault, wait until idle, check."""

import faulthandler
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from tests.faults.bodies import customer_body, external_id, questionnaire_body
from tests.faults.checks import AFTER_A_ROUND, SHOWN, Check, CheckResult
from tests.faults.environment import Environment
from tests.faults.faults import FAULTS
from tests.faults.final_checks import AT_THE_END
from tests.faults.idle import wait_until_idle
from tests.faults.infrastructure import PublishedRecord
from tests.faults.load import Load
from tests.faults.names import FORGED, ORDERS
from tests.faults.output import print_line
from tests.faults.plan import WITHOUT_DEATHS, Round
from tests.faults.retrying_client import RetryingClient
from tests.faults.simulated_client import ITEMS, RoundData

WRITES_BEFORE = 25
WRITES_AFTER = 25
CUSTOMERS_OF_A_ROUND = 12
_LONGEST_ROUND_SECONDS = 240
"""After this time, a round prints what each of its threads waits for, and goes on."""


@dataclass(slots=True)
class Verdict:
    """The results of all checks of a campaign: numbers compared and failed, and the violations."""

    compared: dict[str, int] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)
    violations: list[tuple[str, int, str]] = field(default_factory=list)
    """Tuples of check, round number and message; at most `SHOWN` for each check and round."""

    def add_result(self, check: str, number: int, result: CheckResult) -> None:
        """Add the result of a check in round `number`."""
        self.compared[check] = max(result.compared, self.compared.get(check, 0))
        self.failed[check] = self.failed.get(check, 0) + len(result.differences)
        first, more = result.differences[:SHOWN], len(result.differences) - SHOWN
        shown = (*first, f"and {more} more") if more > 0 else first
        self.violations += [(check, number, message) for message in shown]

    def merge(self, other: "Verdict") -> None:
        """Add the results of the rounds that were played with another product."""
        for check, compared in other.compared.items():
            self.compared[check] = self.compared.get(check, 0) + compared
        for check, failed in other.failed.items():
            self.failed[check] = self.failed.get(check, 0) + failed
        self.violations += other.violations


class Campaign:
    """A campaign on one running Patron, with the questionnaire that all its surveys use."""

    def __init__(self, environment: Environment, verdict: Verdict) -> None:
        self.environment = environment
        self.verdict = verdict
        self._api = RetryingClient(environment.product.url)
        self._questionnaire = self._publish_questionnaire()

    def play(self, rounds: Iterable[Round]) -> Iterator[Round]:
        """Play the rounds and yield each; stop at a violation, otherwise run the final checks."""
        self._play_round(Round(0, "nothing", "-", 0, "the first writes of all"))
        if self.verdict.violations:
            return
        last = 0
        for round_ in rounds:
            last = round_.number
            faulthandler.dump_traceback_later(_LONGEST_ROUND_SECONDS)
            self._play_round(round_)
            faulthandler.cancel_dump_traceback_later()
            yield round_
            if self.verdict.violations:
                return
        self._run_checks(AT_THE_END, last)

    def _play_round(self, round_: Round) -> None:
        """Cause the fault while clients write, wait until the product is idle, check, and print."""
        environment, began = self.environment, time.monotonic()
        count_before, environment.published.repeats = environment.acknowledged.count, 0
        environment.published.restored = ""
        load = Load(
            environment.product.url, environment.acknowledged, round_.seed, environment.pause
        )
        errors: list[str] = []
        try:
            with ExitStack() as until_idle:
                with load.running(self._round_data(round_)):
                    load.wait_for(WRITES_BEFORE)
                    FAULTS[round_.fault](environment, round_)
                    until_idle.enter_context(environment.infrastructure.supervised())
                    load.wait_for(WRITES_AFTER)
                idle_after = wait_until_idle(environment, self._api)
        except Exception as error:  # noqa: BLE001  any error is a violation
            errors.append(f"{type(error).__name__}: {error}")
            idle_after = 0.0
        writes = environment.acknowledged.count - count_before
        self.verdict.add_result(
            ACKNOWLEDGED,
            round_.number,
            CheckResult(environment.acknowledged.count, (*load.failures, *errors)),
        )
        if not errors:
            self._check_round(round_)
        seconds = time.monotonic() - began
        print_line(
            f"{round_.number:4}  {round_.fault:<20} {round_.target:<22} {writes:5} writes"
            f"  idle after {idle_after:5.1f} s  round {seconds:5.1f} s"
        )

    def _check_round(self, round_: Round) -> None:
        """Read the events of the round and compare; without a death none may be repeated."""
        published = self.environment.published
        records = self.environment.infrastructure.records()
        published.add(records, self.environment.acknowledged.poison)
        self.environment.last_orders = [one for one in records if _is_order(one)][-3:] or [
            *self.environment.last_orders
        ]
        self._run_checks(AFTER_A_ROUND, round_.number)
        if round_.fault in WITHOUT_DEATHS:
            repeats = (
                (f"{published.repeats} events were published twice",) if published.repeats else ()
            )
            self.verdict.add_result(
                PUBLISHED_ONCE, round_.number, CheckResult(published.records, repeats)
            )

    def _run_checks(self, checks: Mapping[str, Check], number: int) -> None:
        for name, check in checks.items():
            self.verdict.add_result(name, number, check(self.environment, self._api))

    def _round_data(self, round_: Round) -> RoundData:
        """Create new customers and a new survey for a round, so that their histories stay short."""
        names = tuple(f"c-{round_.number}-{one}" for one in range(CUSTOMERS_OF_A_ROUND))
        for name in names:
            self._register_customer(name)
        body = {"questionnaire_id": self._questionnaire}
        survey = self._api.post("/v1/surveys", json=body).json()["id"]
        self._api.post(f"/v1/surveys/{survey}/publish")
        return RoundData(round_.number, names, survey)

    def _register_customer(self, name: str) -> None:
        body = customer_body(name) | {"external_ids": [external_id(name)]}
        self._api.post("/v1/customers", json=body)
        self.environment.acknowledged.add_customer(name)

    def _publish_questionnaire(self) -> str:
        questionnaire = self._api.post("/v1/questionnaires", json=questionnaire_body(ITEMS)).json()
        self._api.post(f"/v1/questionnaires/{questionnaire['id']}/publish")
        return str(questionnaire["id"])

    def close(self) -> None:
        self._api.close()


def _is_order(one: PublishedRecord) -> bool:
    """Return whether a record is an order of the product; an order without lines is withdrawn."""
    if one.topic != ORDERS or one.value is None or FORGED in one.headers:
        return False
    return b'"lines":[]' not in one.value.replace(b" ", b"")


ACKNOWLEDGED = "every write acknowledged"
PUBLISHED_ONCE = "published once if nothing died"


def table(verdict: Verdict) -> Sequence[str]:
    """Return the lines of a table with the result of each check."""
    rows = [f"{'check':<30} {'compared':>9} {'violations':>11}"]
    for name, compared in verdict.compared.items():
        rows.append(f"{name:<30} {compared:>9} {verdict.failed[name]:>11}")
    return rows
