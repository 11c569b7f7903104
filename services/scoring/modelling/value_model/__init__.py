"""Value models (评价模型): the numbers behind every score, as data with versions."""
