"""Everything that talks to Azure ML.

``azure.ai.ml`` and ``azure.identity`` are imported inside functions here, when an activity first
needs them: together they cost seconds and over 100 MB, and intake must never pay for that.
"""
