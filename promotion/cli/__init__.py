"""The command line for people and pipelines: ``promote``, or ``python -m promotion.cli``.

Most commands are clients of the service's HTTP API. The function app never imports any of it.
"""
