"""Environment variables that look like settings: a misspelled one is refused, not ignored."""

import re
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Final

ALL_VARIABLES: Final = Path(__file__).with_name("variables.txt")
"""The variables of the settings of all services, one a line; `make docs` writes the file.

The image of a service has no settings of other services, but their variables may be set for it.
"""
_OF_OTHER_PROGRAMS: Final = re.compile(
    r"PATRON_TEST_\w+"  # tests
    r"|PATRON_(URL|POSTGRES_PORT|KAFKA_PORT)"  # docs/examples, make real, docker-compose.yml
    r"|PATRON_(VERSION|REVISION)"  # docker-compose.yml
    r"|[A-Z]+_DATABASE_PASSWORD"  # docker-compose.yml
    r"|[A-Z]+_SERVICE_(HOST|PORT\w*)|[A-Z]+_PORT_[0-9]+_(TCP|UDP)\w*"  # Kubernetes: service links
)
_SIMILAR: Final = 0.75


def unknown_variables(environment: Mapping[str, str], known: Collection[str]) -> Iterator[str]:
    """Yield a line for each variable that no setting has, although its prefix is one of settings.

    `known` are variables besides those in the file. A variable without a value is left out, as it
    has no effect. The line names the variable and the most similar name, and not the value.
    """
    names = {*ALL_VARIABLES.read_text(encoding="utf-8").split(), *known}
    prefixes = {name.partition("_")[0] for name in names}
    for variable, value in sorted(environment.items()):
        name = variable.upper()
        if (
            value
            and name.partition("_")[0] in prefixes
            and "_" in name
            and name not in names
            and not _OF_OTHER_PROGRAMS.fullmatch(name)
        ):
            yield f"{variable}: {_advice(name, names)}"


def _advice(name: str, names: Collection[str]) -> str:
    """Return what is wrong with the name of a variable, and what to do."""
    similar = get_close_matches(name, sorted(names), n=1, cutoff=_SIMILAR)
    if similar:
        return f"no setting has this name; is {similar[0]} meant? Otherwise remove it"
    return "no setting has this name; remove it, or find the name in docs/settings.md"
