from __future__ import annotations

import os

import torch
from hypothesis import HealthCheck, settings

settings.register_profile("dev", deadline=None)
# The same examples in every run: a red run is about the change, never about luck.
settings.register_profile(
    "ci", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ci" if os.environ.get("CI") else "dev")

# As the server does (app/main.py): more threads than cores are slower.
torch.set_num_threads(1)
