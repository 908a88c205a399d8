"""Registers the WeChat gateway and its jobs with the application."""

from flask import Flask

from governance.wechat import gateway, qrcodes

JOBS = (qrcodes,)


def init_app(app: Flask) -> None:
    gateway.init_app(app)
