"""kn, Knative's own client, unmodified: the verbs of its users, and the traffic moved by it."""

import json
from pathlib import Path

from tests.clients.conftest import Client
from tests.waiting import wait_until

IMAGE = ("--image", "dev.local/zerocart/get-openapi")


def answers(kn: Client, host: str) -> int:
    """The status of a request to a Knative host."""
    return kn.stack.call("GET", "/api/openapi.json", headers={"host": f"{host}.shop.localhost:{kn.stack.port}"}).status


def test_a_manifest_of_the_shop_is_applied_and_its_traffic_split_and_tagged(kn: Client) -> None:
    said = kn("service", "apply", "-f", "functions/list_products/service.yaml")
    assert said.code == 0, said.errors
    assert "is available at URL:" in said.output
    again = kn.run("service", "apply", "-f", "functions/list_products/service.yaml")
    assert "No changes to apply to service 'list-products'." in again
    kn.run("service", "update", "list-products", "--env", "EXAMPLE=1")
    split = ("--traffic", "list-products-00001=90,@latest=10", "--tag", "@latest=candidate")
    kn.run("service", "update", "list-products", *split)
    lines = [line.split() for line in kn.run("revision", "list", "-s", "list-products", "--no-headers").splitlines()]
    assert [line[:4] for line in lines] == [
        ["list-products-00002", "list-products", "10%", "candidate"],
        ["list-products-00001", "list-products", "90%", "1"],
    ]
    host = f"candidate-list-products.shop.localhost:{kn.stack.port}"
    found = kn.stack.call("GET", "/api/products?limit=1", headers={"host": host})
    assert found.status == 200
    described = kn.run("service", "describe", "list-products")
    assert "10%  @latest (list-products-00002) #candidate [2]" in described
    kn.run("service", "update", "list-products", "--traffic", "list-products-00001=100", "--untag", "candidate")
    wait_until(
        lambda: kn.stack.call("GET", "/api/products?limit=1", headers={"host": host}).status == 404, 20, "no tag"
    )
    assert kn.stack.call("GET", "/api/products?limit=1").status == 200
    kn.run("service", "update", "list-products", "--traffic", "@latest=100")


def test_a_service_is_created_updated_listed_and_deleted(kn: Client) -> None:
    made = kn.run("service", "create", "greeter", *IMAGE, "--env", "EXAMPLE=1")
    assert "Service 'greeter' created to latest revision 'greeter-00001' is available at URL:" in made
    assert f"http://greeter.shop.localhost:{kn.stack.port}" in made
    wait_until(lambda: answers(kn, "greeter") == 200, 20, "greeter to answer")
    updated = kn.run("service", "update", "greeter", "--env", "EXAMPLE=2", "--scale-max", "3", "--timeout", "30")
    assert "updated to latest revision 'greeter-00002'" in updated
    (row,) = kn.run("service", "list", "greeter", "--no-headers").splitlines()
    assert row.split()[:3] == ["greeter", f"http://greeter.shop.localhost:{kn.stack.port}", "greeter-00002"]
    assert "3 OK / 3" in row
    assert kn.run("route", "list", "greeter", "--no-headers").split()[-1] == "True"
    assert "greeter-00001" in kn.run("revision", "describe", "greeter-00001")
    kn.run("revision", "delete", "greeter-00001")
    exported = json.loads(kn.run("service", "export", "greeter", "-o", "json"))
    assert exported["spec"]["service"]["spec"]["template"]["spec"]["timeoutSeconds"] == 30
    assert "successfully deleted" in kn.run("service", "delete", "greeter", "--wait")
    assert "No services found" in kn.run("service", "list", "greeter")
    wait_until(lambda: answers(kn, "greeter") == 404, 20, "no greeter")


def test_a_revision_that_never_gets_ready_leaves_the_old_one_serving(kn: Client) -> None:
    kn.run("service", "create", "steady", *IMAGE)
    broken = kn("service", "update", "steady", "--env", "CONCURRENCY=none")
    assert broken.code == 1
    assert "RevisionFailed" in broken.errors
    assert "Container failed with" in broken.errors
    wait_until(lambda: answers(kn, "steady") == 200, 20, "steady to answer")
    status = json.loads(kn.run("service", "describe", "steady", "-o", "json"))["status"]
    assert (status["latestCreatedRevisionName"], status["latestReadyRevisionName"]) == ("steady-00002", "steady-00001")
    assert status["traffic"] == [{"latestRevision": True, "percent": 100, "revisionName": "steady-00001"}]
    mended = kn.run("service", "update", "steady", "--env", "CONCURRENCY=4")
    assert "updated to latest revision 'steady-00003'" in mended
    kn.run("service", "delete", "steady")


def test_a_revision_has_the_name_that_its_maker_gives_it(kn: Client) -> None:
    kn.run("service", "create", "named", *IMAGE, "--revision-name", "named-blue")
    kn.run("service", "update", "named", "--env", "EXAMPLE=1", "--revision-name", "named-green", "--tag",
           "named-blue=before")  # fmt: skip
    names = kn.run("revision", "list", "-s", "named", "-o", "jsonpath={.items[*].metadata.name}").split()
    assert sorted(names) == ["named-blue", "named-green"]
    wait_until(lambda: answers(kn, "before-named") == 200, 20, "the tag to answer")
    kn.run("service", "delete", "named")


def test_a_service_for_other_functions_alone_has_no_host_outside(kn: Client) -> None:
    kn.run("service", "create", "inner", *IMAGE, "--cluster-local")
    assert kn.run("service", "describe", "inner", "-o", "url") == "http://inner.shop.svc.cluster.local\n"
    assert answers(kn, "inner") == 404
    kn.run("service", "delete", "inner")


def test_a_forced_create_replaces_and_a_second_create_does_not(kn: Client) -> None:
    kn.run("service", "create", "twice", *IMAGE)
    assert "already exists" in kn("service", "create", "twice", *IMAGE).errors
    kn.run("service", "create", "twice", *IMAGE, "--env", "EXAMPLE=1", "--force")
    kn.run("service", "delete", "twice")


def test_a_domain_is_mapped_to_a_service_answers_is_moved_and_is_gone(kn: Client) -> None:
    kn.run("service", "create", "private", *IMAGE, "--cluster-local")
    made = kn.run("domain", "create", "shop.example.org", "--ref", "ksvc:private")
    assert "Domain mapping 'shop.example.org' created in namespace 'shop'." in made
    (row,) = kn.run("domain", "list", "--no-headers").splitlines()
    assert row.split()[:3] == ["shop.example.org", f"http://shop.example.org:{kn.stack.port}", "True"]
    described = kn.run("domain", "describe", "shop.example.org")
    assert "++ ReferenceResolved" in described
    headers = {"host": f"shop.example.org:{kn.stack.port}"}

    def status() -> int:
        # The front door itself, which has any host, knows no such path.
        return kn.stack.call("GET", "/healthz", headers=headers).status

    wait_until(lambda: status() == 200, 20, "the domain to answer")
    kn.run("service", "delete", "private")
    wait_until(lambda: status() == 404, 20, "the domain to lead nowhere")
    assert "!! ReferenceResolved" in kn.run("domain", "describe", "shop.example.org")
    kn.run("domain", "delete", "shop.example.org")
    assert "No domain mapping found" in kn.run("domain", "list")


def test_a_service_is_exported_with_its_revisions_and_imported_again(kn: Client, tmp_path: Path) -> None:
    kn.run("service", "create", "mover", *IMAGE, "--env", "EXAMPLE=1", "--revision-name", "mover-first")
    kn.run("service", "update", "mover", "--env", "EXAMPLE=2", "--revision-name", "mover-second")
    kn.run("service", "update", "mover", "--traffic", "mover-first=40,mover-second=60")
    exported = tmp_path / "mover.yaml"
    exported.write_text(kn.run("service", "export", "mover", "--with-revisions", "--mode", "export", "-o", "yaml"))
    kn.run("service", "delete", "mover", "--wait")
    kn.run("service", "import", str(exported))
    rows = [line.split()[:3] for line in kn.run("revision", "list", "-s", "mover", "--no-headers").splitlines()]
    assert sorted(rows) == [["mover-first", "mover", "40%"], ["mover-second", "mover", "60%"]]
    wait_until(lambda: answers(kn, "mover") == 200, 20, "mover to answer")
    kn.run("service", "delete", "mover")
