"""What the survey service's document shows works when it is pasted, up to the figures."""

import pytest

from services.survey.__main__ import SERVICE
from tests.services.harness import Running
from tests.services.survey.fieldwork.imports.working import work
from tests.services.visitor import Visitor

FORM = "/s/{token}"


@pytest.mark.parametrize("template", [None, {"template": "product-quality"}], ids=str)
def test_every_example_of_a_body_works_when_it_is_pasted(
    surveys: Running, template: dict[str, str] | None
) -> None:
    """After the questionnaire that is shown, and after the bare template: its items are asked."""
    document, client = SERVICE.create_app(surveys.settings).openapi(), surveys.client
    visitor = Visitor(document, client, surveys.database)
    answers = {}
    for operation, answer in visitor.walk(to_its_end=False):
        answers[operation.name] = answer
        if operation.name == "open_version" and template:
            made = client.post("/v1/questionnaires", json=template).json()["id"]
            client.post(f"/v1/questionnaires/{made}/publish")
            visitor.made["/v1/questionnaires"] = made
    ((_, described),) = document["paths"][FORM]["post"]["requestBody"]["content"].items()
    link = answers["design_survey"].json()["waves"][0]["link"]
    assert client.post(link, data=visitor.example(described["schema"])).status_code == 303
    work(surveys)
    done = client.get(answers["import_answers"].headers["Location"]).json()
    assert (done["state"], done["created"]) == ("succeeded", 2)
    progress = client.get(answers["design_survey"].headers["Location"] + "/progress").json()
    assert [wave["n"] for wave in progress["waves"]] == [4, 0]


def test_no_page_for_people_but_the_form_takes_a_body() -> None:
    """What stands under /v1 is sent by tests/services/test_conformance.py."""
    paths = SERVICE.create_app(SERVICE.settings()).openapi()["paths"]
    pages = {path: item for path, item in paths.items() if not path.startswith("/v1/")}
    assert [path for path, item in pages.items() if "requestBody" in str(item)] == [FORM]
