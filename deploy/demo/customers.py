"""The customers of the demo company, before any of them has bought."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from deploy.demo import names
from deploy.demo.names import Name
from deploy.demo.places import CITIES, City
from deploy.demo.sorts import DEPARTMENT_NAMES, DEPARTMENTS, SORTS, Sort
from deploy.demo.story import DAYS, START, chance

_OWNERS = {
    "east": ("zhou.min", "shen.jie", "xu.lan"),
    "north": ("han.bing", "guo.rui", "feng.yan"),
    "south": ("liang.hao", "chen.ying", "luo.dan"),
    "west": ("tang.fei", "deng.xia", "he.chuan"),
}


_ONLY_ON_RECORD = 0.05
_THERE_AT_THE_START = 0.5


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer on record.

    `joined` is the day of the first interest, `gap_days` lie between orders on average,
    `expects` says from 0 to 1 how content it is when nothing goes wrong.
    """

    external_id: str
    name: Name
    sort: Sort
    city: City
    ownership: str
    owner: str
    phone: str
    internal: bool
    buys: bool
    joined: date
    gap_days: float
    expects: float

    @property
    def person(self) -> bool:
        return self.sort.person

    @property
    def team(self) -> str:
        return "consumer" if self.person else self.city.team

    @property
    def email(self) -> str:
        return f"{self.external_id.lower()}@customer.example"


def customers(seed: int) -> tuple[Customer, ...]:
    """Make up all customers; their external ids are C00001, C00002 and so on."""
    rng = chance(seed, "customers")
    sketches = _sketches(rng)
    return tuple(
        _customer(rng, number, sort, name, city)
        for number, (sort, name, city) in enumerate(sketches, start=1)
    )


def _sketches(rng: Random) -> list[tuple[Sort, Name, City]]:
    found = [
        (sort, name, city) for sort in SORTS for name, city in _named(rng, sort, count=sort.count)
    ]
    headquarters = CITIES[0]
    found += [(DEPARTMENTS, name, headquarters) for name in DEPARTMENT_NAMES]
    rng.shuffle(found)
    return found


def _named(rng: Random, sort: Sort, *, count: int) -> Iterator[tuple[Name, City]]:
    taken: set[str] = set()
    while len(taken) < count:
        city = rng.choice(CITIES)
        name = _name(rng, sort, city)
        if name.zh not in taken:
            taken.add(name.zh)
            yield name, city


def _name(rng: Random, sort: Sort, city: City) -> Name:
    if sort.person:
        return names.person(rng, *sort.trades)
    trade = rng.choice(sort.trades)
    return names.shop(rng, city, trade) if sort.retail_format else names.firm(rng, city, trade)


def _customer(rng: Random, number: int, sort: Sort, name: Name, city: City) -> Customer:
    internal = sort is DEPARTMENTS
    return Customer(
        external_id=f"C{number:05d}",
        name=name,
        sort=sort,
        city=city,
        ownership=rng.choice(sort.ownerships) if sort.ownerships else "",
        owner="" if sort.person else rng.choice(_OWNERS[city.team]),
        phone=f"1990000{number:04d}",
        internal=internal,
        buys=internal or rng.random() > _ONLY_ON_RECORD,
        joined=_joined(rng),
        gap_days=sort.habit.gap_days * rng.lognormvariate(0.0, 0.35),
        expects=min(0.95, max(0.35, rng.gauss(0.74, 0.11))),
    )


def _joined(rng: Random) -> date:
    """Half of them were customers before the story begins; ever more came later."""
    if rng.random() < _THERE_AT_THE_START:
        return START
    return START + timedelta(days=int(DAYS * rng.random() ** 0.7))
