"""Example request and response bodies of questionnaires, shown in the OpenAPI document.

The example `CREATE` creates a questionnaire with the questions of the template `product-quality`
and two more. The example responses to a survey answer the questions of that template, so they are
valid for this questionnaire, too.
"""

from typing import Any, Final

_SERVICE: Final[dict[str, Any]] = {
    "type": "rating",
    "code": "service",
    "text": {"zh": "您对我们的售后服务满意吗？", "en": "How satisfied are you with our service?"},
    "hint": {"zh": "包括安装、维修和咨询", "en": "Installation, repair and advice"},
    "role": "satisfaction",
    "scale": {
        "least": 1,
        "most": 5,
        "falling": True,
        "labels": [
            {"value": 5, "text": {"zh": "非常满意", "en": "Very satisfied"}},
            {"value": 1, "text": {"zh": "非常不满意", "en": "Very dissatisfied"}},
        ],
    },
    "missing": [{"value": 0, "text": {"zh": "没有用过", "en": "Not used"}}],
}
_CONTACT: Final[dict[str, Any]] = {
    "type": "single",
    "code": "service_contact",
    "text": {"zh": "您最近一次怎样联系我们？", "en": "How did you last get in touch with us?"},
    "options": [
        {"code": "hotline", "text": {"zh": "客服热线", "en": "Hotline"}},
        {"code": "wechat", "text": {"zh": "微信", "en": "WeChat"}},
        {"code": "store", "text": {"zh": "门店", "en": "Store"}},
        {"code": "never", "text": {"zh": "没有联系过", "en": "Not at all"}, "missing": True},
    ],
}
_TITLE: Final = {"zh": "产品与服务满意度调查", "en": "Product and service survey"}
_INTRODUCTION: Final = {
    "zh": "感谢您选择我们的产品，大约需要三分钟。",
    "en": "Thank you for choosing our product. It takes about three minutes.",
}

CREATE: Final[dict[str, Any]] = {
    "template": "product-quality",
    "title": _TITLE,
    "introduction": _INTRODUCTION,
    "questions": [_SERVICE, _CONTACT],
}
UPDATE: Final[dict[str, Any]] = {
    "title": {"zh": "2026 年产品与服务满意度调查", "en": "Product and service survey 2026"},
    "introduction": _INTRODUCTION,
}
DOCUMENT: Final[dict[str, Any]] = {
    "title": _TITLE,
    "introduction": _INTRODUCTION,
    "questions": [_SERVICE, _CONTACT],
}
STORED: Final[dict[str, Any]] = DOCUMENT | {
    "id": "0199a7c0-0000-7000-8000-000000000021",
    "version": 1,
    "state": "published",
    "template": "product-quality",
    "revision": 3,
    "created_at": "2026-01-31T01:30:00Z",
    "changed_at": "2026-01-31T01:30:00Z",
    "published_at": "2026-01-31T02:00:00Z",
    "missing_translations": [],
}
