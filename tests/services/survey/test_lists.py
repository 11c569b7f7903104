"""Every list of surveys comes in the order that it names, and turned round."""

from typing import Any

import httpx

from services.survey.__main__ import SERVICE
from tests.services.harness import Running
from tests.services.lists import check_lists
from tests.services.survey.documents import every_type


def filled(client: httpx.Client, survey: dict[str, Any]) -> str:
    """Make two more of everything, and a second version; give the questionnaire's id."""
    questionnaire_id = str(survey["waves"][0]["questionnaire_id"])
    client.post(f"/v1/questionnaires/{questionnaire_id}/versions")
    for n in (1, 2):
        client.post("/v1/questionnaires", json=every_type())
        client.post("/v1/surveys", json={"questionnaire_id": questionnaire_id})
        answers = {"answers": {"appearance": n, "safety": n}}
        client.post(f"/v1/surveys/{survey['id']}/responses", json=answers)
        file = {"file": (f"{n}.csv", f"appearance,safety\n{n},{n}\n")}
        client.post(f"/v1/surveys/{survey['id']}/imports", files=file)
    return questionnaire_id


def test_every_list_is_sorted_as_it_says(surveys: Running, survey: dict[str, Any]) -> None:
    document = SERVICE.create_app(surveys.settings).openapi()
    ids = {"survey_id": survey["id"], "questionnaire_id": filled(surveys.client, survey)}
    assert check_lists(surveys.client, document, **ids) == set()
