"""What stories are made of: the service that they run on, what they may do, how they are told."""
