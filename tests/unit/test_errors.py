import ssl

import pytest
from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError

from promotion.azureml.errors import Role, translate
from promotion.core.errors import Retryable, Terminal


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ServiceRequestError("connection refused"), Retryable),
        (ConnectionResetError("reset"), Retryable),
        (TimeoutError("late"), Retryable),
        (ClientAuthenticationError("no token yet"), Retryable),
        (FileNotFoundError("score.py"), Terminal),
        (PermissionError("score.py"), Terminal),
        (ssl.SSLCertVerificationError("CERTIFICATE_VERIFY_FAILED"), Terminal),
        (ServiceRequestError("[SSL: CERTIFICATE_VERIFY_FAILED]"), Terminal),
        (ValueError("not a schema"), Terminal),
    ],
)
def test_only_what_may_pass_is_tried_again(error, kind):
    assert type(translate(error, "do it", Role.DEPLOY)) is kind


def test_the_reason_says_what_could_not_be_done():
    error = translate(ValueError("two\nlines"), "read the file", Role.DEPLOY)
    assert error.failure.reason == "Could not read the file: two lines"
