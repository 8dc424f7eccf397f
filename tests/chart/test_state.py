"""Postgres and Valkey as the chart has them: one leads, what it acknowledged another has, and all can log in."""

import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from shared.sentinels import SentinelUrl
from shared.settings import Settings
from tests.chart.rendering import CHART, Object, of_kind, one, render
from tests.stack import PROJECT

VERSIONS = PROJECT / "shared" / "migrations" / "versions"
BY_OPERATOR, BY_PATRONI = "cloudnativepg", "patroni"


@cache
def objects(mode: str, **state: bool) -> list[Object]:
    backup = {"enabled": True, "destination": "s3://backups/shop"} if state.get("backup") else {}
    pooler = {"pooler": {"enabled": True}} if state.get("pooler") else {}
    postgres: dict[str, Any] = {"mode": mode, "backup": backup, "cloudnativepg": pooler}
    return render({"state": {"postgres": postgres, "valkey": {"mode": "sentinel"}}})


def cluster(**state: bool) -> dict[str, Any]:
    spec: dict[str, Any] = one(objects(BY_OPERATOR, **state), "Cluster", "shop-db")["spec"]
    return spec


def stateful_set(name: str) -> dict[str, Any]:
    spec: dict[str, Any] = one(objects(BY_PATRONI), "StatefulSet", name)["spec"]
    return spec


def patroni() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(
        one(objects(BY_PATRONI), "ConfigMap", "shop-postgres")["data"]["patroni.yaml"]
    )
    return found


def roles_of_migrations() -> set[str]:
    text = "".join(file.read_text() for file in VERSIONS.glob("*.py"))
    domains = re.search(r"^OWN = \{(.*?)^\}", text, re.DOTALL | re.MULTILINE)
    assert domains
    return (
        {f"shop_{name}" for name in re.findall(r'^    "(\w+)":', domains[1], re.MULTILINE)}
        | {"shop_retention"}
        | set(re.findall(r"CREATE ROLE (shop_\w+)", text))
    )


def made_secrets(mode: str) -> set[str]:
    """Those that the Job makes."""
    found = [job for job in of_kind(objects(mode), "Job") if job["metadata"]["name"].startswith("shop-secrets")]
    (container,) = found[0]["spec"]["template"]["spec"]["containers"]
    return set(container["args"])


def test_an_acknowledged_commit_is_on_two_members_whoever_leads_them() -> None:
    assert cluster()["instances"] == stateful_set("shop-postgres")["replicas"] == 3
    assert cluster()["postgresql"]["synchronous"] == {
        "method": "any", "number": 1, "dataDurability": "required", "failoverQuorum": True,
    }  # fmt: skip
    settings = patroni()["bootstrap"]["dcs"]
    assert (settings["synchronous_mode"], settings["synchronous_mode_strict"]) == ("quorum", True)


def test_every_role_that_migrations_grant_to_is_there() -> None:
    """The owner may make none, so a role that is missing would stop the migration."""
    managed = {role["name"] for role in cluster()["managed"]["roles"]}
    assert managed == roles_of_migrations()
    container = stateful_set("shop-postgres")["template"]["spec"]["containers"][0]
    bare = next(each["value"] for each in container["env"] if each["name"] == "ROLES_WITHOUT_LOGIN").split()
    volumes = {each["name"]: each for each in stateful_set("shop-postgres")["template"]["spec"]["volumes"]}
    given = {source["secret"]["name"] for source in volumes["roles"]["projected"]["sources"]}
    assert "database-owner" in given
    assert {f"shop_{name.removeprefix('database-')}" for name in given - {"database-owner"}} | set(bare) == managed


@pytest.mark.parametrize("mode", [BY_OPERATOR, BY_PATRONI])
def test_every_secret_that_state_names_is_made(mode: str) -> None:
    text = yaml.safe_dump_all(
        each for each in objects(mode) if each["kind"] in {"Cluster", "StatefulSet"} and each["metadata"]["name"] != "x"
    )
    named = set(re.findall(r"\b(database-\w+|shop-redis)\b", text))
    assert {"database-owner", "shop-redis"} <= named <= made_secrets(mode)


def test_functions_are_led_to_whom_the_members_are() -> None:
    for mode, service in ((BY_OPERATOR, "shop-db-rw"), (BY_PATRONI, "shop-postgres")):
        (database,) = [word for word in made_secrets(mode) if word.startswith("postgresql://")]
        assert f"@{service}:5432/shop" in database
    # CloudNativePG makes its own; Patroni fills the Endpoints of one without a selector.
    assert "selector" not in one(objects(BY_PATRONI), "Service", "shop-postgres")["spec"]
    (redis,) = [word for word in made_secrets(BY_PATRONI) if word.startswith("redis")]
    url = redis.replace("{password}", "pw")
    parsed = SentinelUrl.parse(url)
    assert Settings.from_environment({"REDIS_URL": url}).redis_url == url
    assert {host for host, _ in parsed.sentinels} == {f"shop-valkey-{index}.shop-valkey" for index in range(3)}
    assert parsed.primary in one(objects(BY_PATRONI), "ConfigMap", "shop-valkey")["data"]["mymaster.conf"]


def test_two_sentinels_of_three_decide() -> None:
    containers = stateful_set("shop-valkey")["template"]["spec"]["containers"]
    for container in containers:
        environment = {each["name"]: each.get("value") for each in container["env"]}
        assert (environment["MEMBERS"], environment["QUORUM"]) == ("3", "2")


def test_members_are_spread_and_one_at_a_time_is_taken_away() -> None:
    for name in ("shop-postgres", "shop-valkey"):
        (spread,) = stateful_set(name)["template"]["spec"]["topologySpreadConstraints"]
        labels = stateful_set(name)["template"]["metadata"]["labels"]
        assert spread["labelSelector"]["matchLabels"].items() <= labels.items()
        budget = one(objects(BY_PATRONI), "PodDisruptionBudget", name)["spec"]
        assert budget["maxUnavailable"] == 1
        assert budget["selector"]["matchLabels"].items() <= labels.items()
    assert cluster()["enablePDB"] is True
    assert cluster()["affinity"]["enablePodAntiAffinity"] is True


def test_patroni_finds_its_members_by_labels_that_they_have() -> None:
    template = stateful_set("shop-postgres")["template"]
    environment = {each["name"]: each.get("value") for each in template["spec"]["containers"][0]["env"]}
    labels = template["metadata"]["labels"]
    assert yaml.safe_load(environment["PATRONI_KUBERNETES_LABELS"]).items() <= labels.items()
    assert labels[environment["PATRONI_KUBERNETES_SCOPE_LABEL"]] == environment["PATRONI_SCOPE"]


def test_backups_and_their_log_go_to_the_bucket() -> None:
    assert "backup" not in cluster()
    store = cluster(backup=True)["backup"]["barmanObjectStore"]
    assert store["destinationPath"] == "s3://backups/shop"
    assert store["s3Credentials"] == {"inheritFromIAMRole": True}
    backup = one(objects(BY_OPERATOR, backup=True), "ScheduledBackup", "shop-db")["spec"]
    assert len(backup["schedule"].split()) == 6  # with seconds, as CloudNativePG counts
    assert backup["cluster"]["name"] == "shop-db"


def test_what_a_pooler_would_drop_the_database_says_itself() -> None:
    """PgBouncer forgets what a session asks for when it starts: the bounds of statements, locks and transactions."""
    said = " ".join(cluster(pooler=True)["bootstrap"]["initdb"]["postInitApplicationSQL"])
    source = (PROJECT / "shared" / "database.py").read_text()
    for setting in re.findall(r"-c (\w+_timeout)=", source):
        assert f"ALTER DATABASE shop SET {setting}" in said
    pooler = one(objects(BY_OPERATOR, pooler=True), "Pooler", "shop-db-pooler")["spec"]
    assert pooler["pgbouncer"]["poolMode"] == "transaction"
    assert int(pooler["pgbouncer"]["parameters"]["max_prepared_statements"]) > 0


@pytest.mark.parametrize("script", ["roles", "valkey"])
def test_a_script_is_in_its_map_and_is_one_that_a_shell_reads(script: str, tmp_path: Path) -> None:
    maps = {"roles": ("shop-postgres", "roles.sh"), "valkey": ("shop-valkey", "valkey.sh")}
    name, key = maps[script]
    text = one(objects(BY_PATRONI), "ConfigMap", name)["data"][key]
    assert text == (CHART / "state" / script).read_text()
    file = tmp_path / script
    file.write_text(text)
    assert subprocess.run(["sh", "-n", str(file)], check=False).returncode == 0


@pytest.mark.parametrize("name", ["shop-postgres", "shop-valkey"])
def test_a_new_version_of_the_shop_starts_no_member_anew(name: str) -> None:
    """What is in a pod's template and changes with each release, labels among it, would be a failover for each."""
    template = stateful_set(name)["template"]
    assert not {key for key in template["metadata"]["labels"] if "version" in key or "chart" in key}
    assert template["metadata"]["labels"].items() >= stateful_set(name)["selector"]["matchLabels"].items()
