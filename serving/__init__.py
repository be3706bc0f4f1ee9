"""One customer, now: what the pipeline published of a customer, and what its models say of facts given, over HTTP."""
