"""Stands in for Azure Event Grid: subscriptions with the real handshake, deliveries, retries.

It knows nothing of Azure ML; whoever has events calls `EventGrid.publish`.
"""

from local.eventgrid.grid import EventGrid, UnknownEvent, UnknownSubscription
from local.eventgrid.handshake import HandshakeFailed

__all__ = ["EventGrid", "HandshakeFailed", "UnknownEvent", "UnknownSubscription"]
