"""What is asked: questionnaires and their published versions."""
