"""An invented company of any size: its customers, and the score of each; all from one seed.

The cities and tags of the customers follow Zipf's law (the frequency of the r-th most frequent one
is proportional to 1/r), so that a query meets frequent and rare values.
"""

import csv
import io
from bisect import bisect
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import accumulate
from random import Random

from deploy.demo import names
from deploy.demo.cities import CITIES, City
from deploy.demo.names import WORDS, Name
from shared.row_access import team_id_of, user_id_of

TEAMS = 40
OWNERS_PER_TEAM = 10
SYSTEM = "erp"

_TRADES = (
    Name("家电批发有限公司", "Appliance Wholesale Co."),
    Name("商贸有限公司", "Trading Co."),
    Name("物业服务有限公司", "Property Services Co."),
    Name("机械有限公司", "Machinery Co."),
)
_SHARE_OF_PERSONS = 0.6
_SHARE_OF_BUYERS = 0.8
_SHARE_SILENT = 0.2
_SEARCHED = 5000
_MOST_TAGS = 3
_RUNGS = ("first_time", "repeat", "client", "member", "advocate")
_CLASS_A_FROM, _CLASS_B_FROM = 130_000, 20_000
"""Value points from which an invented customer is in class A and in class B."""

_TOWNS = tuple(
    City(
        f"{first.zh}{second.zh}{kind}", f"{first.en}{second.en.lower()}", "", (("中心", "Centre"),)
    )
    for first in WORDS
    for second in WORDS
    for kind in "县镇"
)
CITIES_AND_TOWNS = CITIES + _TOWNS
"""The cities of the customers, the most frequent one first."""
TAGS = tuple(f"{first.zh}{kind}" for kind in ("客户", "渠道", "项目") for first in WORDS)
"""The tags of the customers, the most frequent one first."""


def _zipf(count: int) -> list[float]:
    """Return the cumulative weights 1, 1 + 1/2, 1 + 1/2 + 1/3, ... of `count` ranks."""
    return list(accumulate(1 / rank for rank in range(1, count + 1)))


_CITY_WEIGHTS, _TAG_WEIGHTS = _zipf(len(CITIES_AND_TOWNS)), _zipf(len(TAGS))


@dataclass(frozen=True, slots=True)
class InventedCustomer:
    """A customer with the columns of an import file; `tags` are separated by semicolons."""

    external_id: str
    name: str
    name_en: str
    kind: str
    nature: str
    email: str
    phone: str
    city: str
    owner: str
    team: str
    tags: str


@dataclass(frozen=True, slots=True)
class InventedScore:
    """The figures of a customer's score that the registry copies."""

    value_points: int
    customer_class: str | None
    rung: str
    silent: bool


def team(number: int) -> str:
    """Return the name of a team; teams have the numbers from 0 to TEAMS - 1."""
    return f"team-{number:02d}"


def team_ids() -> Iterator[tuple[str, str]]:
    """Yield the name and the id of each team."""
    for number in range(TEAMS):
        yield team(number), str(team_id_of(team(number)))


def user_ids() -> Iterator[tuple[str, str]]:
    """Yield the name and the id of each user."""
    for number in range(TEAMS):
        for owner in range(OWNERS_PER_TEAM):
            yield _user(number, owner), str(user_id_of(_user(number, owner)))


def _user(team_number: int, number: int) -> str:
    """Return the name of a user of a team."""
    return f"{team(team_number)}-{number}"


def customer(seed: int, number: int) -> tuple[InventedCustomer, InventedScore]:
    """Return the customer with a number, counted from 0, and its score."""
    rng = Random(f"{seed}:{number}")  # noqa: S311  invented data
    city = CITIES_AND_TOWNS[_ranked(rng, _CITY_WEIGHTS)]
    is_person = rng.random() < _SHARE_OF_PERSONS
    name = names.person(rng) if is_person else names.firm(rng, city, rng.choice(_TRADES))
    team_number = rng.randrange(TEAMS)
    tags = {TAGS[_ranked(rng, _TAG_WEIGHTS)] for _ in range(rng.randrange(_MOST_TAGS + 1))}
    record = InventedCustomer(
        external_id=f"C{number:08d}",
        name=name.zh,
        name_en=name.en,
        kind="person" if is_person else "organisation",
        nature="individual" if is_person else rng.choice(("ordinary_company", "wholesaler")),
        email=f"c{number:08d}@customer.example",
        phone=f"+86 139 {number // 10_000 % 10_000:04d} {number % 10_000:04d}",
        city=city.name,
        owner=_user(team_number, rng.randrange(OWNERS_PER_TEAM)),
        team=team(team_number),
        tags=";".join(sorted(tags)),
    )
    return record, _score(rng)


def rare_city(seed: int, count: int) -> str:
    """Return the rarest city of the first customers of a company of `count` customers."""
    names_by_rank = [city.name for city in CITIES_AND_TOWNS]
    first_customers = (customer(seed, number)[0] for number in range(min(count, _SEARCHED)))
    return names_by_rank[max(names_by_rank.index(each.city) for each in first_customers)]


def _score(rng: Random) -> InventedScore:
    """Return a score; the value points of those who buy are distributed log-normally."""
    if rng.random() > _SHARE_OF_BUYERS:
        return InventedScore(value_points=0, customer_class=None, rung="prospect", silent=False)
    points = int(rng.lognormvariate(8.5, 1.7))
    is_a, is_b = points >= _CLASS_A_FROM, points >= _CLASS_B_FROM
    return InventedScore(
        value_points=points,
        customer_class="A" if is_a else "B" if is_b else "C",
        rung=rng.choice(_RUNGS),
        silent=rng.random() < _SHARE_SILENT,
    )


def _ranked(rng: Random, weights: list[float]) -> int:
    """Return a random rank, from 0, with these cumulative weights."""
    return bisect(weights, rng.random() * weights[-1])


def csv_file(seed: int, count: int) -> Iterator[bytes]:
    """Yield the import file of the first `count` customers in pieces of about a thousand lines."""
    columns = list(InventedCustomer.__dataclass_fields__)
    piece = io.StringIO()
    lines = csv.DictWriter(piece, columns)
    lines.writeheader()
    for number in range(count):
        lines.writerow(asdict(customer(seed, number)[0]))
        if number % 1000 == 0 or number == count - 1:
            yield piece.getvalue().encode()
            piece.seek(0)
            piece.truncate()
