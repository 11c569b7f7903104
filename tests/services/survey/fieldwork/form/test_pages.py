import base64
import hashlib
import html
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any, get_args
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from services.survey.design.questionnaire.domain import (
    Language,
    Questionnaire,
    Text,
    parse_questionnaire,
)
from services.survey.design.questionnaire.templates import load_template, template_names
from services.survey.fieldwork.form.domain import FilledForm
from services.survey.fieldwork.form.pages import (
    Appearance,
    FormFaults,
    Notice,
    NoticeLink,
    PageRenderer,
)
from shared.colours import READABLE, contrast
from tests.services.survey.documents import every_type, text

FORM_ID = UUID(int=1)
RENDERER = PageRenderer()


class Elements(HTMLParser):
    """Parses an HTML page into the list of its elements, each with its tag and attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Append an element; the parser calls this method for each start tag."""
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def with_tag(self, tag: str, **attributes: str) -> list[dict[str, str]]:
        """Return all attributes of each element that has this tag and these attributes."""
        return [
            element_attributes
            for element_tag, element_attributes in self.elements
            if element_tag == tag and attributes.items() <= element_attributes.items()
        ]

    def values(self, attribute: str) -> list[str]:
        """Return the value of an attribute in every element that has the attribute."""
        return [attributes[attribute] for _, attributes in self.elements if attribute in attributes]


def questionnaire() -> Questionnaire:
    """Return a questionnaire with one question of each type."""
    return parse_questionnaire(every_type())


def render(
    language: Language = "en",
    filled: dict[str, tuple[str, ...]] | None = None,
    faults: dict[str, str] | None = None,
) -> str:
    """Return the HTML page of the questionnaire with one question of each type.

    `filled` has the values and `faults` the error messages to show, by item code.
    """
    return RENDERER.form(
        questionnaire(),
        language=language,
        form_id=FORM_ID,
        action="/s/token",
        filled=FilledForm(FORM_ID, filled or {}),
        faults=FormFaults(faults or {}),
    )


@pytest.mark.parametrize("name", template_names())
@pytest.mark.parametrize("language", get_args(Language))
def test_the_page_has_a_field_for_every_item_of_a_template(name: str, language: Language) -> None:
    document = load_template(name)
    assert document is not None
    template = parse_questionnaire(document)
    elements = Elements(RENDERER.form(template, language=language, form_id=FORM_ID))
    assert {item.code for item in template.items} <= set(elements.values("name"))


def test_a_single_choice_has_radio_buttons_and_a_multiple_choice_has_checkboxes() -> None:
    elements = Elements(render())
    scale, not_applicable = ["5", "4", "3", "2", "1"], "0"
    radio_buttons = elements.with_tag("input", type="radio", name="appearance")
    assert [e["value"] for e in radio_buttons] == [*scale, not_applicable]
    leave_blank = ""
    assert [e["value"] for e in elements.with_tag("input", type="radio", name="bought")] == [
        "recent",
        "earlier",
        "unknown",
        leave_blank,
    ]
    assert [e["value"] for e in elements.with_tag("input", type="checkbox", name="bought_at")] == [
        "shop",
        "online",
        "dealer",
    ]


def test_the_page_states_its_language_and_has_a_button_that_switches_to_the_other_one() -> None:
    english, chinese = Elements(render("en")), Elements(render("zh"))
    assert english.with_tag("html", lang="en")
    assert english.with_tag("button", name="_language", value="zh-CN")
    assert chinese.with_tag("html", lang="zh-CN")
    assert chinese.with_tag("button", name="_language", value="en")
    assert "外观" in render("zh")
    assert "外观" not in render("en")


def test_the_first_button_of_the_form_is_not_the_switch_because_the_enter_key_presses_it() -> None:
    elements = Elements(render())
    (form,) = elements.with_tag("form")
    first, *others = elements.with_tag("button", type="submit")
    assert (first.get("form"), "name" in first) == (form["id"], False)
    assert [each.get("name") for each in others] == ["_language", None]


def test_the_form_is_sent_with_its_id_and_in_the_language_of_the_page() -> None:
    elements = Elements(render("en"))
    assert elements.with_tag("input", type="hidden", name="_form", value=str(FORM_ID))
    assert elements.with_tag("form", method="post", action="/s/token?lang=en")


def test_the_page_shows_the_values_that_were_filled_in_before() -> None:
    filled = {"appearance": ("4",), "bought_at": ("shop", "dealer"), "people": ("x2",)}
    page = render(filled=filled | {"wish": ("\nmore </textarea>",)})
    elements = Elements(page)
    checked = [(e["name"], e["value"]) for e in elements.with_tag("input") if "checked" in e]
    assert checked == [("appearance", "4"), ("bought_at", "shop"), ("bought_at", "dealer")]
    assert elements.with_tag("input", name="people", value="x2")
    assert "\n\nmore &lt;/textarea&gt;</textarea>" in page


def test_an_error_message_is_shown_at_its_question_and_a_summary_links_to_the_question() -> None:
    page = render(faults={"safety": "Please answer this question.", "people": "Give a number."})
    elements = Elements(page)
    assert elements.with_tag("fieldset", **{"aria-describedby": "safety:fault"})
    described_by = "people:fault people:limits people:missing"
    assert elements.with_tag("input", name="people")[0]["aria-describedby"] == described_by
    assert elements.with_tag(
        "section", **{"class": "summary faulty", "tabindex": "-1", "autofocus": ""}
    )
    assert [e["href"] for e in elements.with_tag("a") if e["href"].startswith("#")] == [
        "#safety:field",
        "#people:field",
    ]
    assert "1. How satisfied are you with the product? – Safety</a>" in page
    assert "6. People at home</a>" in page
    assert "<title>Error: Customer satisfaction</title>" in page
    assert page.count("Please answer this question.") == 1


@pytest.mark.parametrize("language", get_args(Language))
def test_labels_and_descriptions_refer_to_ids_that_exist_exactly_once(language: Language) -> None:
    faults = {item.code: "!" for item in questionnaire().items}
    elements = Elements(render(language, faults=faults))
    ids = elements.values("id")
    targets = [href[1:] for href in elements.values("href") if href.startswith("#")]
    descriptions = " ".join(elements.values("aria-describedby")).split()
    references = [*elements.values("for"), *targets, *descriptions]
    assert len(ids) == len(set(ids))
    assert set(references) <= set(ids)
    assert references


def test_html_in_the_texts_of_a_questionnaire_is_escaped() -> None:
    document = every_type()
    document["questions"][1]["text"] = text("<script>1</script>", '"><b>&')
    page = RENDERER.form(
        parse_questionnaire(document | {"title": text("<i>", "<i>")}),
        language="zh",
        form_id=FORM_ID,
    )
    assert "&lt;script&gt;1&lt;/script&gt;" in page
    assert not Elements(page).with_tag("script")
    assert not Elements(page).with_tag("i")


def test_the_page_has_no_script_and_only_the_style_whose_hash_the_header_allows() -> None:
    page = render()
    style = re.search("<style>(.*)</style>", page, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = RENDERER.headers["Content-Security-Policy"]
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert not re.search(r"<script|\son\w+=|\sstyle=|\ssrc=|javascript:", page)


@pytest.mark.parametrize("notice", get_args(Notice))
def test_every_notice_exists_in_both_languages(notice: Notice) -> None:
    chinese, english = (RENDERER.notice(notice, language=each) for each in get_args(Language))
    assert '<html lang="zh-CN">' in chinese
    assert '<html lang="en">' in english


def test_the_notice_of_a_submitted_form_has_the_time_in_the_company_s_zone_and_a_link() -> None:
    page = PageRenderer(ZoneInfo("Asia/Shanghai")).notice(
        "submitted",
        language="en",
        submitted_at=datetime(2026, 1, 31, 16, 5, tzinfo=UTC),
        link=NoticeLink("/s/token", "another_person"),
    )
    assert "2026-02-01 00:05 (UTC+08:00)" in html.unescape(page)
    assert Elements(page).with_tag("a", href="/s/token?lang=en")


def large_document() -> dict[str, Any]:
    """Return the document of 84 questions, 12 of each type."""
    questions = []
    for index in range(12):
        for question in every_type()["questions"]:
            rows = [{**row, "code": f"{row['code']}{index}"} for row in question.get("rows", ())]
            questions.append(question | {"code": f"q{index}_{question['code']}", "rows": rows})
    return every_type() | {"questions": questions}


def test_a_text_without_a_translation_states_its_language_everywhere() -> None:
    document = every_type()
    only_chinese = json.loads(json.dumps(document), object_hook=without_english)
    page = RENDERER.form(parse_questionnaire(only_chinese), language="en", form_id=FORM_ID)
    body = page.split("</style>")[1]
    outside = re.sub(r'<(span|title) lang="zh-CN">.*?</\1>', "", body)
    outside = re.sub('<p class="switch">.*?</p>', "", outside)
    assert not re.search("[\u4e00-\u9fff]", outside)
    assert '<title lang="zh-CN">客户满意度</title>' in page
    chinese_page = RENDERER.form(parse_questionnaire(document), language="zh", form_id=FORM_ID)
    assert '<span lang="' not in chinese_page


def without_english(texts: dict[str, Any]) -> dict[str, Any]:
    """Return a JSON object without its English text."""
    return {name: value for name, value in texts.items() if name != "en"}


def test_no_field_cuts_what_is_entered() -> None:
    assert not Elements(render()).values("maxlength")


def test_the_limits_of_an_answer_describe_its_field() -> None:
    elements = Elements(render())
    for code in ("bought_at", "people", "wish"):
        assert any(f"{code}:limits" in ids.split() for ids in elements.values("aria-describedby"))
    assert "Choose at most 2" in render()


def test_a_choice_that_was_left_blank_is_shown_as_left_blank() -> None:
    elements = Elements(render(filled={"overall": ("",)}))
    (blank,) = elements.with_tag("input", name="overall", value="")
    assert "checked" in blank


def test_a_page_of_84_questions_has_less_than_100_kb() -> None:
    large = parse_questionnaire(large_document())
    page = RENDERER.form(large, language="zh", form_id=FORM_ID)
    assert len(page.encode()) < 100_000


def test_the_company_is_named_in_its_logo_and_otherwise_in_text() -> None:
    named = Appearance(Text(zh="顶点"))
    page = PageRenderer(appearance=named).notice("thanks", language="en")
    assert '<p class="company"><span lang="zh-CN">顶点</span></p>' in page
    renderer = PageRenderer(appearance=replace(named, logo="data:image/png;base64,AA=="))
    (logo,) = Elements(renderer.notice("thanks", language="en")).with_tag("img")
    assert logo == {"src": "data:image/png;base64,AA==", "alt": "顶点", "lang": "zh-CN"}
    assert "img-src data:;" in renderer.headers["Content-Security-Policy"]
    assert "img-src" not in PageRenderer(appearance=named).headers["Content-Security-Policy"]


def test_dark_pages_have_a_lighter_tone_of_the_accent() -> None:
    style = PageRenderer(appearance=Appearance(accent="#0a5c8c")).style
    light, dark = re.findall(r"--accent: (#\w+)", style)
    assert (light, contrast(light, "#ffffff") >= READABLE) == ("#0a5c8c", True)
    assert contrast(dark, "#1b242d") >= READABLE
