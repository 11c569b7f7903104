"""The checks at the end of a campaign: every single write, read again."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from tests.faults.bodies import SYSTEM
from tests.faults.book import ZERO, Answer, Sale
from tests.faults.checks import Check, Result, ids_of_customers
from tests.faults.door import Door
from tests.faults.stage import Stage


def orders(stage: Stage, door: Door) -> Result:
    """Each acknowledged order is readable with its content, once, and told as it is."""
    names = {found: name for name, found in ids_of_customers(door).items()}
    read = [one for one in door.every("/v1/orders") if one["external_id"]["system"] == SYSTEM]
    wrong = list(_of_orders(stage, {one["external_id"]["id"]: one for one in read}, names))
    if len(read) != len(stage.book.sales):
        wrong.append(f"{len(read)} orders are on record, {len(stage.book.sales)} acknowledged")
    phantoms = stage.topics.orders.keys() - {one["id"] for one in read}
    wrong += [f"order {one} was told and is not on record" for one in sorted(phantoms)]
    return Result(len(stage.book.sales), tuple(wrong))


def _of_orders(stage: Stage, read: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[str]:
    for name, sale in stage.book.sales.items():
        found = read.get(name)
        if found is None:
            yield f"order {name} is lost"
            continue
        told = stage.topics.orders.get(found["id"])
        if not _says(found, sale, names):
            yield f"order {name} ({found['id']}) is not as acknowledged"
        if told is None or not _says(told, sale, names) or told["version"] != found["version"]:
            yield f"order {name} ({found['id']}) is not told as acknowledged"
        if stage.book.ids.get(name, found["id"]) != found["id"]:
            yield f"order {name} was acknowledged as {stage.book.ids[name]}, is {found['id']}"


def _says(found: Mapping[str, Any], sale: Sale, names: Mapping[str, str]) -> bool:
    lines = [(one["product_code"], Decimal(one["quantity"]), Decimal(one["unit_price"]))
             for one in found["lines"]]  # fmt: skip
    wanted = [(one.product, Decimal(one.quantity), Decimal(one.price)) for one in sale.lines]
    whose = names.get(str(found["customer_id"]))
    return lines == wanted and (whose, found["occurred_on"]) == (sale.customer, sale.day)


def customers(stage: Stage, door: Door) -> Result:
    """Find each customer whom all rename under the name of the newest version."""
    ids, wrong = ids_of_customers(door), []
    for name, said in stage.book.named.items():
        found = door.get(f"/v1/customers/{ids[name]}")
        newest = max(said)
        if found["version"] < newest or said.get(found["version"], found["name"]) != found["name"]:
            wrong.append(f"customer {name}: {found['name']}, acknowledged {newest}: {said[newest]}")
        if stage.topics.names.get(ids[name]) != (found["version"], found["name"]):
            wrong.append(f"customer {name}: the last state told is not what is on record")
    return Result(sum(map(len, stage.book.named.values())), tuple(wrong))


def imports(stage: Stage, door: Door) -> Result:
    """Each file that was taken has ended well, with every line counted once."""
    wrong = []
    for one in stage.book.imports:
        found = door.get(one.place)
        counts = [found[name] for name in ("processed", "created", "updated", "unchanged")]
        taken = sum(counts[1:])
        if found["state"] != "succeeded" or {counts[0], taken} != {one.lines}:
            wrong.append(f"{one.place}: {found['state']}, {counts} of {one.lines} lines")
    return Result(len(stage.book.imports), tuple(wrong))


def answers(stage: Stage, door: Door) -> Result:
    """Each acknowledged answer is on record, no other is, and each survey has their mean."""
    wrong = []
    by_survey: dict[str, dict[str, Answer]] = {}
    for answer in stage.book.answers:
        by_survey.setdefault(answer.survey, {})[answer.id] = answer
    for survey, expected in by_survey.items():
        read = {one["id"]: one["answers"] for one in door.every(f"/v1/surveys/{survey}/responses")}
        if read != {name: answer.given for name, answer in expected.items()}:
            wrong.append(f"survey {survey}: other answers are on record than were acknowledged")
        index = door.get("/v1/portfolio/satisfaction", survey=survey)
        mean = sum((one.index for one in expected.values()), ZERO) / len(expected)
        if index["n"] != len(expected) or abs(Decimal(str(index["index"])) - mean) > _HAIR:
            wrong.append(f"survey {survey}: {index['index']} of {index['n']}, not {mean}")
    return Result(len(stage.book.answers), tuple(wrong))


_HAIR = Decimal("1e-9")


def explanations(stage: Stage, door: Door) -> Result:
    """Find each order once in the explanation of its customer, with its amount."""
    ids, wrong = ids_of_customers(door), []
    expected: dict[str, list[tuple[str, Decimal]]] = {name: [] for name in stage.book.customers}
    for sale in stage.book.sales.values():
        expected[sale.customer].append((sale.day, sale.amount))
    for name, wanted in expected.items():
        facts = _facts(door, ids[name])
        if sorted((one["occurred_on"], Decimal(one["amount"])) for one in facts) != sorted(wanted):
            wrong.append(f"{name} ({ids[name]}): the explanation has other facts")
    return Result(len(stage.book.sales), tuple(wrong))


def _facts(door: Door, customer_id: str) -> list[Any]:
    facts: list[Any] = []
    page: Mapping[str, Any] = {"next": ""}
    while page["next"] is not None:
        more = {"cursor": page["next"]} if page["next"] else {}
        page = door.get(f"/v1/scores/{customer_id}/explanation", limit="200", **more)
        facts += [fact for term in page["terms"] for fact in term["facts"]]
    return facts


def recomputed(stage: Stage, _door: Door) -> Result:
    """P9: a recomputation from the facts gives what is kept."""
    done = stage.command("scoring", "services.scoring", "recompute")
    wrong = () if done.returncode == 0 else (done.stdout[-500:] + done.stderr[-500:],)
    return Result(stage.below.number("scoring", "SELECT count(*) FROM scores"), wrong)


AT_THE_END: Mapping[str, Check] = {
    "orders readable and told": orders,
    "customers as acknowledged": customers,
    "imports complete": imports,
    "answers and indices": answers,
    "explanations as counted": explanations,
    "recompute equals kept (P9)": recomputed,
}
