"""The answers as text for people: neutral blocks, which the command line draws."""
