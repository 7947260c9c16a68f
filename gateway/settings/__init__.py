"""The machine settings: ``config.toml`` as frozen records; unknown keys are refused."""

from gateway.settings.access_points import AccessPointSection
from gateway.settings.backup import Backup
from gateway.settings.bluetooth import Bluetooth
from gateway.settings.loading import SettingsError, anchored_broker, load, read
from gateway.settings.notices import Mail, Notices, Smtp, Webhook
from gateway.settings.sections import (
    KINDS,
    SHOPIFY_KINDS,
    Broker,
    Central,
    Data,
    Events,
    Feed,
    Files,
    Kind,
    Labels,
    Lane,
    Log,
    Pictures,
    Proof,
    Settings,
    Shop,
    Source,
    Time,
)
from gateway.settings.sensors import SensorSection
from gateway.settings.shopify import Shopify
from gateway.settings.sites import (
    IntakeListen,
    Listen,
    OpsListen,
    ShopperListen,
    Sites,
    StaffListen,
    WelcomeListen,
    is_loopback,
)

__all__ = [
    "KINDS",
    "SHOPIFY_KINDS",
    "AccessPointSection",
    "Backup",
    "Bluetooth",
    "Broker",
    "Central",
    "Data",
    "Events",
    "Feed",
    "Files",
    "IntakeListen",
    "Kind",
    "Labels",
    "Lane",
    "Listen",
    "Log",
    "Mail",
    "Notices",
    "OpsListen",
    "Pictures",
    "Proof",
    "SensorSection",
    "Settings",
    "SettingsError",
    "Shop",
    "Shopify",
    "ShopperListen",
    "Sites",
    "Smtp",
    "Source",
    "StaffListen",
    "Time",
    "Webhook",
    "WelcomeListen",
    "anchored_broker",
    "is_loopback",
    "load",
    "read",
]
