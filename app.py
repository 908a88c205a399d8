"""What the web server loads: `gunicorn app:app`."""

from governance.web.app import create_app

app = create_app()
