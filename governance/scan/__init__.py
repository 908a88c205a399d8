"""The page behind the code: the first thing a resident sees."""
