"""The HTTP API: who asks, what is asked, and the answer; it knows nothing of azure.functions."""
