"""Progress of a step: one line that is overwritten on a terminal, plain lines in a file."""

import sys
from typing import Any, TextIO

from deploy.demo.terminal import pad, width


class Progress:
    """Shows the progress of one step, such as an import, on `out` (default: standard output)."""

    def __init__(self, step: str, out: TextIO | None = None) -> None:
        self._step = step
        self._out = out or sys.stdout
        self._overwrites = self._out.isatty()
        self._shown = ""

    def show_job(self, job: dict[str, Any]) -> None:
        """Show how many lines an import job has processed."""
        total = job.get("total")
        of_total = f" / {total:,}" if total else ""
        self.show(f"{job['processed']:,}{of_total} 行 lines")

    def show(self, text: str) -> None:
        """Show how far the step is, on a terminal only."""
        if self._overwrites:
            self._write(f"  {self._step}: {text}", end="\r")

    def begin(self, text: str) -> None:
        """Show that the step has begun; in a file this is a separate line."""
        self._write(f"  {self._step}: {text}", end="\r" if self._overwrites else "\n")

    def done(self, text: str) -> None:
        """Show the result of the step, which stays on the terminal."""
        self._write(f"  {self._step}: {text}", end="\n")

    def _write(self, text: str, *, end: str) -> None:
        """Write a line over the previous one; blanks overwrite the end of a longer one."""
        self._out.write(pad(text, width(self._shown)) + end)
        self._out.flush()
        self._shown = "" if end == "\n" else text
