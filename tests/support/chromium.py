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

# A process that is kept ready for the next page costs a tenth of what a page in a new context does, and few
# tests open another. Measurements leave it, as people have it.
_SPARE_RENDERER: Final = "SpareRendererForSitePerProcess"


def _flags(*more_features: str) -> tuple[str, ...]:
    """The flags, with more features turned off."""
    return (
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-features=" + ",".join((*_POPUP_FEATURES, *_PLAYWRIGHT_FEATURES, *more_features)),
    )


FLAGS: Final = _flags()
TEST_FLAGS: Final = _flags(_SPARE_RENDERER)
