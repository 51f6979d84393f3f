import pytest

from promotion.cli.exits import Failed
from promotion.cli.sdk import needs_a_login
from promotion.core.errors import PromotionError, Retryable, Terminal


@pytest.mark.parametrize("kind", [Retryable, Terminal])
def test_without_a_login_it_is_said_how_to_log_in(kind):
    with pytest.raises(Failed) as error, needs_a_login():
        raise kind("Could not read m:1: fourteen lines", remedy="Check.", code="Unauthenticated")
    told = (error.value.code, error.value.detail, error.value.remedy)
    assert told == (3, "Nobody is logged in to Azure.", "Log in with az login.")


def test_what_else_goes_wrong_stays_as_it_is():
    with pytest.raises(PromotionError, match="Gone"), needs_a_login():
        raise Terminal("Gone.", code="ModelNotFound")
