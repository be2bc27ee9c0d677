"""`obs serve`: pages for people and endpoints for programs, out of the SQL functions and views (extra `web`).

In an application of its own: `create_app(Options(dsn=…, secret=…))`. In the host's FastAPI app:

    app.include_router(obs_client.web.router(Options(dsn=…, secret=…), shortlist_status=False))

    @app.get("/shortlist/status")
    def shortlist_status():
        return obs_client.web.extend_status(existing_status(), conn)
"""

from .app import create_app, router
from .options import ConfigError, Options
from .status import extend_status

__all__ = ["ConfigError", "Options", "create_app", "extend_status", "router"]
