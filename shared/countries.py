"""The countries and territories of ISO 3166."""

import pycountry

COUNTRIES = frozenset(country.alpha_2 for country in pycountry.countries)
"""The two-letter codes of ISO 3166."""
