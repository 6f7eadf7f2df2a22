"""Chromium as tests and measurements start it: without a screen, and without parts that are never seen."""

from __future__ import annotations

from typing import Final

CHROMIUM: Final = "/usr/bin/chromium"

# Each new window would load the pages of the address bar's popup, which costs as much as the page under test.
# Of several lists of features only the last one counts, so the one that Playwright gives is repeated.
_POPUP_FEATURES: Final = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup")
_PLAYWRIGHT_FEATURES: Final = (
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)

FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-features=" + ",".join((*_POPUP_FEATURES, *_PLAYWRIGHT_FEATURES)),
)
