"""The problems and the codes of faults that only questionnaires have."""

from typing import Final

from shared.catalogue import FaultCode, Texts
from shared.errors import Conflict


class VersionPublished(Conflict):
    """The newest version is published and therefore cannot be changed."""

    code = "version_published"
    title = Texts("A published version never changes.", "已发布的版本不能修改。")
    advice = Texts("Open a new version: POST .../versions.", "请新建一个版本：POST .../versions。")


class DraftOpen(Conflict):
    """The newest version is still a draft, so there cannot be a further one."""

    code = "draft_open"
    title = Texts("The newest version is still a draft.", "最新版本仍是草稿。")
    advice = Texts("Publish or change this draft.", "请发布或修改该草稿。")


RESERVED_CODE: Final = FaultCode(
    "reserved",
    Texts("This name is a column of imports.", "该名称是导入文件的列名。"),
    Texts("Choose another code.", "请换一个编码。"),
)
OUTSIDE_SCALE: Final = FaultCode(
    "outside_scale",
    Texts("The value is not a point of the scale.", "该值不在量表之内。"),
    Texts("Choose a whole number from {min} to {max}.", "请选择 {min} 到 {max} 之间的整数。"),
    params=("min", "max", "missing"),
)
INSIDE_SCALE: Final = FaultCode(
    "inside_scale",
    Texts("The code for a missing answer is a valid answer.", "缺失值编码与有效答案重合。"),
    Texts("Choose a value outside the values that can be answered.", "请选择有效答案之外的值。"),
)
NO_SCALE: Final = FaultCode(
    "no_scale",
    Texts("This item has no least and greatest value.", "该题项没有最小值和最大值。"),
    Texts(
        "Only an item with a least and a greater most can measure satisfaction.",
        "只有最小值小于最大值的题项才能衡量满意度。",
    ),
)
NUMBER: Final = FaultCode(
    "number",
    Texts("This is not a number.", "此处不是数字。"),
    Texts("Give a number.", "请填写数字。"),
)
TEXT: Final = FaultCode(
    "text",
    Texts("The text is missing in both languages.", "两种语言的文字都缺失。"),
    Texts("Give the text in zh, en or both.", "请填写 zh、en 或两者。"),
)
MISSING_TRANSLATION: Final = FaultCode(
    "missing_translation",
    Texts(
        "The text is missing in a language ({language}) that other texts have.",
        "该文字缺少其他文字已有的语言（{language}）。",
    ),
    Texts(
        "Give the text in this language too, or publish with allow_missing_translations=true.",
        "请补充该语言的文字，或在发布时使用 allow_missing_translations=true。",
    ),
    params=("language",),
)
INCOMPLETE: Final = FaultCode(
    "incomplete",
    Texts("The questionnaire is incomplete.", "问卷不完整。"),
    Texts("Give a template, or a title and questions.", "请给出模板，或标题和问题。"),
)
UNKNOWN_TEMPLATE: Final = FaultCode(
    "unknown_template",
    Texts("There is no such template.", "没有这个模板。"),
    Texts("Choose one of: {allowed}.", "请从以下模板中选择：{allowed}。"),
    params=("allowed",),
)
