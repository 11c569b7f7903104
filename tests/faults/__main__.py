"""Run the fault campaign: `python -m tests.faults`."""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.faults import planted
from tests.faults.campaign import Campaign, Verdict, table
from tests.faults.output import print_line
from tests.faults.plan import DEFAULT_ROUNDS, KINDS, STACKS, Round, planned_rounds
from tests.faults.setup import started


def main() -> int:
    """Run a campaign on each chosen stack; return 1 if a check reported a violation."""
    options = _parser().parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # SystemExit ends the started processes
    if options.planted:
        return planted.main(options.folder / "planted", options.seed, options.rounds)
    stacks = STACKS if options.stack == "both" else (options.stack,)
    status = 0
    for stack in stacks:
        count = options.rounds or DEFAULT_ROUNDS[stack]
        rounds = planned_rounds(stack, count, options.seed, tuple(options.only))
        status |= _play_rounds(stack, rounds, options)
    return status


def _play_rounds(stack: str, rounds: Sequence[Round], options: argparse.Namespace) -> int:
    """Play all rounds; return 1 if there was a violation.

    After a violation, the remaining rounds are played on a newly started product. With the option
    `--first` the campaign stops at the first violation instead.
    """
    print_line(f"{stack}: {len(rounds)} rounds, seed {options.seed}")
    remaining, verdict, product_number = list(rounds), Verdict(), 0
    while remaining:
        product_number += 1
        found, remaining_before = Verdict(), len(remaining)
        with started(stack, options.folder / f"{stack}-{product_number}") as environment:
            environment.backlog = options.backlog
            campaign = Campaign(environment, found)
            for round_ in campaign.play(tuple(remaining)):
                remaining.remove(round_)
            campaign.close()
        verdict.merge(found)
        for check, number, message in found.violations:
            print_line(f"      VIOLATED in round {number}: {check}: {message}")
        if found.violations:
            print_line(
                f"      seed {options.seed}; look at {options.folder}/{stack}-{product_number}/logs"
            )
        if found.violations and (options.stop_at_first or len(remaining) == remaining_before):
            break
    print_line("\n".join(table(verdict)))
    return 1 if verdict.violations else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--stack", choices=(*STACKS, "both"), default="both")
    parser.add_argument(
        "--rounds", type=int, default=0, help="per stack or bug; 0 means the usual number"
    )
    parser.add_argument("--seed", type=int, default=1)
    every = sorted({name for kinds in KINDS.values() for name in kinds})
    parser.add_argument(
        "--only", action="append", choices=every, default=[], help="draw these faults only"
    )
    parser.add_argument(
        "--backlog", type=int, default=10_000, help="events that the fault `behind` publishes"
    )
    parser.add_argument("--planted", action="store_true", help="check that planted bugs are found")
    parser.add_argument(
        "--first", dest="stop_at_first", action="store_true", help="stop at the first violation"
    )
    parser.add_argument(
        "--folder", type=Path, default=Path("var/faults"), help="folder for the logs"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
