import pytest

from promotion.core.timing import Timing
from promotion.settings import APP_ROOT, SettingInvalid, read_settings


def test_without_settings_the_policy_stands_beside_function_app_py():
    settings = read_settings({})
    assert settings.policy == APP_ROOT / "promotion.yaml"
    assert settings.audit_file is None
    assert settings.timing == Timing()


def test_timing_is_read_in_seconds():
    settings = read_settings({"PROMOTION_POLL_FIRST": "0.1", "PROMOTION_RETRY_ATTEMPTS": "3"})
    assert (settings.timing.poll_first, settings.timing.retry_attempts) == (0.1, 3)


@pytest.mark.parametrize("value", ["", "soon", "0", "-1", "nan"])
def test_a_timing_that_is_no_positive_number_is_refused_by_name(value):
    with pytest.raises(SettingInvalid, match="PROMOTION_POLL_LONGEST"):
        read_settings({"PROMOTION_POLL_LONGEST": value})


@pytest.mark.parametrize("value", ["0.5", "inf"])
def test_pauses_that_would_shrink_or_never_end_are_refused(value):
    with pytest.raises(SettingInvalid, match="of at least 1"):
        read_settings({"PROMOTION_POLL_GROWTH": value})


def test_cloud_metadata_must_be_json():
    with pytest.raises(SettingInvalid, match="PROMOTION_CLOUD_METADATA is not JSON"):
        read_settings({"PROMOTION_CLOUD_METADATA": "{"})
