"""The demo company: 澄屿电器 (Chengyu Appliances), an invented maker of household appliances.

Three years of its trade, made from one seed and so the same each time, written as the files
that a real company would import, then loaded through the public API and reported.
The story in the figures: deliveries to the west were often late until a warehouse opened there in
July 2025; a bad batch of dryers went out from September 2025 to February 2026; both show first in
what customers answer and then in who stays.
It knows nothing of how the product computes: every figure it prints comes from the API.
"""
