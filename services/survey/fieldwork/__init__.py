"""Asking and answering: surveys, responses, respondents' pages and imports of answers."""
