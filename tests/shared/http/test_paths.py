"""Tests of the templates and methods of paths."""

import pytest

from shared.http.paths import Paths

METHODS = {
    "/v1/forms/{form_id}": ["GET", "PATCH"],
    "/v1/forms/{form_id}/publish": ["POST"],
    "/v1/forms": ["POST", "GET"],
    "/v1/forms/templates": ["GET"],
    "/v1/forms/templates/{name}": ["GET"],
    "/v1.x": ["PUT"],
}


@pytest.mark.parametrize(
    ("path", "template", "methods"),
    [
        ("/v1/forms", "/v1/forms", "GET HEAD OPTIONS POST"),
        ("/v1/forms/7", "/v1/forms/{form_id}", "GET HEAD OPTIONS PATCH"),
        ("/v1/forms/templates", "/v1/forms/templates", "GET HEAD OPTIONS"),
        ("/v1/forms/7/publish", "/v1/forms/{form_id}/publish", "OPTIONS POST"),
        ("/v1/forms/templates/publish", "/v1/forms/templates/{name}", "GET HEAD OPTIONS"),
        ("/v1.x", "/v1.x", "OPTIONS PUT"),
        ("/v1/x/7", None, ""),
        ("/v1/x", None, ""),
        ("/v1/forms/", None, ""),
        ("/v1/forms/7/publish/now", None, ""),
    ],
)
def test_a_path_belongs_to_the_template_with_fixed_text_and_accepts_its_methods(
    path: str, template: str | None, methods: str
) -> None:
    paths = Paths(METHODS)
    assert paths.template(path) == template
    assert paths.methods(path) == methods.split()


def test_templates_that_match_paths_of_other_templates_are_ambiguous() -> None:
    assert Paths(METHODS).ambiguous == {"/v1/forms/{form_id}", "/v1/forms/{form_id}/publish"}
