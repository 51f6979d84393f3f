"""Everything that talks to other far sides than Azure ML: the services that a team's gates ask."""
