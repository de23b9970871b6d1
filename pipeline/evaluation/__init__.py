"""Measuring the facts: `geowire eval` scores them on articles annotated for this project and on sets of others.

`gold.py` scores tests/gold; `sets.py` reads the other sets where they lie; a file for each kind scores it.
"""
