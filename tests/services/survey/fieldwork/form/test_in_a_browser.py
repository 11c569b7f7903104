"""Tests of what respondents see and do on their page in a browser, headless Chromium."""

from typing import Any, get_args
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from services.survey.design.questionnaire.domain import Language, Text, parse_questionnaire
from services.survey.fieldwork.form.domain import FilledForm
from services.survey.fieldwork.form.pages import Appearance, FormFaults, PageRenderer
from tests.browser import Chromium
from tests.services.harness import Running
from tests.services.survey.documents import every_type, text

WIDTHS = (320, 375, 1280)
LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
SMALL_TARGETS = """() => [...document.querySelectorAll(
  "label:has(input), button:not(.unseen), a, input[type=text], textarea"
)].filter((target) => {
  const {width, height} = target.getBoundingClientRect();
  return width < 43.9 || height < 43.9;
}).map((target) => target.outerHTML)"""
FOCUSED = "document.activeElement"


def demanding_document() -> dict[str, Any]:
    """Return a document with every type, long words, and a matrix of five labels and a code."""
    labels = [
        {"value": value, "text": text(zh, en)}
        for value, zh, en in [
            (5, "非常满意", "Very satisfied"),
            (4, "满意", "Satisfied"),
            (3, "一般", "Neither satisfied nor dissatisfied"),
            (2, "不满意", "Dissatisfied"),
            (1, "非常不满意", "Very dissatisfied"),
        ]
    ]
    missing = [{"value": 0, "text": text("不适用", "Not applicable")}]
    scale = {"least": 1, "most": 5, "falling": True, "labels": labels}
    rows = [{"code": f"row{index}", "text": text("很长" * 40, LONG_WORD)} for index in range(6)]
    shared = {"text": text("请评价", "Please rate us"), "missing": missing}
    options = [{"code": "a", "text": text("长" * 200, LONG_WORD * 3)}] + [
        {"code": f"o{index}", "text": {"en": "مرحبا بالعالم"}} for index in range(6)
    ]
    added = [
        shared | {"type": "matrix", "code": "labelled", "scale": scale, "rows": rows},
        shared | {"type": "rating", "code": "service", "scale": scale},
        shared | {"type": "rating", "code": "ten", "scale": {"least": 1, "most": 10}},
        shared
        | {"type": "matrix", "code": "wide", "scale": {"least": 1, "most": 11}}
        | {"rows": [{"code": "wide_row", "text": text("行", "Row")}]},
        {"type": "single", "code": "long", "text": text("选", LONG_WORD), "options": options},
    ]
    return every_type() | {"questions": [*every_type()["questions"], *added]}


def rendered(language: Language) -> list[str]:
    """Return the page of questions, the same page with faults, and a notice."""
    company = Appearance(Text(zh="顶点电器", en="Acme"), logo=PIXEL)
    renderer = PageRenderer(appearance=company)
    questionnaire = parse_questionnaire(demanding_document())
    form_id = UUID(int=1)
    filled = FilledForm(form_id, {"appearance": ("5",), "wish": ("x" * 60,), "ten": ("",)})
    faults = FormFaults({item.code: "!" for item in questionnaire.items})
    return [
        renderer.form(questionnaire, language=language, form_id=form_id),
        renderer.form(
            questionnaire, language=language, form_id=form_id, filled=filled, faults=faults
        ),
        renderer.notice("thanks", language=language),
    ]


def page_url(surveys: Running, survey: dict[str, Any]) -> str:
    """Return the address of a survey's page in English."""
    return f"{surveys.url}{survey['waves'][0]['link']}?lang=en"


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", get_args(Language))
def test_no_page_is_wider_than_the_screen_and_every_target_has_44_pixels(
    chromium: Chromium, language: Language, width: int
) -> None:
    def steps(page: Page) -> None:
        for content in rendered(language):
            page.set_content(content)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.evaluate(SMALL_TARGETS) == []

    chromium(steps, viewport={"width": width, "height": 800})


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("language", get_args(Language))
def test_axe_finds_nothing_on_any_page(
    chromium: Chromium, language: Language, scheme: str, width: int
) -> None:
    def steps(page: Page) -> None:
        for content in rendered(language):
            page.set_content(content)
            result = Axe().run(page)
            assert result.violations_count == 0, result.generate_report()

    chromium(steps, viewport={"width": width, "height": 800}, color_scheme=scheme)


def test_the_points_of_a_scale_and_not_applicable_use_their_row(chromium: Chromium) -> None:
    def steps(page: Page) -> None:
        page.set_content(rendered("en")[0])
        line = page.locator(".line:has(input[name=ten])")
        boxes = [label.bounding_box() for label in line.locator("label").all()]
        outer = line.bounding_box()
        assert outer is not None
        tops = {round(box["y"]) for box in boxes if box}
        used = sum(box["width"] for box in boxes if box)
        assert len(tops) == 1
        assert used > 0.9 * outer["width"]

    chromium(steps, viewport={"width": 1280, "height": 800})


def test_a_row_of_a_matrix_is_one_line_of_points_on_a_phone(chromium: Chromium) -> None:
    def steps(page: Page) -> None:
        page.set_content(rendered("en")[0])
        labels = page.locator(".points:has(input[name=row0]) label").all()
        tops = {round(box["y"]) for label in labels if (box := label.bounding_box())}
        assert (len(labels), len(tops)) == (5, 1)

    chromium(steps, viewport={"width": 320, "height": 800})


def as_the_gateway(surveys: Running) -> dict[str, Any]:
    """Return the options of a browser whose requests look as if the gateway had forwarded them."""
    return {"extra_http_headers": surveys.token_signer.authorization("survey")}


def press_keys(page: Page) -> None:
    """Answer every question that Tab reaches, and submit with Enter."""
    for _ in range(60):
        page.keyboard.press("Tab")
        kind, name = page.evaluate(f"[{FOCUSED}.type, {FOCUSED}.name]")
        if kind in {"radio", "checkbox"}:
            page.keyboard.press("Space")
        elif kind == "text":
            page.keyboard.type("3")
        elif kind == "textarea":
            page.keyboard.type("Cheaper")
        elif kind == "submit" and not name:
            page.keyboard.press("Enter")
            page.wait_for_url("**/thanks?*")
            return
        if name == "bought_at":
            page.keyboard.press("Tab")
            page.keyboard.press("Tab")
    raise AssertionError("Tab did not reach the button.")


def test_the_whole_form_is_answered_and_submitted_with_the_keyboard_alone(
    chromium: Chromium, surveys: Running, survey: dict[str, Any]
) -> None:
    def steps(page: Page) -> str:
        page.goto(page_url(surveys, survey))
        press_keys(page)
        return page.title()

    assert chromium(steps, **as_the_gateway(surveys)) == "Thank you for your answers!"
    (stored,) = surveys.client.get(f"/v1/surveys/{survey['id']}/responses").json()["items"]
    assert stored["answers"] == {
        "appearance": 5,
        "safety": 5,
        "overall": 1,
        "recommend": 0,
        "bought": "recent",
        "bought_at": ["shop"],
        "people": 3,
        "wish": "Cheaper",
    }


def test_the_summary_of_faults_has_the_focus_and_its_links_lead_to_the_fields(
    chromium: Chromium, surveys: Running, survey: dict[str, Any]
) -> None:
    def steps(page: Page) -> None:
        page.goto(page_url(surveys, survey))
        page.locator("input[name=people]").fill("many")
        page.locator("form > button").click()
        assert page.title() == "Error: Customer satisfaction"
        assert page.evaluate(f"{FOCUSED}.className") == "summary faulty"
        for name, first in (("safety", "5"), ("people", "many")):
            page.locator(f".summary a[href='#{name}:field']").click()
            focused = page.evaluate(f"[{FOCUSED}.name, {FOCUSED}.value]")
            assert focused == [name, first]

    chromium(steps, **as_the_gateway(surveys))


def test_without_javascript_faults_languages_and_cleared_choices_work(
    chromium: Chromium, surveys: Running, survey: dict[str, Any]
) -> None:
    def steps(page: Page) -> str:
        page.goto(page_url(surveys, survey))
        page.locator("input[name=appearance][value='4']").check()
        page.locator("input[name=overall][value='7']").check()
        page.locator("textarea").fill("x" * 51)
        page.locator("form > button").click()
        assert "51 characters, and at most 50" in page.locator(".fault:visible").last.inner_text()
        page.locator("header button").click()
        assert page.locator("html").get_attribute("lang") == "zh-CN"
        assert page.locator("textarea").input_value() == "x" * 51
        assert page.locator("input[name=overall][value='7']").is_checked()
        page.locator("input[name=overall][value='']").check()
        page.locator("input[name=safety][value='0']").check()
        page.locator("textarea").fill("便宜")
        page.locator("form > button").click()
        return page.title()

    options = as_the_gateway(surveys)
    assert chromium(steps, java_script_enabled=False, **options) == "谢谢您的回答！"
    (stored,) = surveys.client.get(f"/v1/surveys/{survey['id']}/responses").json()["items"]
    assert stored["answers"] == {"appearance": 4, "safety": 0, "wish": "便宜"}
