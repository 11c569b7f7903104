"""Tests of the settings that decide what respondents' pages look like."""

import io
from contextlib import redirect_stderr
from pathlib import Path

import pytest

from services.survey.app import create_app
from services.survey.settings import Settings

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"/>'


def error_of(monkeypatch: pytest.MonkeyPatch, **variables: str) -> str:
    """Read the settings with these environment variables; return the last line of the error."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    written = io.StringIO()
    with pytest.raises(SystemExit), redirect_stderr(written):
        Settings.read()
    return written.getvalue().splitlines()[-1]


def logo_of(tmp_path: Path, content: bytes) -> str:
    """Store a logo and return its path."""
    path = tmp_path / "logo.svg"
    path.write_bytes(content)
    return str(path)


def test_an_accent_that_is_hard_to_read_is_refused_with_its_contrast(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    error = error_of(monkeypatch, PATRON_COMPANY_ACCENT="#777777")
    assert error.startswith("PATRON_COMPANY_ACCENT: ")
    assert "4.47:1, and at least 4.5:1" in error


@pytest.mark.parametrize("colour", ["blue", "#0a5", "#0a5c8", "#0a5c8g", "#0a5c8c; }"])
def test_an_accent_that_is_no_colour_is_refused(
    monkeypatch: pytest.MonkeyPatch, colour: str
) -> None:
    assert "#rrggbb" in error_of(monkeypatch, SURVEY_COMPANY_ACCENT=colour)


def test_a_logo_needs_a_name_which_is_its_alternative_text(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    error = error_of(monkeypatch, PATRON_COMPANY_LOGO_FILE=logo_of(tmp_path, SVG))
    assert "PATRON_COMPANY_NAME_ZH or _EN" in error


def test_a_logo_that_is_too_large_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = logo_of(tmp_path, SVG + b" " * 32 * 1024)
    error = error_of(monkeypatch, PATRON_COMPANY_LOGO_FILE=path, PATRON_COMPANY_NAME_EN="Acme")
    assert "more than 32768 bytes" in error


def test_the_pages_of_the_service_have_the_name_the_logo_and_the_accent_of_the_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATRON_COMPANY_NAME_EN", "Acme & Sons")
    monkeypatch.setenv("PATRON_COMPANY_LOGO_FILE", logo_of(tmp_path, SVG))
    monkeypatch.setenv("PATRON_COMPANY_ACCENT", "#7a1fa2")
    renderer = create_app(Settings.read()).state.page_renderer
    page = renderer.notice("thanks", language="en")
    assert '<img src="data:image/svg+xml;base64,' in page
    assert 'alt="Acme &amp; Sons"' in page
    assert "--accent: #7a1fa2" in page
    assert "img-src data:" in renderer.headers["Content-Security-Policy"]
