"""Settings of the survey service."""

import re
from pathlib import Path
from typing import ClassVar, Final

from pydantic import Field, ValidationInfo, field_validator

from shared.colours import READABLE, contrast
from shared.images import data_uri
from shared.imports.settings import FileSettings

_MOST_LOGO_BYTES: Final = 32 * 1024
_WHITE: Final = "#ffffff"
_COLOUR: Final = re.compile(r"#[0-9a-f]{6}", re.IGNORECASE)


class Settings(FileSettings):
    """The survey service's settings.

    The settings are read from environment variables: SURVEY_<NAME>, or else PATRON_<NAME>.
    """

    name: ClassVar[str] = "survey"

    port: int = Field(8002, ge=0, le=65535, description="Port of the API.")
    import_limit_bytes: int = Field(
        512 * 1024**2, ge=1, description="Largest file that an import accepts."
    )
    company_name_zh: str | None = Field(
        None,
        max_length=100,
        description="The company's name in Chinese, at the top of respondents' pages.",
    )
    company_name_en: str | None = Field(
        None,
        max_length=100,
        description="The company's name in English; with one of the two names, it is on the pages "
        "in both languages.",
    )
    company_logo_file: Path | None = Field(
        None,
        description="File of the company's logo on respondents' pages (PNG, JPEG, WebP or SVG of at"
        f" most {_MOST_LOGO_BYTES} bytes); it needs a name of the company, its alternative text. "
        "Each page contains the logo, which makes the page a third larger than the file.",
    )
    company_accent: str = Field(
        "#0a5c8c",
        description="Colour of buttons and of chosen answers on respondents' pages (#rrggbb), with "
        f"a contrast of at least {READABLE}:1 to white. Dark pages use a lighter tone of it.",
    )

    @field_validator("company_logo_file")
    @classmethod
    def check_logo(cls, path: Path | None, info: ValidationInfo) -> Path | None:
        """Refuse a file that is no small image, and a logo without a name of the company."""
        if path is None:
            return None
        data_uri(path, limit=_MOST_LOGO_BYTES)
        if not (info.data.get("company_name_zh") or info.data.get("company_name_en")):
            raise ValueError("a logo needs the company's name, PATRON_COMPANY_NAME_ZH or _EN")
        return path

    @field_validator("company_accent")
    @classmethod
    def check_accent(cls, colour: str) -> str:
        """Refuse what is no colour, and a colour in which text on white is hard to read."""
        if not _COLOUR.fullmatch(colour):
            raise ValueError("it is no colour; write it as #rrggbb, such as #0a5c8c")
        ratio = contrast(colour, _WHITE)
        if ratio < READABLE:
            shown = int(ratio * 100) / 100
            raise ValueError(
                f"its contrast to white is {shown}:1, and at least {READABLE}:1 is needed to read "
                "it; use a darker colour"
            )
        return colour

    @property
    def company_logo(self) -> str | None:
        """The company's logo as a data: URI."""
        path = self.company_logo_file
        return None if path is None else data_uri(path, limit=_MOST_LOGO_BYTES)
