"""The questionnaire of the demo company: the product quality template and an added question.

The template (产品质量量表) asks about the product; the added question asks about delivery and
after-sales service on the same scale. Codes in this module are codes of those questions.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Aspect:
    """One aspect of satisfaction, which is answered from very dissatisfied to very satisfied.

    `lateness` and `faults` say how strongly late and faulty deliveries lower the score. `offset` is
    added to the overall satisfaction, because some aspects are always scored higher than others.
    """

    code: str
    lateness: float
    faults: float
    offset: float


TEMPLATE = "product-quality"
TITLE, TITLE_EN = "澄屿电器客户满意度调查", "Chengyu Appliances customer satisfaction"
LOWEST_ANSWER, HIGHEST_ANSWER, NOT_APPLICABLE = 1, 5, 0
ASPECTS = (
    Aspect("appearance", 0.2, 0.3, 0.06),
    Aspect("stability", 0.3, 2.0, -0.01),
    Aspect("performance", 0.3, 1.5, 0.02),
    Aspect("safety", 0.2, 0.9, 0.08),
    Aspect("durability", 0.2, 1.3, -0.03),
    Aspect("ease_of_use", 0.2, 0.4, 0.03),
    Aspect("delivery", 2.2, 0.3, 0.0),
    Aspect("after_sales", 1.2, 1.3, -0.04),
)
CHANNELS = {"web": 62, "telephone": 18, "on_site": 12, "post": 8}
SHOPS_OF_PERSONS = ("own_store", "department_store", "supermarket", "online")
SHOPS_OF_ORGANISATIONS = ("own_store", "dealer", "online")
SUGGESTIONS = {
    "lateness": "希望送货更准时，晚到请提前通知。 Please deliver on time, or tell us before.",
    "faults": "产品用了不久就坏了，请严把质量关。 It broke soon; please check quality better.",
    "none": "希望多一些新产品的使用指导。 More advice on using new products, please.",
}


def service_question() -> dict[str, object]:
    """Return the question that is added to the template, as JSON for the API."""
    return {
        "type": "matrix",
        "code": "service",
        "text": {"zh": "您对我们的服务满意吗？", "en": "How satisfied are you with our service?"},
        "required": True,
        "role": "satisfaction",
        "scale": {
            "least": LOWEST_ANSWER,
            "most": HIGHEST_ANSWER,
            "falling": True,
            "labels": _LABELS,
        },
        "missing": [
            {"value": NOT_APPLICABLE, "text": {"zh": "不适用", "en": "Not applicable"}},
        ],
        "rows": [
            {"code": "delivery", "text": {"zh": "送货准时", "en": "Delivery on time"}},
            {"code": "after_sales", "text": {"zh": "售后服务", "en": "After-sales service"}},
        ],
    }


_LABELS = [
    {"value": value, "text": {"zh": zh, "en": en}}
    for value, zh, en in (
        (5, "非常满意", "Very satisfied"),
        (4, "比较满意", "Rather satisfied"),
        (3, "一般", "Fair"),
        (2, "比较不满意", "Rather dissatisfied"),
        (1, "非常不满意", "Very dissatisfied"),
    )
]
