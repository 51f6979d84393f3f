"""Everything that talks to Azure ML.

``azure.ai.ml`` and ``azure.identity`` are imported inside functions here, when an activity first
needs them: together they cost seconds and over 100 MB, and intake must never pay for that.
"""

import os

# The SDK's bars of progress are no good in a log. Read when tqdm is loaded, which the SDK does.
os.environ.setdefault("TQDM_DISABLE", "1")
