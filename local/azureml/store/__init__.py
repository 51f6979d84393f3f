"""What the stand-in knows, apart from how it is asked: no HTTP in here."""
