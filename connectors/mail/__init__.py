"""Send e-mail by SMTP or into a folder; know no case and no template."""
