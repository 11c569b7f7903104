"""The ids of users and teams in tests, by readable names, and keys of these users and teams."""

from uuid import NAMESPACE_OID, uuid5

from shared.http.identity import Identity
from shared.row_access import Rows


def user(name: str) -> str:
    """Return the id of the user with this name."""
    return str(uuid5(NAMESPACE_OID, f"user:{name}"))


def team(name: str) -> str:
    """Return the id of the team with this name."""
    return str(uuid5(NAMESPACE_OID, f"team:{name}"))


def of_user(name: str) -> Identity:
    """Return the identity of a key that sees and writes the customers of the user of this name."""
    return Identity("key-1", "", frozenset({"read", "write"}), Rows.OWN, user=user(name))


def of_team(name: str) -> Identity:
    """Return the identity of a key that sees and writes the customers of the team of this name."""
    return Identity("key-2", "", frozenset({"read", "write"}), Rows.TEAM, team=team(name))
