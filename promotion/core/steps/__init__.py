"""Orders, receipts and results: what passes between orchestrators and activities."""
