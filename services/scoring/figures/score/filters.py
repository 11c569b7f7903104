"""Query parameters of lists of scores."""

from pydantic import Field

from services.scoring.figures.abc.domain import CustomerClass
from services.scoring.figures.loyalty.domain import Rung
from shared.http.schemas import Filter


class ScoreFilter(Filter):
    """The filters of a list of scores; a score must match all that are given."""

    customer_class: CustomerClass | None = Field(
        None, alias="class", description="Only this class (客户分类), as it was computed last."
    )
    rung: Rung | None = Field(
        None, description="Only this rung of the loyalty ladder (忠诚度阶梯)."
    )
