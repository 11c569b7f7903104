"""The questionnaire of the demo company: the product quality table (产品质量量表) and NPS."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """A Likert item from 1 very dissatisfied to 5 very satisfied.

    `lateness` and `faults` say how strongly each grievance weighs on it, `offset` how much better
    than the whole it is judged.
    """

    code: str
    text: str
    text_en: str
    lateness: float
    faults: float
    offset: float


LEAST, MOST = 1, 5
ITEMS = (
    Item("appearance", "外观", "Appearance", 0.2, 0.3, 0.06),
    Item("stability", "质量稳定性", "Stability of quality", 0.3, 2.0, -0.01),
    Item("performance", "使用性能", "Performance in use", 0.3, 1.5, 0.02),
    Item("safety", "安全性", "Safety", 0.2, 0.9, 0.08),
    Item("delivery", "送货准时", "Delivery on time", 2.2, 0.3, 0.0),
    Item("service", "售后服务", "After-sales service", 1.2, 1.3, -0.04),
)
RECOMMENDS = "nps"
CHANNELS = {"web": 62, "telephone": 18, "on_site": 12, "post": 8}
