"""The query parameters of the list of products."""

from pydantic import Field

from shared.http.parameters import TextFilter
from shared.http.schemas import Filter


class ProductFilter(Filter):
    """Filters of the list of products; a product must match every filter that is given."""

    code: TextFilter | None = Field(
        None,
        description="The product with this code; upper and lower case differ.",
        examples=["WM-800"],
    )
    name_prefix: TextFilter | None = Field(
        None,
        description="Products whose name begins with this text; upper and lower case differ.",
        examples=["滚筒"],
    )
    category: TextFilter | None = Field(
        None,
        description="Products of this category, exactly as the category is stored.",
        examples=["洗衣机"],
    )
