"""Surveys (调研) and their waves: each wave asks one published version of a questionnaire."""
