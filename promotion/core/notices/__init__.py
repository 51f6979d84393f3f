"""What people and other systems are told about a promotion, and how each far side wants it."""
