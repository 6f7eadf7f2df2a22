"""compose.yaml, the Kubernetes manifests and nginx's configuration: valid, and in step with the program."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from app.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
KUBERNETES = ROOT / "deploy/kubernetes"
MANIFESTS = sorted(set(KUBERNETES.glob("*.yaml")) - {KUBERNETES / "kustomization.yaml"})
LABELS = {"app.kubernetes.io/name": "convscope"}


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


def kind(name: str) -> Any:
    (found,) = [one for one in map(read, MANIFESTS) if one["kind"] == name]
    return found


@pytest.fixture(scope="module")
def compose() -> Any:
    return read(ROOT / "compose.yaml")


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_manifests_are_what_kubernetes_takes(path: Path) -> None:
    kubernetes_validate.validate(read(path), "1.37", strict=True)


def test_all_manifests_are_applied() -> None:
    assert sorted(read(KUBERNETES / "kustomization.yaml")["resources"]) == [path.name for path in MANIFESTS]
    kinds = {read(path)["kind"] for path in MANIFESTS}
    assert kinds >= {
        "Deployment", "Service", "HorizontalPodAutoscaler", "PodDisruptionBudget", "NetworkPolicy",
    }  # fmt: skip


def test_manifests_select_the_pods_that_there_are() -> None:
    pod = kind("Deployment")["spec"]["template"]
    assert pod["metadata"]["labels"] == LABELS
    assert kind("Deployment")["spec"]["selector"]["matchLabels"] == LABELS
    assert kind("Service")["spec"]["selector"] == LABELS
    assert kind("PodDisruptionBudget")["spec"]["selector"]["matchLabels"] == LABELS
    assert kind("NetworkPolicy")["spec"]["podSelector"]["matchLabels"] == LABELS
    (container,) = pod["spec"]["containers"]
    ports = {port["name"] for port in container["ports"]}
    assert {port["targetPort"] for port in kind("Service")["spec"]["ports"]} == ports == {"http"}
    scaled = kind("HorizontalPodAutoscaler")["spec"]["scaleTargetRef"]["name"]
    assert scaled == kind("Deployment")["metadata"]["name"]


def test_pods_have_no_privileges_bounds_probes_and_time_to_stop() -> None:
    pod = kind("Deployment")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] == 10001
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert set(container["resources"]["limits"]) == {"cpu", "memory"}
    paths = {container[f"{probe}Probe"]["httpGet"]["path"] for probe in ("startup", "liveness", "readiness")}
    assert paths == {"/healthz", "/readyz"}
    stop = container["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert pod["terminationGracePeriodSeconds"] >= stop + Settings().grace_seconds + 5


def test_compose_is_valid() -> None:
    checker = Path(sys.executable).parent / "check-jsonschema"
    command: list[str | Path] = [checker, "--builtin-schema", "vendor.compose-spec", ROOT / "compose.yaml"]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_compose_starts_one_server_or_replicas_behind_a_proxy(compose: Any) -> None:
    services = compose["services"]
    assert [name for name, service in services.items() if "profiles" not in service] == ["convscope"]
    scaled = {name for name, service in services.items() if service.get("profiles") == ["scale"]}
    assert scaled == {"replica", "proxy", "store"}
    assert [name for name in scaled if "ports" in services[name]] == ["proxy"]
    assert f"server replica:{Settings().port} " in (ROOT / "deploy/nginx/upstream.conf").read_text()
    assert compose["networks"]["kept"]["internal"] is True
    assert services["store"]["networks"] == ["kept"]


def test_compose_gives_no_privileges_and_bounds_all(compose: Any) -> None:
    for name, service in compose["services"].items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["mem_limit"], name
        assert service["pids_limit"], name
        tag = service["image"].rpartition(":")[2]
        assert re.match(r"v?\d+\.\d+\.\d+", tag), f"{name} is not pinned"
    grace = int(compose["services"]["replica"]["stop_grace_period"].removesuffix("s"))
    assert grace > Settings().grace_seconds


def test_every_setting_that_is_given_exists(compose: Any) -> None:
    given = set(kind("ConfigMap")["data"])
    for service in compose["services"].values():
        given |= set(service.get("environment", {}))
    given |= set(re.findall(r"\b(CONVSCOPE_[A-Z_]+)=", (ROOT / "Dockerfile").read_text()))
    ours = {name for name in given if name.startswith("CONVSCOPE_")}
    assert ours
    known = {f"CONVSCOPE_{name.upper()}" for name in Settings.model_fields}
    assert ours - known == set()


def test_versions_agree() -> None:
    version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert version
    assert f"ARG VERSION={version[1]}\n" in (ROOT / "Dockerfile").read_text()
    assert f"image: convscope:{version[1]}\n" in (ROOT / "compose.yaml").read_text()
    (container,) = kind("Deployment")["spec"]["template"]["spec"]["containers"]
    assert container["image"] == f"convscope:{version[1]}"
    assert read(KUBERNETES / "kustomization.yaml")["images"][0]["newTag"] == version[1]


def test_the_image_says_what_it_is_as_the_package_does() -> None:
    about = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    labels = dict(
        re.findall(r'org\.opencontainers\.image\.([a-z.]+)="(.*?)"', (ROOT / "Dockerfile").read_text())
    )
    assert labels["title"].lower() == about["name"]
    assert (labels["description"], labels["licenses"]) == (about["description"], about["license"])
    assert (labels["version"], labels["revision"]) == ("${VERSION}", "${REVISION}")


def test_the_proxy_takes_as_large_a_body_as_the_server() -> None:
    configuration = (ROOT / "deploy/nginx/nginx.conf").read_text()
    largest = max(int(size) for size in re.findall(r"client_max_body_size (\d+)m;", configuration))
    assert largest << 20 == Settings().max_body_bytes
    idle = re.search(r"keepalive_timeout (\d+)s;", (ROOT / "deploy/nginx/upstream.conf").read_text())
    assert idle
    assert int(idle[1]) < Settings().keep_alive_seconds
