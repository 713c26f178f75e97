"""Every way in: pages, commands, the day run; the composition root."""
