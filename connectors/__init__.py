"""How the outside is reached: files, mail; each connector stands alone."""
