"""Surveys (调研) and their waves (rounds), which each ask one published questionnaire version."""
