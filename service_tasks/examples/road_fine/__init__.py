"""The road fine: its ledger, the verbs its diagram may use, the messages by which it hears of the world."""
