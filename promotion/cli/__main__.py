"""``python -m promotion.cli``: the same as the executable promote."""

from promotion.cli.app import main

if __name__ == "__main__":
    main()
