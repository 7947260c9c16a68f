"""Hands out the pictures of articles."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from gateway.settings import Settings
from gateway.store import picture_files
from gateway.store.picture_files import PictureFiles
from gateway.web import served_pictures


class ArticlePictures:
    """The route to the files; they are fetched and kept by the feed."""

    def __init__(self, settings: Settings) -> None:
        folder = settings.data.folder / picture_files.FOLDER
        self._files = PictureFiles(folder, settings.pictures.max_bytes)

    def routes(self) -> APIRouter:
        """The route; behind the gate."""
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route(f"{served_pictures.PREFIX}/{{name}}", self.picture, methods=["GET"])
        return routes

    async def picture(self, name: str) -> Response:
        """One picture in one of its sizes."""
        return await served_pictures.response(self._files, name)
