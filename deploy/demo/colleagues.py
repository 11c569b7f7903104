"""The teams and users of the demo company, created through the public API before its customers."""

import csv
import time
from collections.abc import Collection
from pathlib import Path
from typing import Final

from deploy.demo.client import Api, RefusedError

_KNOWN_WITHIN_SECONDS: Final = 60


def create_colleagues(api: Api, users: Collection[str], teams: Collection[str]) -> None:
    """Create the users and teams of these names that do not exist yet."""
    for path, names in (("/v1/teams", teams), ("/v1/users", users)):
        existing = {item["name"] for page in api.pages(path) for item in page["items"]}
        for name in sorted(set(names) - existing):
            api.post(path, {"name": name})


def wait_until_known(api: Api, system: str, file: Path, *, pause: float = 0.5) -> None:
    """Wait until an import of this file of customers would reject no owner or team.

    A user or team is known to the registry a second or two after its creation. The first line of
    each owner and team is tried in a dry run. Raises RefusedError if it still fails after a minute.
    """
    with file.open(encoding="utf-8", newline="") as content:
        first = {(row["owner"], row["team"]): row for row in csv.DictReader(content)}
    probe = file.with_name("colleagues.csv")
    with probe.open("w", encoding="utf-8", newline="") as content:
        writer = csv.writer(content)
        writer.writerow(["external_id", "name", "owner", "team"])
        writer.writerows([f"probe {n}", "probe", *pair] for n, pair in enumerate(first))
    deadline = time.monotonic() + _KNOWN_WITHIN_SECONDS
    while not _is_accepted(api, system, probe, is_last=time.monotonic() > deadline):
        time.sleep(pause)


def _is_accepted(api: Api, system: str, file: Path, *, is_last: bool) -> bool:
    """Return whether a dry run rejects no line; raise RefusedError instead if it is the last."""
    options = {"system": system}
    job = api.upload("/v1/imports", file, entity="customers", options=options, dry_run=True)
    try:
        api.wait_for_job(job, lambda _: None)
    except RefusedError:
        if is_last:
            raise
        return False
    return True
