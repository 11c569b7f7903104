"""What each fault does while the load runs; a fault has ended when its function returns."""

import time
from collections.abc import Callable, Mapping

from tests.faults.plan import Round
from tests.faults.stage import Stage

Fault = Callable[[Stage, Round], None]


def killed(stage: Stage, drawn: Round) -> None:
    """End a process with kill -9."""
    stage.kill(drawn.target)


FAULTS: Mapping[str, Fault] = {
    "killed": killed,
}
