"""When it is done: orchestrators that read as the story, and do nothing themselves.

They are replayed from history, so they read no clock but the context's and emit no records.
"""
