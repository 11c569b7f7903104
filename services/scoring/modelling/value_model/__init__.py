"""Value models (评价模型): the numbers behind every score, stored as data with versions."""
