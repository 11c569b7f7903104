"""The query parameters that filter the list of scores."""

from pydantic import Field

from shared.contracts.scoring.score import CustomerClass, Rung
from shared.http.schemas import Filter


class ScoreFilter(Filter):
    """The filters of the list of scores; a score is listed if it matches all given filters."""

    customer_class: CustomerClass | None = Field(
        None,
        alias="class",
        description="Only scores with this class (客户分类), as it was computed last.",
    )
    rung: Rung | None = Field(
        None, description="Only scores with this rung of the loyalty ladder (忠诚度阶梯)."
    )
    silent: bool | None = Field(
        None,
        description="Only scores of customers who are silent (沉默), or only of those who are not.",
    )
