"""Stand-ins for the services that run a team's release pipelines: Azure DevOps and GitHub.

They speak over real TLS and know the pipelines of examples/hand-over, whose parameters and run
names they read from the files as they are. Nothing runs: `/_control/finish` says how a run ends.
"""

from local.pipelines.standin import Pipelines

__all__ = ["Pipelines"]
