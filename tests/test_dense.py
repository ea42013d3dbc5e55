"""Search by meaning."""

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seminar_qa.dense import DenseFacts, DenseIndex, write_dense
from seminar_qa.errors import IndexDamagedError

VECTORS = np.array([[1, 0], [0, 1], [0.6, 0.8], [-1, 0]], dtype=np.float32)
ROWS = np.array([3, 4, 9, 20])
EAST = np.array([1, 0], dtype=np.float32)
MANY = 3_000


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def clustered(count: int, seed: int) -> np.ndarray:
    """Return vectors about 30 centres, many of them alike."""
    centres = np.random.default_rng(0).normal(size=(30, 32))
    random = np.random.default_rng(seed)
    return unit(centres[random.integers(30, size=count)] + 0.7 * random.normal(size=(count, 32)))


def written(folder: Path, rows: np.ndarray, vectors: np.ndarray, **options: int) -> DenseIndex:
    write_dense(folder, rows, vectors, **options)
    return DenseIndex.open(folder)


def half(vectors: np.ndarray) -> np.ndarray:
    return vectors.astype(np.float16).astype(np.float32)


def ranked(query: np.ndarray, rows: np.ndarray, vectors: np.ndarray) -> list[int]:
    scores = vectors.astype(np.float64) @ query
    return [int(rows[n]) for n in np.lexsort((rows, -scores))]


@pytest.fixture
def index(tmp_path) -> DenseIndex:
    return written(tmp_path / "dense", ROWS, VECTORS)


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    vectors = clustered(MANY, seed=1)
    vectors[::50] = vectors[0]  # copies of a text
    return vectors


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    return np.cumsum(np.random.default_rng(2).integers(1, 9, size=MANY))


@pytest.fixture(scope="module")
def folder(tmp_path_factory, rows, vectors) -> Path:
    folder = tmp_path_factory.mktemp("ivf") / "dense"
    write_dense(folder, rows, vectors, exact_rows=1_000)
    return folder


@pytest.fixture(scope="module")
def many(folder) -> DenseIndex:
    return DenseIndex.open(folder)


def test_rows_come_best_first_with_their_cosines(index):
    found = index.search(EAST, 4)
    assert [row for row, _ in found] == [3, 9, 4, 20]
    assert [score for _, score in found] == pytest.approx([1.0, 0.6, 0.0, -1.0])


def test_no_more_than_the_limit_comes_back(index):
    assert [row for row, _ in index.search(EAST, 2)] == [3, 9]


def test_a_limit_beyond_the_rows_gives_every_row_once(index):
    assert sorted(row for row, _ in index.search(EAST, 100)) == [3, 4, 9, 20]


def test_only_the_allowed_rows_are_ranked(index):
    assert [row for row, _ in index.search(EAST, 2, rows=[20, 4])] == [4, 20]


def test_a_row_that_is_allowed_twice_comes_once(index):
    assert [row for row, _ in index.search(EAST, 4, rows=[4, 4])] == [4]


def test_no_allowed_rows_give_nothing(index):
    assert index.search(EAST, 2, rows=[]) == []


def test_rows_are_scored_in_the_order_asked_for(index):
    assert index.score(EAST, [20, 9]) == pytest.approx([-1.0, 0.6])
    assert index.score(EAST, []) == []


def test_the_vectors_come_back_by_their_rows(index):
    assert np.array_equal(index.vectors([20, 3]), VECTORS[[3, 0]])
    assert index.vectors([]).shape == (0, 2)


@pytest.mark.parametrize("row", [-1, 0, 5, 21, 2**40])
def test_a_row_without_a_vector_is_a_damaged_index(index, many, row):
    for opened in (index, many):
        if row in (5,) and opened is many:
            continue
        with pytest.raises(IndexDamagedError, match=f"passage {row} has no vector"):
            opened.score(EAST if opened is index else np.zeros(32), [row])


def test_an_index_of_nothing_finds_nothing(tmp_path):
    empty = written(tmp_path / "dense", ROWS[:0], np.zeros((0, 2), dtype=np.float32))
    assert (len(empty), empty.search(EAST, 3), empty.search(EAST, 3, rows=[])) == (0, [], [])
    with pytest.raises(IndexDamagedError, match="passage 3 has no vector"):
        empty.vectors([3])


def test_asking_for_nothing_gives_nothing(index, many):
    assert index.search(EAST, 0) == many.search(np.zeros(32, dtype=np.float32), 0) == []


def test_few_rows_are_searched_exactly_and_the_facts_say_so(index):
    assert index.facts == DenseFacts("exact", recall=1.0)


def test_equal_scores_come_in_the_order_of_the_rows_even_at_the_limit(tmp_path, many, vectors):
    same = np.repeat(VECTORS[2:3], 40, axis=0)
    same[-1] = VECTORS[0]
    exact = written(tmp_path / "dense", np.arange(40) * 2, same)
    assert [row for row, _ in exact.search(EAST, 5)] == [78, 0, 2, 4, 6]
    everything = many._rows
    copies = [int(row) for row in everything[::50]]
    found = many.search(vectors[0], 7, rows=everything)
    assert [row for row, _ in found] == copies[:7]
    assert len({score for _, score in found}) == 1


def test_a_copy_of_the_folder_elsewhere_answers_the_same(index, tmp_path):
    (tmp_path / "dense").rename(tmp_path / "moved")
    opened = DenseIndex.open(tmp_path / "moved")
    assert len(opened) == 4
    assert opened.search(EAST, 4) == index.search(EAST, 4)


# Many rows


def test_many_rows_are_clustered_and_the_facts_say_how_well_that_was_measured(many):
    facts = many.facts
    assert (facts.kind, facts.nlist, facts.sample) == ("ivf", 128, 256)
    assert 1 <= facts.nprobe < facts.nlist
    assert 0.99 <= facts.recall <= 1.0


def test_questions_that_were_not_there_when_it_was_built_find_their_ten_best(many, rows, vectors):
    found = right = 0
    for query in clustered(100, seed=3):
        best = set(ranked(query, rows, half(vectors))[:10])
        hits = {row for row, _ in many.search(query, 10)}
        found, right = found + len(hits), right + len(hits & best)
    assert found == 1_000
    assert right >= 980


def test_a_filter_ranks_every_row_it_lets_in(many, rows, vectors):
    random = np.random.default_rng(4)
    for query, count in zip(clustered(6, seed=5), (1, 10, 300, 2_000, 2_900, MANY), strict=True):
        places = np.sort(random.choice(MANY, count, replace=False))
        found = many.search(query, 50, rows=random.permutation(rows[places]).tolist())
        expected = inexact(query, rows[places], half(vectors[places]), 50)
        assert [row for row, _ in found] == expected


def inexact(query: np.ndarray, rows: np.ndarray, vectors: np.ndarray, limit: int) -> list[int]:
    """Return the best rows by the sum in float32, as ranks in float64 may differ in the last bit."""
    from seminar_qa.clusters import inner_products

    scores = inner_products(query, vectors)
    return [int(rows[n]) for n in np.lexsort((rows, -scores))[:limit]]


def test_a_row_has_the_same_score_however_it_is_found(many, rows):
    for query in clustered(5, seed=6):
        found = many.search(query, 80)
        some = [row for row, _ in found]
        assert many.score(query, some) == [score for _, score in found]
        assert many.search(query, 80, rows=some) == found
        assert many.search(query, MANY, rows=rows)[:1] == found[:1]


def test_a_limit_beyond_the_searched_clusters_is_filled_from_others(many):
    query = clustered(1, seed=7)[0]
    assert len(many.search(query, 2_500)) == 2_500
    assert len(many.search(query, 9_999)) == MANY


def test_the_vectors_of_a_clustered_index_are_rounded_to_half_precision(many, rows, vectors):
    some = [int(row) for row in rows[[7, 2_999, 0]]]
    assert np.array_equal(many.vectors(some), half(vectors[[7, 2_999, 0]]))


def test_the_same_input_gives_the_same_bytes(folder, tmp_path, rows, vectors):
    write_dense(tmp_path / "again", rows, vectors, exact_rows=1_000)
    assert bytes_of(tmp_path / "again") == bytes_of(folder)


def test_vectors_out_of_an_earlier_index_give_the_same_bytes_as_new_ones(
    folder, many, tmp_path, rows
):
    write_dense(tmp_path / "again", rows, many.vectors(rows), exact_rows=1_000)
    assert bytes_of(tmp_path / "again") == bytes_of(folder)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_vectors_are_read_in_slices_only(tmp_path, vectors, rows):
    class Sliced:
        """Vectors that cannot be read all at once."""

        shape = vectors.shape

        def __getitem__(self, places: slice) -> np.ndarray:
            assert isinstance(places, slice)
            assert 0 < places.stop - places.start <= 16_384
            return vectors[places]

    for name, limit in (("exact", MANY), ("ivf", 0)):
        facts = write_dense(tmp_path / name, rows, Sliced(), exact_rows=limit)
        assert facts.kind == name


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 120), st.integers(1, 20), st.integers(0, 2**32 - 1))
def test_few_vectors_in_clusters_are_found_as_by_an_exact_search(
    tmp_path_factory, count, limit, seed
):
    random = np.random.default_rng(seed)
    vectors = half(unit(random.normal(size=(count, 8))))
    vectors[random.integers(count, size=count // 3)] = vectors[0]
    rows = np.cumsum(random.integers(1, 5, size=count))
    query = unit(random.normal(size=(1, 8)))[0]
    place = tmp_path_factory.mktemp("both")
    one = written(place / "ivf", rows, vectors, exact_rows=0)
    other = written(place / "exact", rows, vectors)
    assert (one.facts.kind, other.facts.kind) == ("ivf", "exact")
    some = rows[random.random(count) < 0.5].tolist()
    assert one.search(query, limit, rows=some) == other.search(query, limit, rows=some)
    assert one.search(query, count) == other.search(query, count)


def test_opening_reads_none_of_the_vectors(folder):
    code = (
        "import sys; from pathlib import Path; from seminar_qa.dense import DenseIndex\n"
        "index = DenseIndex.open(Path(sys.argv[1]))\n"
        "maps = Path('/proc/self/smaps').read_text().split('VmFlags')\n"
        "print(*[line for part in maps if 'vectors.npy' in part\n"
        "        for line in part.splitlines() if line.startswith('Rss:')])"
    )
    if not Path("/proc/self/smaps").exists():
        pytest.skip("needs /proc")
    command = [sys.executable, "-c", code, str(folder)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert told[0] == "Rss:"
    assert int(told[1]) <= 192 < (folder / "vectors.npy").stat().st_size // 1024 + 32


# Damage


def test_a_missing_folder_is_a_damaged_index_and_the_message_names_the_cure(tmp_path):
    with pytest.raises(IndexDamagedError, match="seminar-qa index --force"):
        DenseIndex.open(tmp_path / "nowhere")


@pytest.mark.parametrize("exact_rows", [0, 100])
def test_a_file_cut_short_anywhere_is_a_damaged_index(tmp_path, exact_rows):
    folder = tmp_path / "dense"
    write_dense(folder, ROWS, VECTORS, exact_rows=exact_rows)
    for path in sorted(folder.iterdir()):
        whole = path.read_bytes()
        for length in range(len(whole) - 1):  # without its last line end JSON is whole
            path.write_bytes(whole[:length])
            with pytest.raises(IndexDamagedError, match="seminar-qa index --force"):
                DenseIndex.open(folder)
        path.write_bytes(whole)
    DenseIndex.open(folder)


@pytest.mark.parametrize("exact_rows", [0, 100])
def test_a_file_of_another_index_is_a_damaged_one(tmp_path, exact_rows):
    write_dense(tmp_path / "other", ROWS[:3], VECTORS[:3], exact_rows=exact_rows)
    for path in sorted((tmp_path / "other").glob("*.npy")):
        if path.name == "centroids.npy":
            continue  # one cluster in both
        folder = tmp_path / f"with-{path.stem}"
        write_dense(folder, ROWS, VECTORS, exact_rows=exact_rows)
        (folder / path.name).write_bytes(path.read_bytes())
        with pytest.raises(IndexDamagedError):
            DenseIndex.open(folder)


def test_numbers_of_another_kind_are_a_damaged_index(tmp_path):
    write_dense(tmp_path / "dense", ROWS, VECTORS)
    np.save(tmp_path / "dense" / "vectors.npy", VECTORS.astype(np.float64))
    with pytest.raises(IndexDamagedError, match="float64"):
        DenseIndex.open(tmp_path / "dense")


def test_facts_of_another_version_are_a_damaged_index(tmp_path):
    write_dense(tmp_path / "dense", ROWS, VECTORS)
    facts = {**dataclasses.asdict(DenseFacts()), "colour": "blue"}
    (tmp_path / "dense" / "facts.json").write_text(json.dumps(facts))
    with pytest.raises(IndexDamagedError, match="colour"):
        DenseIndex.open(tmp_path / "dense")


@pytest.mark.parametrize("name", ["places.npy", "owners.npy"])
@pytest.mark.parametrize("wrong", [-1, 1, 2**60])
def test_a_vector_that_is_not_where_it_should_be_is_damage_and_no_answer(tmp_path, name, wrong):
    folder = tmp_path / "dense"
    write_dense(folder, ROWS, VECTORS, exact_rows=0)
    altered = np.load(folder / name)
    altered[0] += wrong
    np.save(folder / name, altered)
    with pytest.raises(IndexDamagedError, match="has no vector"):
        DenseIndex.open(folder).vectors(ROWS)


def test_clusters_that_do_not_divide_the_vectors_are_damage(tmp_path):
    write_dense(tmp_path / "dense", ROWS, VECTORS, exact_rows=0)
    np.save(tmp_path / "dense" / "starts.npy", np.array([0, 5]))
    with pytest.raises(IndexDamagedError, match="does not divide"):
        DenseIndex.open(tmp_path / "dense")


def test_a_disk_that_takes_no_more_is_an_error_and_not_the_end_of_the_process(tmp_path):
    code = (
        "import resource, signal, sys, numpy as np\n"
        "from pathlib import Path; from seminar_qa.dense import write_dense\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "vectors = np.ones((500, 32), dtype=np.float32)\n"
        "try:\n    write_dense(Path(sys.argv[1]), np.arange(500), vectors, exact_rows=0)\n"
        "except OSError as error:\n    print(error.strerror)"
    )
    pytest.importorskip("resource")
    command = [sys.executable, "-c", code, str(tmp_path / "dense")]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert told == "File too large\n"
