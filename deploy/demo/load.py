"""Load the demo company through the public API, as a real company would load its data."""

from pathlib import Path

from deploy.demo.client import Api, Json, RefusedError
from deploy.demo.colleagues import create_colleagues, wait_until_known
from deploy.demo.customers import OWNERS, TEAMS
from deploy.demo.generate import (
    CURRENCY,
    CUSTOMERS,
    ORDERS,
    PRODUCTS,
    RETURN_PREFIX,
    SYSTEM,
    answers_file,
    colleague_name,
)
from deploy.demo.progress import Progress
from deploy.demo.questionnaire import TEMPLATE, TITLE, TITLE_EN, service_question
from deploy.demo.story import WAVES, Wave

TIMEZONE = "Asia/Shanghai"
_OPTIONS: Json = {"system": SYSTEM}
_ORDER_OPTIONS = _OPTIONS | {
    "currency": CURRENCY,
    "timezone": TIMEZONE,
    "return_prefix": RETURN_PREFIX,
}
_FILES: tuple[tuple[str, str, str, Json], ...] = (
    ("产品 products", "products", PRODUCTS, {}),
    ("客户 customers", "customers", CUSTOMERS, _OPTIONS),
    ("订单 orders", "orders", ORDERS, _ORDER_OPTIONS),
)
_OUTCOMES = (("created", "新增 new"), ("updated", "更新 changed"), ("unchanged", "不变 unchanged"))


def load(api: Api, folder: Path) -> str:
    """Import all files and return the id of the survey; loading a second time changes nothing.

    Raises RefusedError if the company's currency is not that of the demo's amounts.
    """
    currency = api.get("/v1/portfolio/abc")["currency"]
    if currency != CURRENCY:
        raise RefusedError(f"The demo's amounts are in {CURRENCY}, this product's in {currency}.")
    create_colleagues(api, set(map(colleague_name, OWNERS)), set(map(colleague_name, TEAMS)))
    wait_until_known(api, SYSTEM, folder / CUSTOMERS)
    for step, entity, name, options in _FILES:
        _import_file(api, "/v1/imports", step, folder / name, entity=entity, options=options)
    survey = _find_or_create_survey(api)
    for wave in WAVES:
        _open_wave(api, survey, wave)
        _import_file(
            api,
            f"/v1/surveys/{survey['id']}/imports",
            f"答卷 answers {wave.code}",
            folder / answers_file(wave.code),
            options=_OPTIONS | {"wave": wave.code, "timezone": TIMEZONE},
        )
    return str(survey["id"])


def _import_file(api: Api, path: str, step: str, file: Path, **fields: object) -> None:
    """Import a file, show the progress, and print how many records were created or changed."""
    progress = Progress(step)
    location = api.upload(path, file, **fields)
    job = api.wait_for_job(location, progress.show_job)
    outcomes = ", ".join(f"{job[name]:,} {label}" for name, label in _OUTCOMES if job[name])
    progress.done(f"{job['processed']:,} 行 lines: {outcomes}")


def _find_or_create_survey(api: Api) -> Json:
    """Return the survey that an earlier load created; if there is none, create it."""
    surveys = (survey for page in api.pages("/v1/surveys") for survey in page["items"])
    of_the_demo = (survey for survey in surveys if survey["title"]["zh"] == TITLE)
    return next(of_the_demo, None) or _create_survey(api)


def _create_survey(api: Api) -> Json:
    """Create and publish the questionnaire, and a survey with its first wave."""
    title = {"zh": TITLE, "en": TITLE_EN}
    document = {"template": TEMPLATE, "title": title, "questions": [service_question()]}
    questionnaire = api.post("/v1/questionnaires", document)["id"]
    api.post(f"/v1/questionnaires/{questionnaire}/publish")
    body = {"questionnaire_id": questionnaire, "title": title, "wave": WAVES[0].code}
    survey = api.post("/v1/surveys", body)
    return api.post(f"/v1/surveys/{survey['id']}/publish")


def _open_wave(api: Api, survey: Json, wave: Wave) -> None:
    """Create the wave in the survey unless it exists already."""
    waves = api.get(f"/v1/surveys/{survey['id']}/waves")["items"]
    if wave.code not in {existing["code"] for existing in waves}:
        api.post(f"/v1/surveys/{survey['id']}/waves", {"code": wave.code})
