"""The sample shop: a generated shop whose truth is known (process and formulas: docs/sample-shop.md).

``generate.py`` holds the entry point, ``settings.py`` what a user may choose, ``segments.py`` and
``catalogue.py`` the parameters of the process.
"""
