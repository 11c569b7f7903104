"""A simulated client: its seed decides what it does; acknowledged writes are remembered."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.faults import files
from tests.faults.acknowledged import AcknowledgedWrites, Answer, Line, Sale
from tests.faults.bodies import customer_body, external_id, order_body, path_of
from tests.faults.retrying_client import NotAcknowledged, RetryingClient

RENAMED_BY_ALL = tuple(f"hot-{number}" for number in range(3))
"""Customers that all clients rename again and again, in all rounds."""
ITEMS = ("quality", "service")
_FILES_OF_A_ROUND = 2


@dataclass(frozen=True, slots=True)
class RoundData:
    """The number of a round, its customers and its survey."""

    number: int
    customers: tuple[str, ...]
    survey: str


class SimulatedClient:
    """A careful client; only it changes its orders, but all clients share the customers."""

    def __init__(
        self,
        api: RetryingClient,
        acknowledged: AcknowledgedWrites,
        round_data: RoundData,
        number: int,
        random: Random,
    ) -> None:
        self._api = api
        self._acknowledged = acknowledged
        self._round_data = round_data
        self._prefix = f"{round_data.number}-{number}"
        self._random = random
        self._action_count = 0
        self._files = 0
        self._own_orders: list[Sale] = []
        self._without_answer = list(round_data.customers[number::3])
        self._actions: dict[Callable[[], None], int] = {
            self._order: 40,
            self._return: 8,
            self._change: 15,
            self._repeat_order: 6,
            self._reuse_order_id: 6,
            self._rename: 14,
            self._answer: 8,
            self._import: 3,
        }

    def act(self) -> None:
        """Do one randomly chosen action."""
        self._action_count += 1
        (chosen,) = self._random.choices(list(self._actions), weights=list(self._actions.values()))
        chosen()

    def _order(self) -> None:
        self._send_order(self._sale(sign=1))

    def _return(self) -> None:
        self._send_order(self._sale(sign=-1))

    def _send_order(self, sale: Sale, key: str = "") -> str:
        answer = self._api.post("/v1/orders", json=order_body(sale), key=key)
        self._acknowledged.add_sale(sale, answer.json()["id"])
        self._own_orders.append(sale)
        return answer.text

    def _repeat_order(self) -> None:
        """Send an order twice with one Idempotency-Key, as if the first answer had been lost."""
        sale, key = self._sale(sign=1), f"key-{self._prefix}-{self._action_count}"
        first = self._send_order(sale, key)
        again = self._api.post("/v1/orders", json=order_body(sale), key=key).text
        if again != first:
            raise NotAcknowledged(f"the key {key} was answered {first}, then {again}")
        self._acknowledged.add_refusal()

    def _change(self) -> None:
        """Change one of this client's orders."""
        if not self._own_orders:
            return self._order()
        before = self._own_orders.pop(self._random.randrange(len(self._own_orders)))
        sale = self._sale(sign=1 if before.is_purchase else -1, name=before.name)
        body = order_body(sale)
        del body["external_id"]
        self._api.send("PUT", path_of("orders", sale.name), expected={200}, json=body)
        self._acknowledged.add_sale(sale)
        if self._api.attempts == 1:  # otherwise an earlier attempt may arrive after a later change
            self._own_orders.append(sale)
        return None

    def _reuse_order_id(self) -> None:
        """Place an order with an external id that exists: it is refused and has no effect."""
        if not self._own_orders:
            return self._order()
        other = self._sale(sign=1, name=self._random.choice(self._own_orders).name)
        answer = self._api.post("/v1/orders", json=order_body(other), expected={409})
        if answer.json()["code"] != "external_id_taken":
            raise NotAcknowledged(f"expected external_id_taken, found {answer.text}")
        self._acknowledged.add_refusal()
        return None

    def _rename(self) -> None:
        name, new_name = self._random.choice(RENAMED_BY_ALL), f"{self._prefix}-{self._action_count}"
        answer = self._api.send(
            "PUT", path_of("customers", name), expected={200, 201}, json=customer_body(new_name)
        )
        self._acknowledged.add_rename(name, answer.json()["version"], new_name)

    def _answer(self) -> None:
        """Answer the survey of the round, as a customer who has not answered yet or anonymously."""
        customer = (
            self._without_answer.pop()
            if self._without_answer and self._random.random() < 0.7
            else None
        )
        values = {item: self._random.randint(1, 5) for item in ITEMS}
        minute, second = divmod(self._action_count, 60)
        hour = f"{self._round_data.number % 24:02}:{minute % 60:02}:{second:02}"
        moment = f"2025-{2 + self._round_data.number // 24 % 10:02}-01T{hour}Z"
        body = {
            "answers": values,
            "submitted_at": moment,
            "customer": customer and external_id(customer),
        }
        created = self._api.post(
            f"/v1/surveys/{self._round_data.survey}/responses", json=body
        ).json()
        self._acknowledged.add_answer(
            Answer(created["id"], self._round_data.survey, customer, moment, values)
        )

    def _import(self) -> None:
        self._files += 1
        if self._files > _FILES_OF_A_ROUND:
            return self._order()
        if self._random.random() < 0.3:
            names = [f"file-{self._prefix}-{self._action_count}-{line}" for line in range(4)]
            files.customers(self._api, self._acknowledged, names)
            return None
        sales = [self._sale(sign=1, suffix=f"-{line}") for line in range(25)]
        files.orders(self._api, self._acknowledged, sales)
        return None

    def _sale(self, *, sign: int, name: str = "", suffix: str = "") -> Sale:
        random = self._random
        lines = tuple(
            Line(
                f"P-{random.randrange(5)}",
                str(sign * random.randint(1, 9)),
                f"{random.randint(1, 999)}.{random.randrange(100):02}",
            )
            for _ in range(random.randint(1, 2))
        )
        day = f"2025-{random.randint(1, 12):02}-{random.randint(1, 28):02}"
        number = name or f"o-{self._prefix}-{self._action_count}{suffix}"
        return Sale(number, random.choice(self._round_data.customers), day, lines)
