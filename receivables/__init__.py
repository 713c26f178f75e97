"""What is owed, by whom and since when; know nothing of BPMN and of HTTP."""
