"""The demo company: 澄屿电器 (Chengyu Appliances), an invented maker of household appliances.

The demo generates three years of its orders and surveys from one seed, so they are the same each
time. The demo writes them as the files that a real company would import, loads the files through
the public API, and prints a report. The report shows this story: deliveries to the west were often
late until a warehouse opened there in July 2025; a bad batch of dryers was sold from September 2025
to February 2026. Late deliveries and bad dryers lower the satisfaction of the customers concerned,
and some of these customers stop buying. The demo calculates no figure of the product itself: it
prints the figures that the API returns.
"""
