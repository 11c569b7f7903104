"""The import benchmark: Online Retail through the API, compared with a COPY of its lines.

The import ends when the last score is settled, which means that the ABC classes that changed with
the scores have been assigned.
"""

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
"""For each ABC class, the number of customers and their revenue."""
_TABLE = """CREATE TABLE bare_lines (
    invoice text, stock text, description text, quantity numeric, at timestamp, price numeric,
    customer text, country text
)"""


def measure(subject: Subject) -> Part:
    """Import the file once, and COPY it into a bare table before and after the import.

    Raises RuntimeError if lines were lost or the figures of the API are wrong.
    """
    shop = online_retail.read()
    with tempfile.TemporaryDirectory() as folder:
        file = online_retail.unpack(Path(folder) / "online_retail.csv")
        copies = [_copy_seconds(subject.admin_url, file) for _ in range(COPY_ROUNDS)]
        before, began = processes.cpu_seconds(subject.supervisor), time.monotonic()
        outcome = subject.import_file("/v1/imports", file, _import_form())
        imported = time.monotonic() - began
        subject.wait_until_processed()
        _wait_for_figures(subject, shop)
        settled = time.monotonic() - began
        after = processes.cpu_seconds(subject.supervisor)
        copies += [_copy_seconds(subject.admin_url, file) for _ in range(COPY_ROUNDS)]
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
    """Return the figures of the import, among them its time divided by the time of COPY."""
    copy_seconds = median(copies)
    times = [
        Figure(name="COPY of the lines into one bare table", value=copy_seconds, unit="s"),
        Figure(name="file to last line imported", value=imported, unit="s"),
        Figure(name="file to last score settled", value=settled, unit="s"),
        Figure(name="settled / COPY", value=settled / copy_seconds, unit="x", most=MOST_TIMES),
    ]
    costs = [Figure(name=f"CPU {role}", value=value, unit="s") for role, value in used.items()]
    sizes = [
        Figure(name=f"peak {role}", value=value, unit="MiB", most=MOST_MEBIBYTES)
        for role, value in peaks.items()
    ]
    about = (
        "UCI Online Retail, 541 909 lines, through POST /v1/imports; settled: the outboxes are "
        "empty, consumers have no lag, and the ABC table equals the one calculated from the file"
    )
    return Part(name="import", about=about, figures=times + costs + sizes, raw={"copy": copies})


def _import_form() -> dict[str, str]:
    return {
        "entity": "orders",
        "mapping": json.dumps(online_retail.MAPPING),
        "options": json.dumps(online_retail.OPTIONS),
    }


def _copy_seconds(admin_url: str, file: Path) -> float:
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


def _wait_for_figures(subject: Subject, shop: online_retail.Shop) -> None:
    """Wait until the ABC tables of the API equal those calculated from the file.

    Raises RuntimeError after PATIENCE_SECONDS.
    """
    expected = {method: _table_from_file(shop, method) for method in METHODS}
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (found := {method: _table_from_api(subject, method) for method in METHODS}) != expected:
        if time.monotonic() > deadline:
            raise RuntimeError(f"The figures differ from those of the file: {found}")
        time.sleep(PAUSE_SECONDS)


def _table_from_file(shop: online_retail.Shop, method: str) -> _Table:
    classes = online_retail.classes(shop, method).items()
    return {name: (len(found.members), found.value) for name, found in classes}


def _table_from_api(subject: Subject, method: str) -> _Table:
    answer = subject.get("/v1/portfolio/abc", method=method)
    return {row["class"]: (row["customers"], Decimal(row["value"])) for row in answer["classes"]}
