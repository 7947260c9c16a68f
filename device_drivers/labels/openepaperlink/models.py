"""Tag types of OpenEPaperLink whose panels are known, by the number that tags tell.

Facts of the tag-type files of commit cdd1cfa; nothing here was tried on hardware by us. A type that
is not here is read from the access point when one of its tags is heard.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from device_drivers.api.drivers import Model
from device_drivers.api.known_panels import PANELS

PREFIX: Final = "oepl-"


def model_id(hardware: int) -> str:
    """The name under which a tag type is known in the shop."""
    return f"{PREFIX}{hardware:02x}"


_TYPES: Final = (
    (0x00, 'M2 1.54"', "1.54-152x152-bwr"),
    (0x01, 'M2 2.9"', "2.9-296x128-bwr"),
    (0x02, 'M2 4.2"', "4.2-400x300-bwr"),
    (0x03, 'M2 2.2"', "2.13-212x104-bwr"),
    (0x04, 'M2 2.6"', "2.66-296x152-bwr"),
    (0x05, 'M2 7.4"', "7.4-640x384-bwr"),
    (0x06, 'Opticon 2.2"', "2.2-250x128-bwry"),
    (0x07, 'Opticon 2.9"', "2.9-296x128-bwry"),
    (0x08, 'Opticon 4.2"', "4.2-400x300-bwr"),
    (0x09, 'Opticon 7.5"', "7.4-640x384-bwr"),
    (0x11, 'M2 2.9" (UC8151)', "2.9-296x128-bwr"),
    (0x12, 'M2 4.2" UC', "4.2-400x300-bwr"),
    (0x21, 'ST-GM29XXF 2.9"', "2.9-296x128-bw"),
    (0x22, 'M2 2.7"', "2.7-264x176-bwr"),
    (0x26, 'M2 7.5" BW', "7.4-640x384-bw"),
    (0x27, 'ST-GM29MT1 2.9"', "2.9-296x128-bw"),
    (0x28, 'M3 1.6" BWRY', "1.6-168x168-bwry"),
    (0x29, 'M3 2.4" BWRY', "2.4-296x168-bwry"),
    (0x2A, 'M3 3.0" BWRY', "3-400x168-bwry"),
    (0x2B, 'M3 2.9" BWRY', "2.9-384x168-bwry"),
    (0x2C, 'M3 4.3" BWRY', "4.3-522x152-bwry"),
    (0x2D, 'M3 12.2"', "12.2-960x768-bwr"),
    (0x2E, 'M3 9.7"', "9.7-960x672-bwr"),
    (0x2F, 'M3 4.3"', "4.3-522x152-bwr"),
    (0x30, 'M3 1.6"', "1.54-200x200-bwr"),
    (0x31, 'M3 2.2"', "2.2-296x160-bwr"),
    (0x32, 'M3 2.6"', "2.6-360x184-bwr"),
    (0x33, 'M3 2.9"', "2.9-384x168-bwr"),
    (0x34, 'M3 4.2"', "4.2-400x300-bwr"),
    (0x35, 'M3 6.0"', "6-600x448-bwr"),
    (0x36, 'M3 7.5"', "7.5-800x480-bwr"),
    (0x37, 'M3 11.6"', "11.6-960x640-bwr"),
    (0x38, 'M3 8.2" BWRY', "8.2-1024x576-bwry"),
    (0x3C, 'M3 4.2" BWY', "4.2-400x300-bwy"),
    (0x40, 'M3 2.9" BW', "2.9-384x168-bw"),
    (0x41, 'M3 5.85"', "5.85-792x272-bwr"),
    (0x42, 'M3 5.85" BW', "5.85-792x272-bw"),
    (0x43, 'M3 1.3" Peghook', "1.33-144x200-bwr"),
    (0x44, 'M3 5.81" BW', "5.81-720x256-bw"),
    (0x45, 'M3 2.2 Lite"', "2.2-250x128-bwr"),
    (0x46, 'M3 2.2" BW', "2.2-296x160-bw"),
    (0x47, 'M3 2.7"', "2.7-300x200-bwr"),
    (0x48, 'M3 5.81" BWR', "5.81-720x256-bwr"),
    (0x49, 'M3 5.81" V2 BWR', "5.81-720x256-bwr"),
    (0x4A, 'M3 1.6" 200px BWRY', "1.54-200x200-bwry"),
    (0x4B, 'M3 2.2" BWRY', "2.2-296x160-bwry"),
    (0x4C, 'M3 7.5" BWRY', "7.5-800x480-bwry"),
    (0x4D, 'M3 11.6" BWRY', "11.6-960x640-bwry"),
    (0x4E, 'M3 2.6" BW', "2.6-360x184-bw"),
    (0x4F, 'M3 2.6" BWRY', "2.6-360x184-bwry"),
    (0x50, 'HD150 5.83" BWR', "5.83-648x480-bwr"),
    (0x53, 'M3 3.5" BWRY RTL', "3.5-480x224-bwry"),
    (0x54, 'HS BW 2.13"', "2.13-256x128-bw"),
    (0x55, 'HS BWR 2.13"', "2.13-256x128-bwr"),
    (0x56, 'HS BWR 2.66"', "2.66-296x152-bwr"),
    (0x57, 'TLSR BWR 1.54"', "1.54-200x200-bwr"),
    (0x58, 'TLSR BW 2.13"', "2.13-256x128-bw"),
    (0x5A, 'HS BW 2.13" LowRes', "2.13-212x104-bw"),
    (0x60, 'HS BWY 3.5"', "3.5-384x184-bwy"),
    (0x61, 'HS BWR 3.5"', "3.5-384x184-bwr"),
    (0x62, 'HS BW 3.5"', "3.5-384x184-bw"),
    (0x63, 'TLSR BWR 4.2"', "4.2-400x300-bwr"),
    (0x66, 'HS BWY 7.5"', "7.5-800x480-bwy"),
    (0x67, 'HS 2.00" BWY', "2-152x200-bwy"),
    (0x68, 'HS BWY 3.46"', "3.46-480x176-bwy"),
    (0x6A, 'HS BWR 5.83"', "5.83-648x480-bwr"),
    (0x6B, 'HS BWRY 7.5"', "7.5-800x480-bwry"),
    (0x6C, 'HS BWRY 2.00"', "2-152x200-bwry"),
    (0x6D, 'HS BWRY 3.5"', "3.5-384x184-bwry"),
    (0x6E, 'HS BWRY 2.9"', "2.9-296x128-bwry"),
    (0x6F, 'HS BWRY 2.60"', "2.66-296x152-bwry"),
    (0x70, 'HS 2.9" HighRes', "2.9-384x168-bwr"),
    (0x71, 'HS 2.13" BWR High Res', "2.13-296x144-bwr"),
    (0x80, 'Chroma 7.4"', "7.4-640x384-bwr"),
    (0x81, 'Chroma Aeon 74 7.4"', "7.5-800x480-bwr"),
    (0x82, 'Chroma29 2.9"', "2.9-296x128-bwr"),
    (0x83, 'Chroma42 4.2"', "4.2-400x300-bwr"),
    (0x90, 'M3 4.2" BWRY', "4.2-400x300-bwry"),
    (0x91, 'M3 1.6" 200px BWRY', "1.54-200x200-bwry"),
    (0xB0, 'Gicisky BLE EPD BW 2.13"', "2.13-250x128-bw"),
    (0xB1, 'Gicisky BLE EPD BWR 2.13"', "2.13-250x128-bwr"),
    (0xB2, 'Gicisky BLE EPD BW 2.9"', "2.9-296x128-bw"),
    (0xB3, 'Gicisky BLE EPD BWR 2.9"', "2.9-296x128-bwr"),
    (0xB5, 'Gicisky BLE EPD BWR 4.2"', "4.2-400x300-bwr"),
    (0xBB, 'Gicisky BLE EPD BWRY 2.9"', "2.9-296x128-bwry"),
    (0xBD, 'BLE EPD BWR 2.9" Silabs', "2.9-384x168-bwr"),
    (0xC0, "BWRY example", "2.6-360x184-bwry"),
    (0xC1, 'ACeP 4.01"', "4.01-640x400-six"),
    (0xC2, 'Spectra 7.3"', "7.3-800x480-six"),
)  # fmt: skip
"""Number, name, panel."""

MODELS: Final[Mapping[int, Model]] = MappingProxyType({
    hardware: Model(
        id=model_id(hardware),
        title=title,
        panel=replace(PANELS[panel], name=model_id(hardware)),
    )
    for hardware, title, panel in _TYPES
})  # fmt: skip
"""By the type's number."""
