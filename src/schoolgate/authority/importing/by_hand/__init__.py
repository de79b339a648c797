"""Values that an officer changes by hand, with a reason."""
