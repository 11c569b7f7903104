"""The customers of the demo company; their purchases are in orders.py."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from deploy.demo import names
from deploy.demo.cities import CITIES, City
from deploy.demo.names import Name
from deploy.demo.segments import DEPARTMENT_NAMES, DEPARTMENTS, SEGMENTS, Segment
from deploy.demo.story import DAYS, START, random_stream

_OWNERS = {
    "east": ("zhou.min", "shen.jie", "xu.lan"),
    "north": ("han.bing", "guo.rui", "feng.yan"),
    "south": ("liang.hao", "chen.ying", "luo.dan"),
    "west": ("tang.fei", "deng.xia", "he.chuan"),
}
_TEAM_OF_PERSONS = "consumer"
OWNERS = tuple(owner for owners in _OWNERS.values() for owner in owners)
"""The names of the users to whom customers are assigned."""
TEAMS = (*_OWNERS, _TEAM_OF_PERSONS)
"""The names of the teams."""

_SHARE_WITHOUT_ORDERS = 0.05
_SHARE_JOINING_AT_START = 0.5


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer as the demo company has recorded it.

    `joined` is the first day on which the customer may buy, `gap_days` the average time between two
    orders. `expected_satisfaction` is the customer's satisfaction, from 0 to 1, while no delivery
    is late or faulty. A customer whose `buys` is False never orders.
    """

    external_id: str
    name: Name
    segment: Segment
    city: City
    ownership: str
    owner: str
    phone: str
    internal: bool
    buys: bool
    joined: date
    gap_days: float
    expected_satisfaction: float

    @property
    def is_person(self) -> bool:
        return self.segment.is_person

    @property
    def team(self) -> str:
        return _TEAM_OF_PERSONS if self.is_person else self.city.team

    @property
    def email(self) -> str:
        return f"{self.external_id.lower()}@customer.example"


def customers(seed: int) -> tuple[Customer, ...]:
    """Return all customers, who are invented; their external ids are C00001, C00002 and so on."""
    rng = random_stream(seed, "customers")
    identities = _identities(rng)
    return tuple(
        _customer(rng, number, segment, name, city)
        for number, (segment, name, city) in enumerate(identities, start=1)
    )


def _identities(rng: Random) -> list[tuple[Segment, Name, City]]:
    """Return the segment, name and city of every customer, in random order."""
    identities = [
        (segment, name, city)
        for segment in SEGMENTS
        for name, city in _unique_names(rng, segment, count=segment.count)
    ]
    headquarters = CITIES[0]
    identities += [(DEPARTMENTS, name, headquarters) for name in DEPARTMENT_NAMES]
    rng.shuffle(identities)
    return identities


def _unique_names(rng: Random, segment: Segment, *, count: int) -> Iterator[tuple[Name, City]]:
    """Yield `count` names for customers of a segment, each different, with a city for each."""
    used: set[str] = set()
    while len(used) < count:
        city = rng.choice(CITIES)
        name = _random_name(rng, segment, city)
        if name.zh not in used:
            used.add(name.zh)
            yield name, city


def _random_name(rng: Random, segment: Segment, city: City) -> Name:
    if segment.is_person:
        return names.person(rng, *segment.trades)
    trade = rng.choice(segment.trades)
    return names.shop(rng, city, trade) if segment.retail_format else names.firm(rng, city, trade)


def _customer(rng: Random, number: int, segment: Segment, name: Name, city: City) -> Customer:
    internal = segment is DEPARTMENTS
    return Customer(
        external_id=f"C{number:05d}",
        name=name,
        segment=segment,
        city=city,
        ownership=rng.choice(segment.ownerships) if segment.ownerships else "",
        owner="" if segment.is_person else rng.choice(_OWNERS[city.team]),
        phone=f"1990000{number:04d}",
        internal=internal,
        buys=internal or rng.random() > _SHARE_WITHOUT_ORDERS,
        joined=_joining_day(rng),
        gap_days=segment.habit.gap_days * rng.lognormvariate(0.0, 0.35),
        expected_satisfaction=min(0.95, max(0.35, rng.gauss(0.74, 0.11))),
    )


def _joining_day(rng: Random) -> date:
    """Return the day on which a customer joins: for half of them START, else a random day.

    Later days are more frequent than earlier ones, so that the company grows.
    """
    if rng.random() < _SHARE_JOINING_AT_START:
        return START
    return START + timedelta(days=int(DAYS * rng.random() ** 0.7))
