"""`python -m web.commands` is `duly`."""

from web.commands import main

main()
