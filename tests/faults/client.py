"""One client: what it does next is drawn from its seed, what was acknowledged is in the book."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.faults import files
from tests.faults.bodies import customer_out, order_out, pair, path_of
from tests.faults.book import Answer, Book, Line, Sale
from tests.faults.door import Door, NotAcknowledged

HOT = tuple(f"hot-{number}" for number in range(3))
"""Customers that all clients rename all the time, over all rounds."""
ITEMS = ("quality", "service")
_FILES_OF_A_ROUND = 2


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a round has of its own: its number, its customers and its survey."""

    number: int
    customers: tuple[str, ...]
    survey: str


class Client:
    """A good client; its orders are its own, customers it shares with the others."""

    def __init__(
        self, door: Door, book: Book, grounds: Grounds, number: int, chance: Random
    ) -> None:
        self._door = door
        self._book = book
        self._grounds = grounds
        self._prefix = f"{grounds.number}-{number}"
        self._chance = chance
        self._made = 0
        self._files = 0
        self._own: list[Sale] = []
        self._silent = list(grounds.customers[number::3])
        self._acts: dict[Callable[[], None], int] = {
            self._order: 40,
            self._return: 8,
            self._change: 15,
            self._order_twice: 6,
            self._take_what_is_taken: 6,
            self._rename: 14,
            self._answer: 8,
            self._import: 3,
        }

    def act(self) -> None:
        """Do one of the things that clients do."""
        self._made += 1
        (chosen,) = self._chance.choices(list(self._acts), weights=list(self._acts.values()))
        chosen()

    def _order(self) -> None:
        self._place(self._sale(sign=1))

    def _return(self) -> None:
        self._place(self._sale(sign=-1))

    def _place(self, sale: Sale, key: str = "") -> str:
        answer = self._door.post("/v1/orders", json=order_out(sale), key=key)
        self._book.sale(sale, answer.json()["id"])
        self._own.append(sale)
        return answer.text

    def _order_twice(self) -> None:
        """Send an order again under the same key, as if its answer had been lost."""
        sale, key = self._sale(sign=1), f"key-{self._prefix}-{self._made}"
        first = self._place(sale, key)
        again = self._door.post("/v1/orders", json=order_out(sale), key=key).text
        if again != first:
            raise NotAcknowledged(f"the key {key} was answered {first}, then {again}")
        self._book.refusal()

    def _change(self) -> None:
        """Say something else of an order of one's own."""
        if not self._own:
            return self._order()
        before = self._own.pop(self._chance.randrange(len(self._own)))
        sale = self._sale(sign=1 if before.bought else -1, name=before.name)
        body = order_out(sale)
        del body["external_id"]
        self._door.send("PUT", path_of("orders", sale.name), expected={200}, json=body)
        self._book.sale(sale)
        if self._door.tries == 1:  # else an earlier try may still arrive, after a later change
            self._own.append(sale)
        return None

    def _take_what_is_taken(self) -> None:
        """Place another order under a number that is taken: refused, and without any effect."""
        if not self._own:
            return self._order()
        other = self._sale(sign=1, name=self._chance.choice(self._own).name)
        answer = self._door.post("/v1/orders", json=order_out(other), expected={409})
        if answer.json()["code"] != "external_id_taken":
            raise NotAcknowledged(f"expected external_id_taken, found {answer.text}")
        self._book.refusal()
        return None

    def _rename(self) -> None:
        name, said = self._chance.choice(HOT), f"{self._prefix}-{self._made}"
        answer = self._door.send(
            "PUT", path_of("customers", name), expected={200, 201}, json=customer_out(said)
        )
        self._book.naming(name, answer.json()["version"], said)

    def _answer(self) -> None:
        """Answer the survey of the round: each customer once, and people without a name."""
        customer = self._silent.pop() if self._silent and self._chance.random() < 0.7 else None
        given = {item: self._chance.randint(1, 5) for item in ITEMS}
        minute, second = divmod(self._made, 60)
        hour = f"{self._grounds.number % 24:02}:{minute % 60:02}:{second:02}"
        moment = f"2025-{2 + self._grounds.number // 24 % 10:02}-01T{hour}Z"
        body = {
            "answers": given,
            "submitted_at": moment,
            "customer": customer and pair(customer),
        }
        made = self._door.post(f"/v1/surveys/{self._grounds.survey}/responses", json=body).json()
        self._book.answer(Answer(made["id"], self._grounds.survey, customer, moment, given))

    def _import(self) -> None:
        self._files += 1
        if self._files > _FILES_OF_A_ROUND:
            return self._order()
        if self._chance.random() < 0.3:
            names = [f"file-{self._prefix}-{self._made}-{line}" for line in range(4)]
            files.customers(self._door, self._book, names)
            return None
        sales = [self._sale(sign=1, suffix=f"-{line}") for line in range(25)]
        files.orders(self._door, self._book, sales)
        return None

    def _sale(self, *, sign: int, name: str = "", suffix: str = "") -> Sale:
        chance = self._chance
        lines = tuple(
            Line(
                f"P-{chance.randrange(5)}",
                str(sign * chance.randint(1, 9)),
                f"{chance.randint(1, 999)}.{chance.randrange(100):02}",
            )
            for _ in range(chance.randint(1, 2))
        )
        day = f"2025-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        number = name or f"o-{self._prefix}-{self._made}{suffix}"
        return Sale(number, chance.choice(self._grounds.customers), day, lines)
