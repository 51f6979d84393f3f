"""Health and reset of the whole process."""

from local.azureml.control.seed import plant
from local.azureml.wire import Call, Reply


def health(call: Call) -> Reply:
    return Reply(body={"status": "healthy", "arm_url": call.cloud.url})


def reset(call: Call) -> Reply:
    """Forgets everything but what the process was started with."""
    call.cloud.forget()
    plant(call.cloud, call.cloud.seed)
    return Reply(204)
