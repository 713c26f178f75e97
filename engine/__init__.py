"""Run any BPMN diagram for weeks or months; know nothing of debt, of HTTP or of who is asking."""
