"""The course as web pages: ``privlab book``. Nothing runs, nothing is fetched."""
