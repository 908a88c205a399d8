"""HTTP: pages, forms, security headers and tokens, static files, cached pages, OpenAPI."""
