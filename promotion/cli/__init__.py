"""The command line for people and pull requests: ``python -m promotion.cli``.

The function app never imports it.
"""
