"""What was applied outlives the engine, and a second `up` changes only what was edited."""

import stat
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from knative.local.gradual_rollout import Rollout
from knative.local.home import Home
from knative.local.model import ConfigurationName, RevisionName, RouteName, RouteTarget, TrafficTarget
from knative.local.rollout import Proof, proven
from knative.local.routing import Assigned
from knative.local.store import Key, Store, key_of
from shared.yaml_documents import Complaints, Node, document_of, parse_documents, read_text
from tests.unit.knative.local.children import new_revision

LIST_PRODUCTS = ConfigurationName("list-products")
KEY = Key(kind="ConfigMap", namespace="shop", name="settings")


def document(name: str = "settings", /, **data: object) -> Node:
    value = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "shop"}, "data": data}
    return document_of(value, "settings.yaml")


def service(name: str = "list-products") -> Node:
    value = {
        "apiVersion": "serving.knative.dev/v1", "kind": "Service", "metadata": {"name": name, "namespace": "shop"},
        "spec": {"template": {"spec": {"containers": [{"image": f"dev.local/zerocart/{name}"}]}}},
    }  # fmt: skip
    return document_of(value, "service.yaml")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    found = Home(root=tmp_path / "home", project=tmp_path / "project", port=8080)
    found.make_folders()
    function = found.project / "functions" / "list_products"
    function.mkdir(parents=True)
    (function / "main.py").write_text("# version 1\n")
    return found


def put(store: Store, *documents: Node, from_project: bool) -> list[Key]:
    proposal = store.propose(documents, from_project=from_project)
    store.accept(proposal)
    return list(proposal.changed)


def data(store: Store, key: Key = KEY) -> object:
    node = store.documents[key].get("data")
    return node.value if node else None


def test_an_object_without_a_namespace_is_the_shops() -> None:
    assert key_of(document_of({"kind": "ConfigMap", "metadata": {"name": "settings"}}, "settings.yaml")) == KEY


def test_a_document_comes_back_with_the_names_of_its_fields() -> None:
    text = "a: {b: [1, {c: x}]}"
    (node,) = parse_documents(text, "settings.yaml")
    assert document_of(node.value, "settings.yaml") == node


def test_nothing_changes_before_a_proposal_is_accepted(home: Home) -> None:
    store = Store(home)
    store.propose([document(a="1")], from_project=False)
    assert store.documents == {}


def test_what_is_new_or_other_is_told_and_what_is_the_same_is_not(home: Home) -> None:
    store = Store(home)
    assert put(store, document(a="1"), from_project=True) == [KEY]
    assert put(store, document(a="1"), from_project=True) == []
    assert put(store, document(a="2"), from_project=True) == [KEY]


def test_what_was_applied_by_hand_stays_while_its_file_says_what_it_said(home: Home) -> None:
    store = Store(home)
    put(store, document(a="1"), from_project=True)
    put(store, document(a="by hand"), from_project=False)
    assert put(store, document(a="1"), from_project=True) == []
    assert data(store) == {"a": "by hand"}


def test_an_edited_file_wins_over_what_was_applied_by_hand(home: Home) -> None:
    store = Store(home)
    put(store, document(a="1"), from_project=True)
    put(store, document(a="by hand"), from_project=False)
    assert put(store, document(a="2"), from_project=True) == [KEY]
    assert data(store) == {"a": "2"}


def test_an_object_goes_with_its_file_and_one_that_never_had_a_file_stays(home: Home) -> None:
    store = Store(home)
    put(store, document(a="1"), document("other", a="1"), from_project=True)
    put(store, document("by-hand", a="1"), from_project=False)
    gone = Key(kind="ConfigMap", namespace="shop", name="other")
    assert put(store, document(a="1"), from_project=True) == [gone]
    assert {key.name for key in store.documents} == {"settings", "by-hand"}


def test_what_was_applied_is_for_its_owners_eyes_for_secrets_are_in_it(home: Home) -> None:
    store = Store(home)
    put(store, document(a="1"), from_project=False)
    store.save()
    assert stat.S_IMODE((home.root / "objects.json").stat().st_mode) == 0o600


def test_the_next_engine_finds_all_of_it(home: Home) -> None:
    store = Store(home)
    put(store, document(a="1"), from_project=True)
    put(store, document(a="by hand"), from_project=False)
    revision = proven(new_revision())
    store.snapshot(revision, service())
    store.revisions[revision.name] = revision
    store.save()
    found = Store(home)
    assert data(found) == {"a": "by hand"}
    assert found.origins == store.origins
    assert found.revisions[revision.name].proof is Proof.READY
    assert found.revisions[revision.name].digest == revision.digest


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=40)
@given(values=st.lists(st.dictionaries(st.text(min_size=1), plain), min_size=1, max_size=3))
def test_any_value_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, values: list[dict[str, object]]
) -> None:
    home = Home(root=tmp_path_factory.mktemp("home"), project=Path("/"), port=8080)
    store = Store(home)
    for value in values:
        put(store, document(**value), from_project=False)
    store.save()
    assert data(Store(home)) == values[-1]


def test_a_snapshot_is_the_code_as_it_was_then(home: Home) -> None:
    store = Store(home)
    revision = new_revision()
    code = home.project / "functions" / "list_products" / "main.py"
    (code.parent / "__pycache__").mkdir()
    store.snapshot(revision, service())
    code.write_text("# version 2\n")
    kept = store.folder(revision.name) / "functions" / "list_products"
    assert (kept / "main.py").read_text() == "# version 1\n"
    assert not (kept / "__pycache__").exists()


def test_a_snapshot_that_was_interrupted_is_made_whole_the_next_time(home: Home) -> None:
    store = Store(home)
    revision = new_revision()
    half = store.folder(revision.name).with_name(f".{revision.name}") / "functions" / "list_products"
    half.mkdir(parents=True)
    (half / "left over").touch()
    store.snapshot(revision, service())
    kept = store.folder(revision.name) / "functions" / "list_products"
    assert [path.name for path in kept.iterdir()] == ["main.py"]


def test_a_revision_whose_snapshot_was_never_finished_is_none(home: Home) -> None:
    store = Store(home)
    revision = new_revision()
    store.revisions[revision.name] = revision
    store.save()
    assert Store(home).revisions == {}


def test_a_forgotten_revision_leaves_nothing_behind(home: Home) -> None:
    store = Store(home)
    revision = new_revision()
    store.snapshot(revision, service())
    store.revisions[revision.name] = revision
    store.forget(revision.name)
    assert store.revisions == {}
    assert list(home.revisions.iterdir()) == []


def test_a_date_is_a_string_as_it_is_to_a_cluster() -> None:
    (node,) = parse_documents("since: 2010-12-01\nat: 2010-12-01T08:26:00Z\n", "settings.yaml")
    assert node.value == {"since": "2010-12-01", "at": "2010-12-01T08:26:00Z"}


def test_what_json_cannot_say_is_refused() -> None:
    complaints = Complaints()
    assert read_text("data:\n  key: !!binary aGVsbG8=\n", "settings.yaml", complaints) == []
    (problem,) = complaints.problems
    assert (problem.file, problem.line) == ("settings.yaml", 2)


def test_how_far_the_traffic_has_moved_outlives_the_engine(home: Home) -> None:
    store = Store(home)
    shares = (RouteTarget(revision=RevisionName("a"), percent=99), RouteTarget(revision=RevisionName("b"), percent=1))
    rollout = Rollout(shares=shares, started_at_s=1.5, next_step_at_s=3.25, step_s=1.75, step_percent=3)
    traffic = (
        TrafficTarget(percent=100, configuration=LIST_PRODUCTS),
        TrafficTarget(percent=0, revision=RevisionName("a"), tag="old"),
    )
    assigned = Assigned(traffic=traffic, rollouts={LIST_PRODUCTS: rollout})
    store.assigned = {RouteName("products"): assigned}
    store.save()
    assert Store(home).assigned == {"products": assigned}
