"""The import of Online Retail until its last score is settled, compared with COPY of its lines."""

import json
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from statistics import median

import psycopg

from deploy.bench import online_retail, processes
from deploy.bench.figures import Figure, Part
from deploy.bench.subject import Subject

MOST_TIMES = 120
MOST_MEBIBYTES = 400
COPY_ROUNDS = 3
METHODS = ("count", "value")
PATIENCE_SECONDS = 60
PAUSE_SECONDS = 0.2
_PIECE = 1 << 20
_Table = dict[str, tuple[int, Decimal]]
_TABLE = """CREATE TABLE bare_lines (
    invoice text, stock text, description text, quantity numeric, at timestamp, price numeric,
    customer text, country text
)"""


def measure(subject: Subject) -> Part:
    """Import the file once, COPY it before and after; raise RuntimeError if figures are wrong."""
    shop = online_retail.read()
    with tempfile.TemporaryDirectory() as folder:
        file = online_retail.unpack(Path(folder) / "online_retail.csv")
        copies = [_copy(subject.admin_url, file) for _ in range(COPY_ROUNDS)]
        before, began = processes.cpu_seconds(subject.supervisor), time.monotonic()
        outcome = subject.import_file("/v1/imports", file, _form())
        imported = time.monotonic() - began
        subject.settle()
        _await_figures(subject, shop)
        settled = time.monotonic() - began
        after = processes.cpu_seconds(subject.supervisor)
        copies += [_copy(subject.admin_url, file) for _ in range(COPY_ROUNDS)]
    if (outcome["created"], outcome["rejected"]) != (shop.lines - shop.rejected_lines, 2):
        raise RuntimeError(f"Lines were lost: {outcome}")
    used = {role: after[role] - before.get(role, 0.0) for role in after}
    return _part(copies, imported, settled, used, processes.peak_mebibytes(subject.supervisor))


def _part(
    copies: list[float],
    imported: float,
    settled: float,
    used: dict[str, float],
    peaks: dict[str, float],
) -> Part:
    """Return the figures of the import, with the ratio of its time to that of COPY."""
    once = median(copies)
    times = [
        Figure(name="COPY of the lines into one bare table", value=once, unit="s"),
        Figure(name="file to last line imported", value=imported, unit="s"),
        Figure(name="file to last score settled", value=settled, unit="s"),
        Figure(name="settled / COPY", value=settled / once, unit="x", most=MOST_TIMES),
    ]
    costs = [Figure(name=f"CPU {role}", value=each, unit="s") for role, each in used.items()]
    sizes = [
        Figure(name=f"peak {role}", value=each, unit="MiB", most=MOST_MEBIBYTES)
        for role, each in peaks.items()
    ]
    about = (
        "UCI Online Retail, 541 909 lines, through POST /v1/imports; clock stopped with outboxes "
        "and consumer lag at 0 and the figures equal to those of the file"
    )
    return Part(name="import", about=about, figures=times + costs + sizes, raw={"copy": copies})


def _form() -> dict[str, str]:
    return {
        "entity": "orders",
        "mapping": json.dumps(online_retail.MAPPING),
        "options": json.dumps(online_retail.OPTIONS),
    }


def _copy(admin_url: str, file: Path) -> float:
    """COPY the file into a new table and return the seconds taken, commit included."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS bare_lines")
        connection.execute(_TABLE)
        began = time.monotonic()
        with (
            file.open("rb") as lines,
            connection.cursor().copy("COPY bare_lines FROM STDIN (FORMAT csv, HEADER)") as copy,
        ):
            while piece := lines.read(_PIECE):
                copy.write(piece)
        seconds = time.monotonic() - began
        connection.execute("DROP TABLE bare_lines")
    return seconds


def _await_figures(subject: Subject, shop: online_retail.Shop) -> None:
    """Wait until the ABC tables equal those of the file; raise RuntimeError if they do not."""
    expected = {method: _expected(shop, method) for method in METHODS}
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (found := {method: _answered(subject, method) for method in METHODS}) != expected:
        if time.monotonic() > deadline:
            raise RuntimeError(f"The figures differ from those of the file: {found}")
        time.sleep(PAUSE_SECONDS)


def _expected(shop: online_retail.Shop, method: str) -> _Table:
    classes = online_retail.classes(shop, method).items()
    return {name: (len(one.members), one.value) for name, one in classes}


def _answered(subject: Subject, method: str) -> _Table:
    answer = subject.get("/v1/portfolio/abc", method=method)
    return {row["class"]: (row["customers"], Decimal(row["value"])) for row in answer["classes"]}
