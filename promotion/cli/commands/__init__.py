"""The commands that ask the service, one idea a file."""
