"""The policy: what a team writes down, and how it is read."""
