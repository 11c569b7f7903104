"""The page /docs in a browser: requests are filled in with examples, sent and answered."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from playwright.sync_api import Locator, Page, Response

from tests.browser import Chromium
from tests.system.product import ADMIN_KEY, Running

Result = TypeVar("Result")
OnPage = Callable[[Callable[[Page], Result]], Result]

CUSTOMERS = "客户编号,客户名称,kind,nature\n10018,王强,person,household\n"
"""A file with the columns that the example of the form maps."""


@pytest.fixture
def docs(embedded_product: Running, chromium: Chromium) -> OnPage[Result]:
    """Return a function that runs steps on the page, after the key was entered there."""

    def run(steps: Callable[[Page], Result]) -> Result:
        def with_key(page: Page) -> Result:
            page.goto(f"{embedded_product.url}/docs")
            page.click("button.authorize")
            page.fill(".auth-container input", ADMIN_KEY)
            page.click(".auth-btn-wrapper button.authorize")
            page.click(".auth-btn-wrapper .btn-done")
            return steps(page)

        return chromium(with_key)

    return run


def opened(page: Page, tag: str, operation_id: str) -> Locator:
    """Open an operation with `Try it out`, whose fields can then be changed."""
    if page.locator(f"#operations-tag-{tag}").get_attribute("data-is-open") == "false":
        page.click(f"#operations-tag-{tag}")
    operation = page.locator(f"#operations-{tag}-{operation_id}")
    operation.locator(".opblock-summary").click()
    operation.locator(".try-out__btn").click()
    return operation


def executed(page: Page, operation: Locator) -> Response:
    """Send the request of an opened operation; return the answer once the page shows it."""
    with page.expect_response(lambda answer: "/v1/" in answer.url) as received:
        operation.locator("button.execute").click()
    operation.locator(".live-responses-table tr.response .response-col_status").wait_for()
    return received.value


def test_the_form_of_an_import_is_sent_with_its_example_and_a_chosen_file(
    docs: OnPage[tuple[int, list[str], str]], tmp_path: Path
) -> None:
    """`options` and `mapping` are texts that can be changed; only `file` is a file chooser."""
    file = tmp_path / "customers.csv"
    file.write_text(CUSTOMERS, "utf-8")

    def steps(page: Page) -> tuple[int, list[str], str]:
        form = opened(page, "imports", "start_import")
        form.locator("input[type=file]").set_input_files(file)
        texts = [text.input_value() for text in form.locator("textarea").all()]
        answer = executed(page, form)
        return answer.status, texts, answer.json()["entity"]

    status, (mapping, options), entity = docs(steps)
    assert (status, entity) == (202, "customers")
    assert "external_id" in mapping
    assert '"system": "erp"' in options


def test_a_customer_is_created_read_and_changed_on_the_page(docs: OnPage[list[int]]) -> None:
    """The bodies are the examples; the id is the one that the page has shown."""

    def steps(page: Page) -> list[int]:
        listed = executed(page, opened(page, "customers", "list_customers"))
        stored = executed(page, opened(page, "customers", "put_customer"))
        read = opened(page, "customers", "read_customer")
        read.locator("tr[data-param-name=customer_id] input").fill(stored.json()["id"])
        shown = executed(page, read)
        change = opened(page, "customers", "change_customer")
        change.locator("tr[data-param-name=customer_id] input").fill(stored.json()["id"])
        change.locator("tr[data-param-name=if-match] input").fill(shown.headers["etag"])
        changed = executed(page, change)
        return [answer.status for answer in (listed, stored, shown, changed)]

    listed, stored, read, changed = docs(steps)
    assert (listed, read, changed) == (200, 200, 200)
    assert stored in {200, 201}


def test_the_page_lists_the_tags_in_the_order_of_the_document(
    embedded_product: Running, docs: OnPage[list[str | None]]
) -> None:
    def steps(page: Page) -> list[str | None]:
        return [tag.get_attribute("data-tag") for tag in page.locator(".opblock-tag").all()]

    document = embedded_product.client.get("/openapi.json").json()
    names = [tag["name"] for tag in document["tags"]]
    assert names != sorted(names)
    assert docs(steps) == names


def test_the_example_of_an_operation_on_one_resource_is_sent_unchanged(
    docs: OnPage[tuple[int, str]],
) -> None:
    """The id of the example does not exist, so the answer is a 404, but the request is complete."""

    def steps(page: Page) -> tuple[int, str]:
        answer = executed(page, opened(page, "surveys", "change_survey"))
        return answer.status, answer.request.headers["if-match"]

    assert docs(steps) == (404, '"3"')
