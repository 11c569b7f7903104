"""The area of surveys and the answers to them: responses, respondents' pages, and imports."""
