"""Sub-orchestrations.

Mends of durabletask 1.12.0's in-memory backend in this file:
- A parent hears of its child's end however long that takes; the stock backend has a thread wait
  for each child, gives up after 30 s, and the parent hangs.
- The child knows its parent (`ctx.parent_instance_id`), and its failure reaches the parent with
  type, message and stack trace.
- Terminating with `recursive` also ends the children, and theirs. The clients of durabletask ask
  for this by default. NOTE that Azure's extension ignores the flag: there, children run on.
A child whose parent ends first runs on by itself, as on Azure.
"""

from typing import cast, override

import durabletask.internal.orchestrator_service_pb2 as pb
from durabletask.internal import helpers
from durabletask.testing.in_memory_backend import OrchestrationInstance

from local.host.backend.model import TERMINAL, Parent, Run
from local.host.backend.workers import Workers


class Children(Workers):
    @override
    def _process_create_sub_orchestration_action(
        self, instance: OrchestrationInstance, action: pb.OrchestratorAction
    ) -> None:
        run = cast(Run, instance)
        child = action.createSubOrchestration
        child_input = child.input.value if child.HasField("input") else None
        version = child.version.value if child.HasField("version") else None
        run.history.append(
            helpers.new_sub_orchestration_created_event(
                action.id, child.name, child.instanceId, child_input, version=version
            )
        )
        parent = Parent(run.instance_id, run.execution_id, action.id)
        if self._alive(child.instanceId):
            # Azure drops the start and leaves the parent waiting; a clear failure is kinder.
            details = pb.TaskFailureDetails(
                errorType="OrchestrationAlreadyExists",
                errorMessage=f"Orchestration instance '{child.instanceId}' already exists",
                isNonRetriable=True,
            )
            self._deliver(run.instance_id, _failed(parent, details), run.execution_id)
            return
        self._create(child.instanceId, child.name, child_input, version=version, parent=parent)
        run.children.add(child.instanceId)

    @override
    def _watch_sub_orchestration(
        self, parent_instance_id: str, sub_instance_id: str, task_id: int
    ) -> None:
        """Tell the parent when the child ends. The stock backend calls this after a rewind."""
        parent, child = self._run(parent_instance_id), self._run(sub_instance_id)
        if parent is None or child is None:
            return
        child.parent = Parent(parent_instance_id, parent.execution_id, task_id)
        parent.children.add(sub_instance_id)
        if child.status in TERMINAL:
            self._tell_parent(child)

    @override
    def _ended(self, run: Run) -> None:
        super()._ended(run)
        self._tell_parent(run)
        if run.terminate_children:
            for child in sorted(run.children):
                self._terminate_instance_internal(child, run.output, recursive=True)

    def _tell_parent(self, child: Run) -> None:
        if child.parent is None:
            return
        parent = self._run(child.parent.instance_id)
        if parent is not None:
            parent.children.discard(child.instance_id)
        outcome = _outcome(child, child.parent)
        self._deliver(child.parent.instance_id, outcome, child.parent.execution_id)

    @override
    def _terminate_instance_internal(
        self, instance_id: str, output: str | None, recursive: bool = False
    ) -> None:
        run = self._alive(instance_id)
        if run is None:
            return
        # The children follow when the parent has ended: until then it may start more of them.
        wanted = recursive and self.options.terminate_children
        run.terminate_children = run.terminate_children or wanted
        if run.not_before is not None:
            # Its time has not come: the orchestrator must not run just to be told to stop.
            self._end(run, pb.ORCHESTRATION_STATUS_TERMINATED, output)
        else:
            super()._terminate_instance_internal(instance_id, output)


def _outcome(child: Run, parent: Parent) -> pb.HistoryEvent:
    if child.status == pb.ORCHESTRATION_STATUS_COMPLETED:
        return helpers.new_sub_orchestration_completed_event(parent.task_id, child.output)
    if child.failure_details is not None:
        return _failed(parent, child.failure_details)
    reason = f": {child.output}" if child.output else ""
    details = pb.TaskFailureDetails(
        errorType="OrchestrationTerminated",
        errorMessage=f"Sub-orchestration '{child.instance_id}' was terminated{reason}",
    )
    return _failed(parent, details)


def _failed(parent: Parent, details: pb.TaskFailureDetails) -> pb.HistoryEvent:
    failure = pb.SubOrchestrationInstanceFailedEvent(
        taskScheduledId=parent.task_id, failureDetails=details
    )
    return pb.HistoryEvent(eventId=-1, subOrchestrationInstanceFailed=failure)
