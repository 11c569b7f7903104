"""Progress of a step: on a terminal one line that is overwritten, elsewhere plain lines."""

import sys
from typing import Any, TextIO

from deploy.demo.terminal import pad, width


class Progress:
    """The progress of one step, shown on `out`."""

    def __init__(self, step: str, out: TextIO | None = None) -> None:
        self._step = step
        self._out = out or sys.stdout
        self._overwrites = self._out.isatty()
        self._shown = ""

    def show_job(self, job: dict[str, Any]) -> None:
        """Show how many lines an import job has processed."""
        total = job.get("total")
        of = f" / {total:,}" if total else ""
        self.show(f"{job['processed']:,}{of} 行 lines")

    def show(self, text: str) -> None:
        """Show the progress of the step, on a terminal only."""
        if self._overwrites:
            self._write(f"  {self._step}: {text}", end="\r")

    def begin(self, text: str) -> None:
        """Show that the step has begun; without a terminal this is a line of its own."""
        self._write(f"  {self._step}: {text}", end="\r" if self._overwrites else "\n")

    def done(self, text: str) -> None:
        """Show the result of the step."""
        self._write(f"  {self._step}: {text}", end="\n")

    def _write(self, text: str, *, end: str) -> None:
        """Write a line over the one before, which may be longer."""
        self._out.write(pad(text, width(self._shown)) + end)
        self._out.flush()
        self._shown = "" if end == "\n" else text
