"""Runs the service on one machine: stand-ins for Azure and a host. Never deployed."""
