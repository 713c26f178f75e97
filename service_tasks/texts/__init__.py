"""Lay out plain-text messages; know neither templates' data nor how a message leaves."""
