"""Bugs that the campaign has to find (`--planted`); each is planted in a copy of the sources.

A bug replaces a text that has to occur exactly once in a file. If the source has changed, an error
quotes the text that was not found, and the bug below has to be adapted.
"""

import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.faults.output import print_line
from tests.system.product import ROOT

TREES = ("services", "shared", "deploy", "tests")
TIMEOUT_SECONDS = 600


class ChangeNotFound(AssertionError):
    """The text that a bug replaces does not occur exactly once in its file."""


@dataclass(frozen=True, slots=True)
class Change:
    """A text in a file and its replacement."""

    file: str
    old: str
    new: str

    def apply(self, root: Path) -> None:
        """Replace the text in the copy of the sources; raise ChangeNotFound if it is not unique."""
        path = root / self.file
        text = path.read_text() if path.exists() else ""
        if text.count(self.old) != 1:
            message = f"{self.file} contains it {text.count(self.old)} times, not once:\n{self.old}"
            raise ChangeNotFound(message)
        path.write_text(text.replace(self.old, self.new))


@dataclass(frozen=True, slots=True)
class Bug:
    """A bug, the faults that must reveal it, and the number of rounds within which they must."""

    name: str
    changes: tuple[Change, ...]
    faults: tuple[str, ...]
    rounds: int = 4


_CONSUMER, _OUTBOX = "shared/messaging/consumer.py", "shared/messaging/outbox.py"
_RELAY = "shared/messaging/relay.py"
_EFFECT, _OFFSET = "self.apply(received)", "subscription.commit(received)"
_WRITTEN = "        insert_rows(session, Outbox, [common | row for row in rows])"
_AT_ONCE = """
        from pathlib import Path
        import os
        from shared.messaging.envelope import Record, headers
        from shared.messaging.log.embedded import EmbeddedLog
        common["published_at"] = clock.now()
        insert_rows(session, Outbox, [common | row for row in rows])
        records = [
            Record(row["aggregatetype"], row["aggregateid"], row["payload"].encode(), headers(
                event_id=row["event_id"], kind=row["type"], source="/planted",
                time=common["recorded_at"], key=row["aggregateid"], traceparent=None))
            for row in rows
        ]
        log = EmbeddedLog(Path(os.environ["PATRON_DATA"]) / "events.log.db")
        log.append(records)
        log.close()"""

BUGS = (
    Bug(
        "published before the commit",
        (Change(_OUTBOX, _WRITTEN, _AT_ONCE),),
        ("disk-full", "killed"),
        rounds=10,  # a kill seldom comes at that moment; a commit that fails on the full disk does
    ),
    Bug(
        "offset stored before the effect",
        (
            Change(
                _CONSUMER,
                f"            {_EFFECT}\n            {_OFFSET}",
                f"            {_OFFSET}\n            {_EFFECT}",
            ),
        ),
        ("behind", "killed"),
    ),
    Bug(
        "no inbox",
        (
            Change(
                _CONSUMER,
                "new_ids = self.add_to_inbox(session, [parsed.event_id for parsed in batch])",
                "self.add_to_inbox(session, [one.event_id for one in batch])\n"
                "            new_ids = {parsed.event_id for parsed in batch}",
            ),
        ),
        ("repeated",),
    ),
    Bug(
        "two relays at a time",
        (
            Change(
                _RELAY,
                'with exclusive_lock(self._database, "relay") as connection:',
                "with self._database.connection() as connection:",
            ),
        ),
        ("second-worker", "second-worker-frozen"),
    ),
    Bug(
        "event marked as consumed after an error",
        (Change(_CONSUMER, "            self._apply_halves(batch)\n", "            return\n"),),
        ("poison", "disk-full"),
    ),
    Bug(
        "old versions taken for new",
        (
            Change(
                "shared/publications/restored.py",
                "return published.version + 1 + self._ahead",
                "return stored + self._ahead",
            ),
        ),
        ("restore",),
    ),
)


def main(folder: Path, seed: int, rounds: int = 0) -> int:
    """Run a campaign with each bug; return 0 if all are found. `rounds` 0 means `Bug.rounds`."""
    not_found = 0
    for bug in BUGS:
        found = run_with(bug, folder, seed, rounds or bug.rounds)
        not_found += not found
        print_line(f"{bug.name:<40} {found or 'NOT FOUND'}")
    return 1 if not_found else 0


def run_with(bug: Bug, folder: Path, seed: int, rounds: int) -> str:
    """Run a short campaign with the bug and return the first violation, empty if there is none."""
    with tempfile.TemporaryDirectory(prefix="patron-planted-") as temporary:
        root = copy_sources(Path(temporary))
        for change in bug.changes:
            change.apply(root)
        arguments = [f"--only={fault}" for fault in bug.faults]
        arguments += ["--stack=embedded", f"--seed={seed}", f"--rounds={rounds}", "--first"]
        arguments += ["--backlog=3000", f"--folder={folder.resolve() / bug.name.replace(' ', '-')}"]
        done = subprocess.run(
            [sys.executable, "-m", "tests.faults", *arguments],
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT_SECONDS,
        )
    lines = [line.strip() for line in done.stdout.splitlines() if "VIOLATED" in line]
    if done.returncode not in (0, 1) or bool(done.returncode) != bool(lines):
        raise RuntimeError(f"{bug.name} could not be run:\n{done.stdout}{done.stderr}")
    return lines[0].removeprefix("VIOLATED in ")[:160] if lines else ""


def copy_sources(folder: Path) -> Path:
    """Copy the source trees without `__pycache__`, and return the root of the copy."""
    root = folder / "tree"
    root.mkdir()
    for tree in TREES:
        shutil.copytree(ROOT / tree, root / tree, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", root)  # the processes read their version from it
    return root
