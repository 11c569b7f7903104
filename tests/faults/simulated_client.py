"""A simulated client: it does random actions and remembers which writes were acknowledged."""

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
    """A client that repeats unanswered requests; it alone changes its orders, not its customers."""

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
        self._file_count = 0
        self._own_orders: list[Sale] = []
        self._customers_without_answer = list(round_data.customers[number::3])
        self._actions: dict[Callable[[], None], int] = {
            self._send_new_order: 40,
            self._send_return: 8,
            self._change_order: 15,
            self._repeat_order: 6,
            self._reuse_external_id: 6,
            self._rename_customer: 14,
            self._answer_survey: 8,
            self._import_file: 3,
        }

    def act(self) -> None:
        """Do one randomly chosen action; orders that a restore has lost are changed no more."""
        sales = self._acknowledged.sales
        self._own_orders = [sale for sale in self._own_orders if sale.name in sales]
        self._action_count += 1
        (chosen,) = self._random.choices(list(self._actions), weights=list(self._actions.values()))
        chosen()

    def _send_new_order(self) -> None:
        self._send_order(self._random_sale(is_return=False))

    def _send_return(self) -> None:
        self._send_order(self._random_sale(is_return=True))

    def _send_order(self, sale: Sale, key: str = "") -> str:
        """Send an order, add it to the acknowledged writes, and return the body of the answer."""
        answer = self._api.post("/v1/orders", json=order_body(sale), key=key)
        self._acknowledged.add_sale(sale, answer.json()["id"])
        self._own_orders.append(sale)
        return answer.text

    def _repeat_order(self) -> None:
        """Send an order twice with one Idempotency-Key, as if the first answer had been lost."""
        sale, key = self._random_sale(is_return=False), f"key-{self._prefix}-{self._action_count}"
        first = self._send_order(sale, key)
        again = self._api.post("/v1/orders", json=order_body(sale), key=key).text
        if again != first:
            raise NotAcknowledged(f"the key {key} was answered {first}, then {again}")
        self._acknowledged.add_refusal()

    def _change_order(self) -> None:
        """Change one of this client's orders."""
        if not self._own_orders:
            return self._send_new_order()
        before = self._own_orders.pop(self._random.randrange(len(self._own_orders)))
        sale = self._random_sale(is_return=not before.is_purchase, name=before.name)
        body = order_body(sale)
        del body["external_id"]
        self._api.send("PUT", path_of("orders", sale.name), expected={200}, json=body)
        self._acknowledged.add_sale(sale)
        # after a repeated request the order is not changed again: an old attempt may still arrive
        if self._api.attempts == 1:
            self._own_orders.append(sale)
        return None

    def _reuse_external_id(self) -> None:
        """Send an order whose external id is taken; it has to be refused with external_id_taken."""
        if not self._own_orders:
            return self._send_new_order()
        other = self._random_sale(is_return=False, name=self._random.choice(self._own_orders).name)
        answer = self._api.post("/v1/orders", json=order_body(other), expected={409})
        if answer.json()["code"] != "external_id_taken":
            raise NotAcknowledged(f"expected external_id_taken, found {answer.text}")
        self._acknowledged.add_refusal()
        return None

    def _rename_customer(self) -> None:
        name, new_name = self._random.choice(RENAMED_BY_ALL), f"{self._prefix}-{self._action_count}"
        answer = self._api.send(
            "PUT", path_of("customers", name), expected={200, 201}, json=customer_body(new_name)
        )
        self._acknowledged.add_rename(name, answer.json()["version"], new_name)

    def _answer_survey(self) -> None:
        """Answer this round's survey, as a customer who has not answered it yet or anonymously."""
        customer = (
            self._customers_without_answer.pop()
            if self._customers_without_answer and self._random.random() < 0.7
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

    def _import_file(self) -> None:
        """Import 4 customers or 25 orders; send one order instead if this round had two files."""
        self._file_count += 1
        if self._file_count > _FILES_OF_A_ROUND:
            return self._send_new_order()
        if self._random.random() < 0.3:
            names = [f"file-{self._prefix}-{self._action_count}-{line}" for line in range(4)]
            files.import_customers(self._api, self._acknowledged, names)
            return None
        sales = [self._random_sale(is_return=False, suffix=f"-{line}") for line in range(25)]
        files.import_orders(self._api, self._acknowledged, sales)
        return None

    def _random_sale(self, *, is_return: bool, name: str = "", suffix: str = "") -> Sale:
        """Return a purchase or return of a random customer, by default with a new external id."""
        random = self._random
        lines = tuple(
            Line(
                f"P-{random.randrange(5)}",
                str((-1 if is_return else 1) * random.randint(1, 9)),
                f"{random.randint(1, 999)}.{random.randrange(100):02}",
            )
            for _ in range(random.randint(1, 2))
        )
        day = f"2025-{random.randint(1, 12):02}-{random.randint(1, 28):02}"
        number = name or f"o-{self._prefix}-{self._action_count}{suffix}"
        return Sale(number, random.choice(self._round_data.customers), day, lines)
