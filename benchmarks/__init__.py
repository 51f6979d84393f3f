"""What it costs: `make bench`. Side by side on the same machine, medians of several runs."""
