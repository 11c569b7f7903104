"""Tests that each example body in the survey service's OpenAPI document can be sent as it is."""

import pytest

from services.survey.__main__ import SERVICE
from tests.services.harness import Running
from tests.services.survey.fieldwork.imports.worker import run_imports
from tests.services.visitor import Visitor

FORM_PATH = "/s/{token}"


@pytest.mark.parametrize("template", [None, {"template": "product-quality"}], ids=str)
def test_every_example_body_of_surveys_works_when_it_is_sent(
    surveys: Running, template: dict[str, str] | None
) -> None:
    """The example survey asks the example questionnaire.

    With a `template` it asks a questionnaire of this template instead, which the example
    questionnaire extends; the example responses must be valid for both.
    """
    document, client = SERVICE.create_app(surveys.settings).openapi(), surveys.client
    visitor = Visitor(document, client)
    responses = {}
    for operation, response in visitor.send_all(also_final=False):
        responses[operation.name] = response
        if operation.name == "open_version" and template:
            questionnaire_id = client.post("/v1/questionnaires", json=template).json()["id"]
            client.post(f"/v1/questionnaires/{questionnaire_id}/publish")
            visitor.created["/v1/questionnaires"] = questionnaire_id
    ((_, content),) = document["paths"][FORM_PATH]["post"]["requestBody"]["content"].items()
    link = responses["design_survey"].json()["waves"][0]["link"]
    assert client.post(link, data=visitor.example(content["schema"])).status_code == 303
    run_imports(surveys)
    finished = client.get(responses["import_answers"].headers["Location"]).json()
    assert (finished["state"], finished["created"]) == ("succeeded", 2)
    progress = client.get(responses["design_survey"].headers["Location"] + "/progress").json()
    assert [wave["n"] for wave in progress["waves"]] == [4, 0]


def test_the_respondents_form_is_the_only_thing_outside_v1_that_takes_a_request_body() -> None:
    """Therefore no example is left untested: tests/services/test_conformance.py sends those of /v1.

    The test above sends the example of the form; both paths of the form have the same.
    """
    paths = SERVICE.create_app(SERVICE.settings()).openapi()["paths"]
    pages = {path: item for path, item in paths.items() if not path.startswith("/v1/")}
    takes_a_body = [path for path, item in pages.items() if "requestBody" in str(item)]
    assert takes_a_body == [FORM_PATH, f"{FORM_PATH}/{{form_id}}"]
