"""Where a notice leads people, by the app's settings."""

from promotion.core.notices.links import Links
from promotion.core.notices.notice import Notice
from promotion.settings import read_settings


def links_of(notice: Notice) -> Links:
    """The links that messages about it show."""
    settings = read_settings()
    return Links.of(notice, settings.api_url, settings.cloud)
