"""Surveys through all processes: answers from pages and files reach the index and the score."""

import random
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import httpx

from tests.services.survey.documents import text
from tests.system.company import Company, idempotency_header
from tests.system.imports import FINISHED
from tests.system.product import Running, eventually

LINES = 6000


def questionnaire_body() -> dict[str, Any]:
    """Return a questionnaire with two satisfaction items from 1 to 5; 0 means "not applicable"."""
    rows = [{"code": code, "text": text(code, code)} for code in ("quality", "service")]
    return {
        "title": text("满意度", "Satisfaction"),
        "questions": [
            {
                "type": "matrix",
                "code": "satisfied",
                "text": text("您满意吗？", "Are you satisfied?"),
                "required": True,
                "role": "satisfaction",
                "scale": {"least": 1, "most": 5},
                "missing": [{"value": 0, "text": text("不适用", "Not applicable")}],
                "rows": rows,
            }
        ],
    }


def open_survey(company: Company) -> dict[str, Any]:
    """Publish a questionnaire and a survey with it; return the survey's response body."""
    questionnaire = posted(company, "/v1/questionnaires", questionnaire_body())
    posted(company, f"/v1/questionnaires/{questionnaire['id']}/publish")
    survey = posted(company, "/v1/surveys", {"questionnaire_id": questionnaire["id"]})
    return posted(company, f"/v1/surveys/{survey['id']}/publish")


def posted(company: Company, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the response body of a POST, which must succeed."""
    answer = company.send("POST", path, json=body, headers=idempotency_header())
    assert answer.is_success, answer.text
    found: dict[str, Any] = answer.json()
    return found


def index(company: Company, survey: dict[str, Any]) -> tuple[int, float | None]:
    """Return n and the index of a survey; n is 0 if scoring does not know the survey yet."""
    answer = company.send("GET", "/v1/portfolio/satisfaction", params={"survey": survey["id"]})
    if answer.status_code != 200:
        return 0, None
    found = answer.json()
    return found["n"], found["index"]


def test_an_answer_from_the_respondents_page_is_included_once_in_the_index(
    product: Running,
) -> None:
    company = Company(product)
    survey = open_survey(company)
    path = survey["waves"][0]["link"]
    with httpx.Client(base_url=product.url, follow_redirects=True) as browser:
        page = browser.get(path, headers={"Accept-Language": "zh-CN"})
        assert (page.status_code, "您满意吗？" in page.text) == (200, True)
        form = re.search(r'name="_form" value="([^"]+)"', page.text)
        assert form is not None
        filled = {"_form": form[1], "quality": "5", "service": "0"}
        for _ in range(2):
            thanks = browser.post(path, data=filled)
            assert (thanks.status_code, "谢谢您的回答" in thanks.text) == (200, True)
    eventually(lambda: index(company, survey) == (1, 100))


def test_an_answer_is_linked_to_a_customer_who_is_registered_later(product: Running) -> None:
    company = Company(product)
    survey = open_survey(company)
    body = {"customer": company.external_id("李梅"), "answers": {"quality": 5, "service": 3}}
    response = posted(company, f"/v1/surveys/{survey['id']}/responses", body)
    assert response["customer_id"] is None
    customer = company.register("李梅")
    path = f"/v1/surveys/{survey['id']}/responses/{response['id']}"
    eventually(lambda: company.get(path)["customer_id"] == customer)

    def score_has_the_answer() -> bool:
        found = company.send("GET", f"/v1/scores/{customer}")
        satisfaction = found.json()["satisfaction"] if found.status_code == 200 else None
        return satisfaction is not None and (float(satisfaction["index"]), satisfaction["n"]) == (
            75,
            2,
        )

    eventually(score_has_the_answer)
    assert index(company, survey) == (1, 75)


def test_kill_9_during_an_import_of_answers_loses_and_repeats_no_line(product: Running) -> None:
    """P1, P3: api and worker die during an import; each line has exactly one effect."""
    company = Company(product)
    survey = open_survey(company)
    lines = list(answers())
    answer = company.send(
        "POST",
        f"/v1/surveys/{survey['id']}/imports",
        files={"file": ("answers.csv", "\n".join(["id,quality,service", *lines]).encode())},
        data={"mapping": '{"id": "respondent_external_id"}', "options": options(company)},
        headers=idempotency_header(),
    )
    assert answer.status_code == 202, answer.text
    location = answer.headers["Location"]
    eventually(lambda: company.get(location)["processed"])
    for role in ("survey-worker", "survey-api"):
        killed = product.kill(role)
        eventually(partial(product.restarted, role, killed))
    eventually(lambda: company.get(location)["state"] in FINISHED, seconds=120)
    found = company.get(location)
    assert (found["state"], found["created"], found["rejected"]) == ("succeeded", LINES, 0)
    expected = sum(sum(map(int, line.split(",")[1:])) - 2 for line in lines) / LINES / 8 * 100
    eventually(lambda: index(company, survey)[0] == LINES, seconds=120)
    assert abs((index(company, survey)[1] or 0) - expected) < 1e-6
    assert company.get(f"/v1/surveys/{survey['id']}/progress")["n"] == LINES


def answers() -> Iterator[str]:
    generator = random.Random(11)
    for number in range(LINES):
        yield f"R-{number},{generator.randint(1, 5)},{generator.randint(1, 5)}"


def options(company: Company) -> str:
    return f'{{"system": "{company.system}"}}'
