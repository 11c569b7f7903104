"""The area of questionnaires, which contain the questions of surveys."""
