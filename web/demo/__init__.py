"""A made-up company with its debtors and staff, the same every time, to try Duly on."""
