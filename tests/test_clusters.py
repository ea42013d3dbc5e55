"""Clusters of vectors, and the search within some of them."""

import threading

import numpy as np
import pytest

from seminar_qa.clusters import (
    Scanner,
    assign,
    count_clusters,
    count_searched,
    draw,
    exact_best,
    inner_products,
    nearest,
    slices,
    train,
)

RANDOM = np.random.default_rng(1)


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


VECTORS = unit(RANDOM.normal(size=(900, 16)))
QUERY = unit(RANDOM.normal(size=(1, 16)))[0]


def test_there_are_about_four_times_the_root_of_the_vectors_a_power_of_two():
    assert [count_clusters(n) for n in (100_001, 1_000_000, 100_000_000)] == [1024, 4096, 8192]


def test_few_vectors_have_few_clusters():
    assert [count_clusters(n) for n in (1, 31, 640)] == [1, 1, 16]


def test_a_sample_is_the_same_ones_each_time_in_order_and_rounded():
    rounded = VECTORS.astype(np.float16).astype(np.float32)
    sample = draw(VECTORS, 50)
    places = [int(np.flatnonzero((rounded == one).all(axis=1))[0]) for one in sample]
    assert len(set(places)) == 50
    assert places == sorted(places)
    assert np.array_equal(sample, draw(VECTORS, 50))


def test_a_sample_of_more_than_there_are_is_all_of_them():
    assert draw(VECTORS[:7], 50).shape == (7, 16)


def test_training_twice_gives_the_same_centroids_of_length_one():
    one, two = (train(VECTORS, 8) for _ in range(2))
    assert np.array_equal(one, two)
    assert np.linalg.norm(one, axis=1) == pytest.approx(np.ones(8))


def test_separate_groups_share_no_cluster():
    centres = np.eye(4, 16, dtype=np.float32)
    groups = np.repeat(np.arange(4), 40)
    vectors = unit(centres[groups] + RANDOM.normal(size=(160, 16), scale=0.05))
    clusters = assign(vectors, train(vectors, 16))
    shared = {frozenset(groups[clusters == cluster].tolist()) for cluster in set(clusters)}
    assert shared == {frozenset([group]) for group in range(4)}


def test_the_exact_best_are_those_of_a_sort_across_slices(monkeypatch):
    monkeypatch.setattr("seminar_qa.clusters.SLICE", 64)
    queries = unit(RANDOM.normal(size=(5, 16)))
    rounded = VECTORS.astype(np.float16).astype(np.float32)
    expected = np.argsort(-(queries @ rounded.T), axis=1)[:, :10]
    assert np.array_equal(exact_best(queries, VECTORS), expected)


def test_fewer_than_ten_vectors_are_all_the_best():
    assert sorted(exact_best(VECTORS[:1], VECTORS[:4])[0]) == [0, 1, 2, 3]


def test_so_many_clusters_are_searched_as_reach_the_wanted_share():
    centroids = np.eye(4, dtype=np.float32)
    queries = np.array([[0.9, 0.3, 0.2, 0.1]], dtype=np.float32)
    wanted = np.array([[0, 0, 1, 3]])
    needed = {
        share: count_searched(queries, wanted, centroids, share) for share in (0.5, 0.75, 1.0)
    }
    assert needed == {0.5: 1, 0.75: 2, 1.0: 4}


@pytest.mark.parametrize("dimension", [1, 2, 4, 8, 16, 33, 384])
def test_equal_vectors_have_equal_products_wherever_they_stand(dimension):
    vectors = RANDOM.normal(size=(60, dimension)).astype(np.float32)
    query = RANDOM.normal(size=dimension).astype(np.float32)
    vectors[::7] = vectors[-1]
    products = inner_products(query, vectors)
    assert len(set(products[[*range(0, 60, 7), -1]].tolist())) == 1
    assert products[-1] == inner_products(query, vectors[-1:])[0]
    assert products == pytest.approx(vectors @ query, abs=1e-4)


def test_the_nearest_clusters_are_those_of_the_greatest_products():
    expected = np.argsort(-(VECTORS[:60] @ QUERY))
    assert set(nearest(QUERY, VECTORS[:60], 7)) == set(expected[:7])
    assert sorted(nearest(QUERY, VECTORS[:60], 100)) == list(range(60))


def test_a_scan_finds_the_best_of_its_ranges_only():
    halves = VECTORS.astype(np.float16)
    inside = [*range(10, 200), *range(850, 900)]
    expected = sorted(inside, key=lambda place: -float(halves[place].astype(np.float32) @ QUERY))
    found = Scanner(16).scan(QUERY, halves, [(10, 200), (300, 300), (850, 900)], 12)
    assert set(found.tolist()) == set(expected[:12])


def test_a_scan_of_fewer_than_the_limit_finds_them_all():
    found = Scanner(16).scan(QUERY, VECTORS.astype(np.float16), [(5, 8)], 12)
    assert sorted(found.tolist()) == [5, 6, 7]


def test_searches_in_many_threads_do_not_mix_their_queries():
    halves = VECTORS.astype(np.float16)
    scanner = Scanner(16)
    queries = unit(RANDOM.normal(size=(8, 16)))
    alone = [set(scanner.scan(query, halves, [(0, 900)], 5).tolist()) for query in queries]
    wrong = []

    def ask(number: int) -> None:
        for _ in range(200):
            found = set(scanner.scan(queries[number], halves, [(0, 900)], 5).tolist())
            if found != alone[number]:
                wrong.append(number)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_slices_make_up_the_whole():
    assert [(part.start, part.stop) for part in slices(5, 2)] == [(0, 2), (2, 4), (4, 5)]
