"""Send the steps of the ledger (tests/ledger), such as placing an order, through the public API."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from tests.ledger import compare
from tests.ledger.compare import QUESTIONNAIRE, Json
from tests.system.company import Company, idempotency_header
from tests.system.product import Running, eventually


class Ledger:
    """The twelve customers of the ledger in a product that was empty before."""

    def __init__(self, product: Running) -> None:
        self.company = Company(product)
        self.customers: dict[str, str] = {}
        self.survey = self._publish_survey()

    def send(self, steps: Sequence[Json]) -> None:
        """Send the steps in their order."""
        for step in steps:
            getattr(self, f"_send_{step['do']}")(step["body"])

    def score(self, name: str, day: str) -> Json:
        return self._get(f"/v1/scores/{self.customers[name]}", as_of=day)

    def explanation(self, name: str, day: str) -> Json:
        path = f"/v1/scores/{self.customers[name]}/explanation"
        return self._get(path, as_of=day, limit="200")

    def portfolio(self, noun: str, **parameters: str) -> Json:
        return self._get(f"/v1/portfolio/{noun}", **parameters)

    def index(self, day: str) -> Json:
        return self.portfolio("satisfaction", survey=self.survey, as_of=day)

    def wait_for(self, part: Json, day: str) -> None:
        """Wait until the product returns the figures of `part`; fail with the first difference."""
        with suppress(AssertionError):
            eventually(lambda: self._agrees(part, day))
        self.check(part, day)

    def check(self, part: Json, day: str) -> None:
        """Compare the scores of a day, and the index if `part` has one, with the expected ones."""
        for name, expected in part["scores"].items():
            compare.score(self.score(name, day), expected)
        if "index" in part:
            compare.index(self.index(day), part["index"])

    def _agrees(self, part: Json, day: str) -> bool:
        """Return whether the product's figures of a day equal the expected ones."""
        try:
            self.check(part, day)
        except AssertionError:
            return False
        return True

    def _get(self, path: str, **parameters: str) -> Json:
        found: Json = self.company.get(path, **parameters)
        return found

    def _send_customer(self, body: Json) -> None:
        created = self._post("/v1/customers", body)
        self.customers |= {_name(one): created["id"] for one in body["external_ids"]}

    def _send_order(self, body: Json) -> None:
        """Upsert an order by its external id."""
        external_id = body["external_id"]
        path = f"/v1/orders/by-external-id/{external_id['system']}/{external_id['id']}"
        fields = {name: value for name, value in body.items() if name != "external_id"}
        answer = self.company.send("PUT", path, json=fields)
        assert answer.status_code in {200, 201}, answer.text

    def _send_answer(self, body: Json) -> None:
        self._post(f"/v1/surveys/{self.survey}/responses", body)

    def _publish_survey(self) -> str:
        """Publish the questionnaire and a survey with all waves; return the survey's id."""
        document = {
            "title": QUESTIONNAIRE["title"],
            "questions": [_question(item) for item in QUESTIONNAIRE["items"]],
        }
        questionnaire = self._post("/v1/questionnaires", document)["id"]
        self._post(f"/v1/questionnaires/{questionnaire}/publish")
        first, *others = QUESTIONNAIRE["waves"]
        body = {"questionnaire_id": questionnaire, "wave": first}
        survey = str(self._post("/v1/surveys", body)["id"])
        self._post(f"/v1/surveys/{survey}/publish")
        for wave in others:
            self._post(f"/v1/surveys/{survey}/waves", {"code": wave})
        return survey

    def _post(self, path: str, body: Json | None = None) -> Json:
        """Return the response body of a POST, which must succeed."""
        answer = self.company.send("POST", path, json=body, headers=idempotency_header())
        assert answer.is_success, answer.text
        created: Json = answer.json()
        return created


def _question(item: Json) -> Json:
    """Return the question of a questionnaire that asks for an item of the ledger."""
    question: Json = {"code": item["code"], "text": item["text"], "role": item["role"]}
    question["missing"] = [
        {"value": value, "text": {"zh": "不知道", "en": "Do not know"}} for value in item["missing"]
    ]
    if item["type"] == "number":
        return question | {"type": "number", "least": item["least"], "most": item["most"]}
    return question | {
        "type": "rating",
        "scale": {"least": item["least"], "most": item["most"]},
    }


def _name(pair: dict[str, Any]) -> str:
    return f"{pair['system']}:{pair['id']}"
