"""SpiffWorkflow behind one wall: nothing outside this folder imports it, so that it can be tuned or replaced."""
