"""Parameters in, a frozen result out: what the lessons plot, move and claim."""
