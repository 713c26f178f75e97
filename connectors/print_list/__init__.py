"""Hand letters to people who post them: the files and their addresses in one ZIP."""
