"""Surveys and their answers: surveys, responses, respondents' pages and imports of answers."""
