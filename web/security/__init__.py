"""Who is asking and what they may do: sign-in, roles, rights, headers. Knows nothing of cases."""
