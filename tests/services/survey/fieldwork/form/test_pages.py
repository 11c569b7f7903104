import base64
import hashlib
import re
from html.parser import HTMLParser
from typing import get_args
from uuid import UUID

import pytest

from services.survey.design.questionnaire.domain import Language, Questionnaire, read_questionnaire
from services.survey.design.questionnaire.shipped import template, template_names
from services.survey.fieldwork.form.domain import Filled
from services.survey.fieldwork.form.pages import Faults, Notice, Pages
from tests.services.survey.documents import every_type, text

FORM = UUID(int=1)
PAGES = Pages()


class Elements(HTMLParser):
    """The elements of a page: tag and attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def all(self, tag: str, **having: str) -> list[dict[str, str]]:
        return [
            attributes
            for name, attributes in self.found
            if name == tag and having.items() <= attributes.items()
        ]

    def values(self, attribute: str) -> list[str]:
        return [attributes[attribute] for _, attributes in self.found if attribute in attributes]


def questionnaire(**changes: object) -> Questionnaire:
    return read_questionnaire(every_type() | changes)


def shown(
    language: Language = "en",
    filled: dict[str, tuple[str, ...]] | None = None,
    faults: dict[str, str] | None = None,
) -> str:
    return PAGES.form(
        questionnaire(),
        language=language,
        form_id=FORM,
        filled=Filled(FORM, filled or {}),
        faults=Faults(faults or {}),
    )


@pytest.mark.parametrize("name", template_names())
@pytest.mark.parametrize("language", get_args(Language))
def test_every_item_of_a_template_can_be_answered(name: str, language: Language) -> None:
    document = template(name)
    assert document is not None
    asked = read_questionnaire(document)
    elements = Elements(PAGES.form(asked, language=language, form_id=FORM))
    assert {item.code for item in asked.items} <= set(elements.values("name"))


def test_every_choice_is_a_radio_and_several_are_checkboxes() -> None:
    elements = Elements(shown())
    assert [e["value"] for e in elements.all("input", type="radio", name="appearance")] == [
        *"543210"
    ]
    assert [e["value"] for e in elements.all("input", type="checkbox", name="bought_at")] == [
        "shop",
        "online",
        "dealer",
    ]


def test_the_page_says_its_language_and_leads_to_the_other() -> None:
    english, chinese = Elements(shown("en")), Elements(shown("zh"))
    assert english.all("html", lang="en")
    assert english.all("a", href="?lang=zh-CN")
    assert chinese.all("html", lang="zh-CN")
    assert chinese.all("a", href="?lang=en")
    assert "外观" in shown("zh")
    assert "外观" not in shown("en")


def test_the_form_is_one_submission_in_the_language_it_was_read_in() -> None:
    elements = Elements(shown("en"))
    assert elements.all("input", type="hidden", name="_form", value=str(FORM))
    assert elements.all("form", method="post", action="?lang=en")


def test_what_was_filled_in_stays() -> None:
    filled = {"appearance": ("4",), "bought_at": ("shop", "dealer"), "people": ("x2",)}
    page = shown(filled=filled | {"wish": ("\nmore </textarea>",)})
    elements = Elements(page)
    checked = [(e["name"], e["value"]) for e in elements.all("input") if "checked" in e]
    assert checked == [("appearance", "4"), ("bought_at", "shop"), ("bought_at", "dealer")]
    assert elements.all("input", name="people", value="x2")
    assert "\n\nmore &lt;/textarea&gt;</textarea>" in page


def test_what_is_wrong_is_said_at_the_question_and_in_a_summary_that_leads_there() -> None:
    page = shown(faults={"safety": "Please answer this question.", "people": "Give a number."})
    elements = Elements(page)
    assert elements.all("fieldset", id="safety")[0]["aria-describedby"] == "safety:fault"
    assert elements.all("input", name="people")[0]["aria-describedby"] == "people:fault"
    assert elements.all("div", role="alert")
    assert [e["href"] for e in elements.all("a") if e["href"].startswith("#")] == [
        "#safety",
        "#people",
    ]
    assert page.count("Please answer this question.") == 1


@pytest.mark.parametrize("language", get_args(Language))
def test_labels_and_references_lead_to_elements_that_are_there_once(language: Language) -> None:
    faults = {item.code: "!" for item in questionnaire().items}
    elements = Elements(shown(language, faults=faults))
    ids = elements.values("id")
    references = [*elements.values("for"), *" ".join(elements.values("aria-describedby")).split()]
    assert len(ids) == len(set(ids))
    assert set(references) <= set(ids)
    assert references


def test_texts_of_a_questionnaire_are_shown_as_they_are_and_never_run() -> None:
    document = every_type()
    document["questions"][1]["text"] = text("<script>1</script>", '"><b>&')
    page = PAGES.form(
        read_questionnaire(document | {"title": text("<i>", "<i>")}), language="zh", form_id=FORM
    )
    assert "&lt;script&gt;1&lt;/script&gt;" in page
    assert not Elements(page).all("script")
    assert not Elements(page).all("i")


def test_the_page_needs_no_script_and_its_style_is_the_one_that_the_header_allows() -> None:
    page = shown()
    style = re.search("<style>(.*)</style>", page, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = PAGES.headers["Content-Security-Policy"]
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert not re.search(r"<script|\son\w+=|\sstyle=|\ssrc=|javascript:", page)


@pytest.mark.parametrize("notice", get_args(Notice))
def test_every_notice_is_said_in_both_languages(notice: Notice) -> None:
    chinese, english = (PAGES.notice(notice, language=each) for each in get_args(Language))
    assert '<html lang="zh-CN">' in chinese
    assert '<html lang="en">' in english
