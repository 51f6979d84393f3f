"""One file for each kind of resource: what Azure does when it is asked for it."""
