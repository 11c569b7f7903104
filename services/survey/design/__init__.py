"""The questions of surveys: questionnaires and their published versions."""
