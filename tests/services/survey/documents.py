"""Questionnaire documents for the tests of the survey service."""

from typing import Any


def text(zh: str, en: str) -> dict[str, str]:
    """Return the JSON object of a text in Chinese and English."""
    return {"zh": zh, "en": en}


def every_type() -> dict[str, Any]:
    """Return the document of a questionnaire with one question of each type."""
    return {
        "title": text("客户满意度", "Customer satisfaction"),
        "introduction": text("请作答", "Please answer"),
        "questions": [*_scale_questions(), *_choice_questions(), *_entry_questions()],
    }


def _scale_questions() -> list[dict[str, Any]]:
    """Return a matrix with two rows, a rating from 1 to 10 and an NPS question."""
    return [
        {
            "type": "matrix",
            "code": "product",
            "text": text("您对产品满意吗？", "How satisfied are you with the product?"),
            "required": True,
            "role": "satisfaction",
            "scale": {
                "least": 1,
                "most": 5,
                "falling": True,
                "labels": [
                    {"value": 5, "text": text("非常满意", "Very satisfied")},
                    {"value": 1, "text": text("非常不满意", "Very dissatisfied")},
                ],
            },
            "missing": [{"value": 0, "text": text("不适用", "Not applicable")}],
            "rows": [
                {"code": "appearance", "text": text("外观", "Appearance")},
                {"code": "safety", "text": text("安全", "Safety"), "role": "quality"},
            ],
        },
        {
            "type": "rating",
            "code": "overall",
            "text": text("总体", "Overall"),
            "scale": {"least": 1, "most": 10},
        },
        {"type": "nps", "code": "recommend", "text": text("推荐", "Recommend us?")},
    ]


def _choice_questions() -> list[dict[str, Any]]:
    """Return a single choice and a multiple choice of 1 or 2 options, with 3 options each."""
    return [
        {
            "type": "single",
            "code": "bought",
            "text": text("何时购买", "When did you buy?"),
            "options": [
                {"code": "recent", "text": text("最近", "Recently")},
                {"code": "earlier", "text": text("更早", "Earlier")},
                {"code": "unknown", "text": text("不记得", "Cannot recall"), "missing": True},
            ],
        },
        {
            "type": "multiple",
            "code": "bought_at",
            "text": text("何处购买", "Where do you buy?"),
            "fewest": 1,
            "greatest": 2,
            "options": [
                {"code": "shop", "text": text("商店", "Shop")},
                {"code": "online", "text": text("网上", "Online")},
                {"code": "dealer", "text": text("经销商", "Dealer")},
            ],
        },
    ]


def _entry_questions() -> list[dict[str, Any]]:
    """Return a question for a number from 1 to 20, and one for a text of up to 50 characters."""
    return [
        {
            "type": "number",
            "code": "people",
            "text": text("家庭人数", "People at home"),
            "least": 1,
            "most": 20,
            "decimals": 1,
            "missing": [{"value": 99, "text": text("不愿回答", "No answer")}],
        },
        {
            "type": "text",
            "code": "wish",
            "text": text("建议", "What should we improve?"),
            "longest": 50,
        },
    ]
