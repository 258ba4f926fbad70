"""Tables: estimates in; CSV, LaTeX, HTML and numbers for the text out. Nothing is estimated here."""
