"""A headless Chromium that tests drive with Playwright."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from playwright.sync_api import Browser, Page, Playwright, sync_playwright

Result = TypeVar("Result")

PATIENT_MILLISECONDS = 30_000.0
"""How long a step on a page may take; no test may fail because the machine is busy."""


@dataclass(frozen=True)
class Chromium:
    """A running browser.

    Playwright's synchronous interface leaves an event loop running in its thread, in which no other
    test could call `asyncio.run`. Therefore all steps run in a thread of their own.
    """

    thread: ThreadPoolExecutor
    browser: Browser

    def __call__(self, steps: Callable[[Page], Result], **options: Any) -> Result:
        """Run steps on a new page without cookies and cache, and return their result.

        `options` are those of `Browser.new_context`, such as `color_scheme="dark"`.
        """
        return self.thread.submit(self._run, steps, options).result()

    def _run(self, steps: Callable[[Page], Result], options: dict[str, Any]) -> Result:
        with self.browser.new_context(**options) as context:
            context.set_default_timeout(PATIENT_MILLISECONDS)
            return steps(context.new_page())


@contextmanager
def started(executable: str) -> Iterator[Chromium]:
    """Start the browser with this path, and stop it after the block."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        playwright = thread.submit(lambda: sync_playwright().start()).result()
        try:
            browser = thread.submit(_launch, playwright, executable).result()
            yield Chromium(thread, browser)
            thread.submit(browser.close).result()
        finally:
            thread.submit(playwright.stop).result()


def _launch(playwright: Playwright, executable: str) -> Browser:
    """Launch Chromium; root may run it only without its sandbox."""
    return playwright.chromium.launch(
        executable_path=executable, args=["--no-sandbox"], timeout=PATIENT_MILLISECONDS
    )
