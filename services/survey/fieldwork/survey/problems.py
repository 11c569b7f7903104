"""The problems and the codes of faults that only surveys and their waves have."""

from typing import Final

from shared.catalogue import FaultCode, Texts
from shared.errors import Conflict


class SurveyDraft(Conflict):
    """The survey is not published yet."""

    code = "survey_draft"
    title = Texts("This survey is still a draft.", "该调研仍是草稿。")
    advice = Texts("Publish the survey first.", "请先发布该调研。")


class SurveyClosed(Conflict):
    """The survey is closed for ever."""

    code = "survey_closed"
    title = Texts("This survey is closed.", "该调研已关闭。")
    advice = Texts("Create a new survey.", "请新建调研。")


class WaveClosed(Conflict):
    """The wave accepts no more responses."""

    code = "wave_closed"
    title = Texts("This wave of the survey is closed.", "该批次已关闭。")
    advice = Texts("Open a new wave of the survey.", "请新开一个批次。")


class QuestionnaireNotPublished(Conflict):
    """The questionnaire has no published version that the survey could use."""

    code = "questionnaire_not_published"
    title = Texts("This version of the questionnaire is not published.", "该问卷版本尚未发布。")
    advice = Texts("Publish the questionnaire first.", "请先发布问卷。")


class ChangedMeaning(Conflict):
    """A question has the code of a question of an earlier wave that meant something else."""

    code = "changed_meaning"
    title = Texts(
        "A question meant something else in an earlier wave.", "有问题在之前的批次中含义不同。"
    )
    advice = Texts("Give the question another code.", "请为该问题换一个编码。")


UNKNOWN_QUESTIONNAIRE: Final = FaultCode(
    "unknown",
    Texts("There is no questionnaire with this id.", "没有使用此 id 的问卷。"),
    Texts("Create the questionnaire first.", "请先创建问卷。"),
)
NOT_PUBLISHED: Final = FaultCode(
    "not_published",
    Texts("This version of the questionnaire is not published.", "该问卷版本尚未发布。"),
    Texts("Publish the questionnaire first.", "请先发布问卷。"),
)
MEANT_OTHERWISE: Final = FaultCode(
    "changed_meaning",
    Texts(
        "The item {item} meant something else in an earlier wave.",
        "题项 {item} 在之前的批次中含义不同。",
    ),
    Texts("Give it another code.", "请换一个编码。"),
    params=("item",),
)
