"""Sends notices to their far sides: webhooks over HTTPS, and Event Grid."""
