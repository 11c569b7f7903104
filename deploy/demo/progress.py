"""Progress of long work: one line that is written over on a terminal, plain lines elsewhere."""

import sys
from typing import Any, TextIO

from deploy.demo.terminal import pad, width


class Progress:
    """Tells how far one step is."""

    def __init__(self, step: str, out: TextIO | None = None) -> None:
        self._step = step
        self._out = out or sys.stdout
        self._overwrites = self._out.isatty()
        self._shown = ""

    def tell(self, work: dict[str, Any]) -> None:
        """Show the state of an import."""
        total = work.get("total")
        of = f" / {total:,}" if total else ""
        self.say(f"{work['processed']:,}{of} 行 lines")

    def say(self, text: str) -> None:
        """Show how far the step is, on a terminal only."""
        if self._overwrites:
            self._write(f"  {self._step}: {text}", end="\r")

    def begin(self, text: str) -> None:
        """Show that the step goes on by itself: a line that stays where nothing is written over."""
        self._write(f"  {self._step}: {text}", end="\r" if self._overwrites else "\n")

    def done(self, text: str) -> None:
        """Show how the step ended."""
        self._write(f"  {self._step}: {text}", end="\n")

    def _write(self, text: str, *, end: str) -> None:
        self._out.write(pad(text, width(self._shown)) + end)
        self._out.flush()
        self._shown = "" if end == "\n" else text
