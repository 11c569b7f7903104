"""Surveys (调研) and their waves: which version of which questionnaire is asked, and when."""
