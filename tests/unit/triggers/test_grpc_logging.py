import logging
import threading

import promotion.triggers  # noqa: F401  # the app, as the host loads it
from promotion.triggers.grpc_logging import LOGGER


def test_grpc_logs_its_details_without_the_lock_of_logging():
    logger = logging.getLogger(LOGGER)
    logger.manager._clear_cache()  # as MLClient does, whenever one is made
    told = threading.Thread(target=logger.debug, args=("in its global lock",), daemon=True)
    with logging._lock:
        told.start()
        told.join(5)
        assert not told.is_alive()


def test_grpc_still_says_what_went_wrong(caplog):
    logging.getLogger(LOGGER).error("a servicer broke")
    assert "a servicer broke" in caplog.text
