"""How each way of a stage brings a version into use, once it is its turn."""
