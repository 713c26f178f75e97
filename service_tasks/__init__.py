"""The catalogue of verbs a diagram may use: where the engine and the receivables meet."""
