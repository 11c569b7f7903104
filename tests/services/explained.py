"""A check of each problem in the tests against the catalogue of errors."""

from functools import cache

import httpx

import services
import shared
from shared.http.catalogue import Entry, declared_entries, merged_entries
from shared.http.problems import MEDIA_TYPE


@cache
def entries() -> dict[tuple[str, str], Entry]:
    """Return the entries of the whole catalogue, by kind and code."""
    declared = merged_entries([*declared_entries(shared), *declared_entries(services)])
    return {(entry["kind"], entry["code"]): entry for entry in declared}


def check_explained(response: httpx.Response) -> None:
    """Fail if the code, the status or the parameters of a problem are not in the catalogue.

    A hook of httpx, which is called with every answer to a client.
    """
    if response.headers.get("Content-Type") != MEDIA_TYPE:
        return
    response.read()
    problem = response.json()
    entry = entries()["problem", problem["code"]]
    assert entry["status"] == response.status_code == problem["status"]
    assert problem["title"] == entry["title"]["en"]
    assert problem["type"] == f"/v1/problems#{problem['code']}"
    for fault in problem["errors"]:
        assert list(fault["params"]) == entries()["fault", fault["code"]]["params"], fault
