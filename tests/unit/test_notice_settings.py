"""What the app's settings say about notices."""

import pytest

from promotion.settings import read_settings


@pytest.mark.parametrize(
    ("environment", "api"),
    [
        ({}, None),
        ({"WEBSITE_HOSTNAME": "func.azurewebsites.net"}, "https://func.azurewebsites.net/api"),
        ({"PROMOTION_URL": "https://promotion.contoso.com/"}, "https://promotion.contoso.com/api"),
        (
            {"PROMOTION_URL": "https://a.contoso.com", "WEBSITE_HOSTNAME": "b.azurewebsites.net"},
            "https://a.contoso.com/api",
        ),
        ({"PROMOTION_URL": "promotion"}, None),
        ({"PROMOTION_URL": "https://a.contoso.com/<!channel>|x"}, None),
    ],
)
def test_people_are_led_to_the_app_where_it_is_known(environment, api):
    assert read_settings(environment).api_url == api


@pytest.mark.parametrize("written", [None, "", " "])
def test_there_is_no_topic_unless_it_is_set(written):
    environment = {} if written is None else {"PROMOTION_TOPIC": written}
    assert read_settings(environment).topic is None
