"""What the web server loads: `gunicorn app:app`."""

from governance.web import create_app

app = create_app()
