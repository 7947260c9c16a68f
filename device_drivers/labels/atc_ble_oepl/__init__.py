"""Labels of several makers re-flashed with ATC_BLE_OEPL, over Bluetooth."""
