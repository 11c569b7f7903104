"""The demo company: 澄屿电器 (Chengyu Appliances), an invented maker of household appliances.

Three years of its orders and surveys are generated from one seed, so they are the same each time,
written as the files that a real company would import, loaded through the public API, and reported.
The story in the figures: deliveries to the west were often late until a warehouse opened there in
July 2025; a bad batch of dryers was sold from September 2025 to February 2026. Both lower the
satisfaction of the customers concerned, and some of them buy no more.
The demo cannot calculate a figure of the product: every figure that it prints is from the API.
"""
