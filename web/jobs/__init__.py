"""Long work in the background: started by a page, done by the worker, watched from any page."""
