"""``python -m promotion.cli``."""

from promotion.cli.app import app

if __name__ == "__main__":
    app(prog_name="python -m promotion.cli")
