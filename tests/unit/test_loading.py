"""The SDK of Azure in a new process that many threads begin to use at once."""

import subprocess
import sys

THREADS = """
import sys
import threading
from promotion.loading import load

sys.setswitchinterval(0.0005)
modules = ["azure.core.rest", "azure.core.pipeline", "azure.core.pipeline.policies",
    "azure.core.pipeline.transport", "azure.core", "azure.core.exceptions", "azure.identity"]
together = threading.Barrier(len(modules))
failed = []

def use(module):
    together.wait()
    try:
        load(module)
    except Exception as error:
        failed.append(repr(error))

threads = [threading.Thread(target=use, args=(module,)) for module in modules]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
sys.exit("; ".join(failed) or 0)
"""


def test_threads_that_load_the_sdk_at_once_do_not_get_into_each_others_way():
    child = subprocess.run(
        [sys.executable, "-c", THREADS], capture_output=True, text=True, check=False
    )
    assert (child.returncode, child.stderr) == (0, "")


def test_the_sdk_draws_no_bars_of_progress_into_the_log():
    program = "import promotion.azureml, tqdm; print(tqdm.tqdm(total=1).disable)"
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "True"
