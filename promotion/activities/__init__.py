"""What is done: one durable activity per file, from one order to one receipt.

File and function have the activity's name; the function takes an order, returns a receipt, and
may be called with the same order any number of times.
"""
