"""The command, run as a person runs it: another process, exit codes, output."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from seminar_qa import cli
from seminar_qa.errors import IndexDamagedError
from seminar_qa.settings import Settings

COMMANDS = ["index", "rollback", "ask", "serve", "status", "text", "evaluate"]


def run(*arguments, home, stdin="", check=True):
    environment = {**os.environ, "SEMINAR_QA_HOME": str(home), "COLUMNS": "200"}
    done = subprocess.run(
        [sys.executable, "-m", "seminar_qa.cli", *arguments],
        capture_output=True,
        text=True,
        input=stdin,
        env=environment,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert not check or done.returncode == 0, done.stderr
    return done


def test_ask_prints_the_answer_and_its_quotation(home):
    lines = run("ask", "Who is the Governor of Iwate Prefecture?", home=home).stdout.splitlines()
    assert lines[0].strip() == "Mr. Takuya Tasso"
    assert lines[2].startswith("[1] Mr. Takuya Tasso, Governor of Iwate Prefecture presented")


def test_ask_says_how_many_people_attended(home):
    reply = json.loads(
        run("ask", "--json", "How many people attended the seminar?", home=home).stdout
    )
    assert reply["answered"] is True
    assert "approximately 100 audiences" in reply["quotes"][0]["text"]


def test_ask_as_json_has_the_fields_of_the_schema(home):
    reply = json.loads(run("ask", "--json", "Who is the Governor of Iwate?", home=home).stdout)
    assert list(reply) == [
        "answered",
        "answer",
        "quotes",
        "confidence",
        "nearest",
        "interpreted_question",
        "unread",
        "index",
        "timing_ms",
    ]


def test_ask_reads_the_question_from_standard_input(home):
    reply = json.loads(
        run("ask", "-", "--json", home=home, stdin="Who prepared the report?\n").stdout
    )
    assert reply["interpreted_question"] == "Who prepared the report?"


@pytest.mark.parametrize(
    ("question", "words"),
    [("", "empty"), ("x" * 1001, "1,001 characters"), ("a\x07b", "U+0007")],
)
def test_a_malformed_question_gives_one_sentence_and_exit_code_1(home, question, words):
    done = run("ask", question, home=home, check=False)
    assert done.returncode == 1
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_asking_without_an_index_names_the_cure(tmp_path):
    done = run("ask", "Who?", home=tmp_path, check=False)
    assert done.returncode == 1
    assert "run: seminar-qa index" in done.stderr


def test_index_without_a_documents_folder_says_so(tmp_path):
    done = run("index", home=tmp_path, check=False)
    assert (done.returncode, str(tmp_path / "documents") in done.stderr) == (1, True)


def test_index_of_an_empty_folder_says_so(tmp_path):
    (tmp_path / "documents").mkdir()
    done = run("index", home=tmp_path, check=False)
    assert done.returncode == 1
    assert "holds no reports" in done.stderr


def test_index_names_an_unreadable_file_and_exits_with_3(fresh_home):
    (fresh_home / "documents" / "noise.txt").write_bytes(b"\x00\x01\x02")
    done = run("index", home=fresh_home, check=False)
    assert done.returncode == 3
    assert "indexed: 1 report," in done.stdout
    assert "not read: noise.txt" in done.stderr


def test_index_prints_what_it_did_as_json(fresh_home):
    first = json.loads(run("index", "--json", home=fresh_home).stdout)
    again = json.loads(run("index", "--json", home=fresh_home).stdout)
    assert (first["built"], again["built"]) == (True, False)
    assert first["generation"] == again["generation"]


def test_a_dry_run_builds_nothing(fresh_home):
    told = run("index", "--dry-run", home=fresh_home).stdout
    assert "added: seminar-report-2018-11-20.txt" in told
    assert not (fresh_home / "index" / "current").exists()


def test_status_lists_every_file_with_its_reason(fresh_home):
    (fresh_home / "documents" / "slides.xyz").write_bytes(b"?")
    run("index", home=fresh_home, check=False)
    report = json.loads(run("status", "--json", home=fresh_home).stdout)
    rows = {row["path"]: (row["status"], row["reason"]) for row in report["files"]}
    assert rows["seminar-report-2018-11-20.txt"] == ("read", None)
    assert rows["slides.xyz"][0] == "unread"
    assert "no reader for “.xyz”" in rows["slides.xyz"][1]
    assert report["up_to_date"] is True


def test_status_tells_that_the_index_is_stale(fresh_home):
    run("index", home=fresh_home)
    (fresh_home / "documents" / "new.md").write_text("# New\n\nA sentence.\n")
    assert "stale; run: seminar-qa index" in run("status", home=fresh_home).stdout


def test_evaluate_prints_the_numbers_and_the_misses(home, tmp_path):
    file = tmp_path / "questions.jsonl"
    rows = [
        {"id": "a", "question": "Who is the Governor of Iwate?", "answers": ["Mr. Takuya Tasso"]},
        {"id": "b", "question": "Who is the Governor of Iwate?", "answers": ["Nobody At All"]},
    ]
    file.write_text("".join(json.dumps({**row, "answerable": True}) + "\n" for row in rows))
    result = json.loads(run("evaluate", str(file), "--misses", "--json", home=home).stdout)
    assert result["numbers"]["quote_hit@1"] == 0.5
    assert [row["question"]["id"] for row in result["results"]] == ["b"]


def test_evaluate_compares_with_a_saved_run_and_ends_with_4_when_it_is_worse(home, tmp_path):
    file, saved = tmp_path / "questions.jsonl", tmp_path / "run.json"
    rows = [
        {"id": n, "question": "Who is the Governor of Iwate?", "answers": ["Mr. Takuya Tasso"]}
        for n in range(6)
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    first = run("evaluate", str(file), "--save", str(saved), home=home)
    assert "quote_hit@1" in first.stdout
    same = run("evaluate", str(file), "--against", str(saved), home=home)
    assert "since" in same.stdout
    assert "+0.000" in same.stdout
    better = json.loads(saved.read_text())
    for row in better["results"]:
        row["f1"] = 2.0
    saved.write_text(json.dumps(better))
    compared = ["evaluate", str(file), "--against", str(saved), "--save", str(saved), "--json"]
    worse = run(*compared, home=home, check=False)
    assert worse.returncode == 4
    assert "answer_f1" in worse.stderr
    differences = {d["name"]: d for d in json.loads(worse.stdout)["comparison"]["differences"]}
    assert differences["answer_f1"]["before"] == 2.0
    assert json.loads(saved.read_text()) == better


def test_a_setting_that_cannot_be_used_is_named(home):
    environment = {**os.environ, "SEMINAR_QA_HOME": str(home), "SEMINAR_QA_PASSAGE_WORDS": "many"}
    done = subprocess.run(
        [sys.executable, "-m", "seminar_qa.cli", "status"],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert done.returncode == 1
    assert "passage_words = 'many'" in done.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example_and_json(command, tmp_path):
    told = run(command, "--help", home=tmp_path).stdout
    assert f"Example: seminar-qa {command}" in told
    assert "--json" in told


def test_a_taken_port_gives_one_sentence(home):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run("serve", "--port", str(taken.getsockname()[1]), home=home, check=False)
    assert done.returncode == 1
    assert "choose another with --port" in done.stderr


def test_asking_loads_neither_torch_nor_sentence_transformers(home):
    code = (
        "import sys; from seminar_qa.cli import app\n"
        "app(['ask', 'Who prepared the report?'], standalone_mode=False)\n"
        "print('LOADED', *sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "SEMINAR_QA_HOME": str(home)},
        check=True,
    )
    loaded = set(done.stdout.split("LOADED")[1].split())
    assert "onnxruntime" in loaded
    assert not loaded & {"torch", "transformers", "sentence_transformers"}


def seconds(command, home):
    environment = {**os.environ, "SEMINAR_QA_HOME": str(home)}
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return time.perf_counter() - began


def test_a_cold_answer_takes_half_of_what_importing_the_encoder_takes_and_help_a_tenth(home):
    tool = [sys.executable, "-m", "seminar_qa.cli"]
    commands = (
        [sys.executable, "-c", "import sentence_transformers"],
        [*tool, "ask", "Who prepared the report?"],
        [*tool, "--help"],
    )
    base, answer, help_ = (min(seconds(command, home) for _ in range(3)) for command in commands)
    assert answer <= base / 2
    assert help_ <= base / 10


def test_an_empty_host_is_refused(home):
    done = run("serve", "--host", "", home=home, check=False)
    assert (done.returncode, "--host is empty" in done.stderr) == (1, True)


def test_a_dry_run_honours_force(home):
    assert "why: it is asked for" in run("index", "--dry-run", "--force", home=home).stdout


def test_a_dry_run_tells_renamed_copied_and_stale_files(fresh_home):
    run("index", home=fresh_home)
    documents = fresh_home / "documents"
    report = documents / "seminar-report-2018-11-20.txt"
    (documents / "copy.txt").write_bytes(report.read_bytes())
    told = run("index", "--dry-run", home=fresh_home).stdout.splitlines()
    assert told == [
        "copy: copy.txt is the same as seminar-report-2018-11-20.txt",
        "to read: 0 files",
    ]
    (documents / "copy.txt").unlink()
    report.rename(documents / "2018.txt")
    told = run("index", "--dry-run", home=fresh_home).stdout.splitlines()
    assert told == ["renamed: seminar-report-2018-11-20.txt is now 2018.txt", "to read: 0 files"]
    (documents / "2018.txt").write_bytes(b"\x00")
    report.write_bytes(b"\x00\x00")
    done = run("index", home=fresh_home, check=False)
    assert done.returncode == 3
    assert "an earlier version answers" in done.stderr
    assert "stale: seminar-report" in run("index", "--dry-run", home=fresh_home).stdout
    files = json.loads(run("status", "--json", home=fresh_home).stdout)["files"]
    assert [(row["path"], row["status"]) for row in files if row["status"] != "read"] == [
        ("2018.txt", "unread"),
        ("seminar-report-2018-11-20.txt", "stale"),
    ]


def test_rollback_says_which_generation_answers_now(fresh_home):
    first = json.loads(run("index", "--json", home=fresh_home).stdout)["generation"]
    (fresh_home / "documents" / "new.md").write_text("# New\n\nA sentence.\n")
    run("index", home=fresh_home)
    told = run("rollback", home=fresh_home).stdout
    assert told.startswith(f"answering from: generation {first}, built 20")
    assert told.endswith(" 1 report, 29 passages\n")
    again = run("rollback", home=fresh_home, check=False)
    assert again.returncode == 1
    assert f"there is no generation before {first} to go back to" in again.stderr


def test_the_example_questions_are_not_built_in():
    words = "audiences|Tasso|Iwate"
    source = Path(__file__).parents[1] / "src"
    found = subprocess.run(
        ["grep", "-rEl", words, str(source), "--include=*.py"], capture_output=True, check=False
    )
    assert found.stdout == b""


# One file


def test_text_prints_what_was_read_and_tells_how_beside_it(collection):
    done = run("text", str(collection / "documents" / "wind.html"), home=collection)
    assert done.stdout.startswith("Wind day\n\nEsbjerg, 4 April 2022\n\nTalks\n\nMs. Clara Berg")
    assert done.stdout.endswith("- Mr. David Holm of Esbjerg said that long quays are needed.\n")
    assert done.stderr.splitlines() == [
        "seminar-qa: 289 characters",
        "seminar-qa: left out: navigation (1 time, 4 characters): it leads to other pages",
    ]


@pytest.mark.parametrize("name", ["wind.html", "minutes.txt", "ferries.pdf"])
def test_text_as_json_has_every_block_with_its_place(collection, name):
    file = collection / "documents" / name
    told = json.loads(run("text", str(file), "--json", home=collection).stdout)
    assert told["path"] == name
    assert told["characters"] == len(told["text"])
    assert told["blocks"]
    place = 0
    for block in told["blocks"]:
        assert set(block) == {
            *("kind", "section", "level", "page", "speaker", "start", "end", "text")
        }
        assert place <= block["start"] < block["end"]
        assert told["text"][block["start"] : block["end"]] == block["text"]
        place = block["end"]


def test_text_as_json_tells_kind_section_page_and_speaker(collection):
    def blocks(name):
        file = collection / "documents" / name
        told = json.loads(run("text", str(file), "--json", home=collection).stdout)["blocks"]
        return [(b["kind"], b["section"], b["page"], b["speaker"]) for b in told]

    assert blocks("wind.html") == [
        ("title", [], None, None),
        ("front", [], None, None),
        ("heading", [], None, None),
        ("paragraph", ["Talks"], None, "Ms. Clara Berg, Aarhus"),
        ("paragraph", ["Talks"], None, None),
        ("list_item", ["Talks"], None, "Ms. Elin Dahl, Malmo"),
        ("list_item", ["Talks"], None, "Mr. David Holm, Esbjerg"),
    ]
    assert [speaker for *_, speaker in blocks("minutes.txt")][-4:] == ["Ben Roth", "Ann Lee"] * 2
    pages = [(page, speaker) for _, _, page, speaker in blocks("ferries.pdf")]
    spoken = [(1, "Dr. Ben Kloeck, Mayor, Kobe"), (2, "Ms. Ida Friis, Skagen")]
    assert pages[:2] == spoken


def test_text_reads_a_file_outside_of_any_home(tmp_path):
    (tmp_path / "a.md").write_text("# Harbour\n\nIt grows.\n")
    done = run("text", str(tmp_path / "a.md"), home=tmp_path / "none")
    assert done.stdout == "Harbour\n\nIt grows.\n"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("gone.txt", "there is no file "),
        ("", "there is no file "),
        ("noise.txt", "noise.txt: the file holds NUL bytes"),
        ("slides.key", "slides.key: no reader for “.key”"),
        ("wind.yaml", "wind.yaml is a side-car; give the report that it belongs to"),
    ],
)
def test_text_of_what_cannot_be_read_gives_one_sentence_and_exit_code_1(tmp_path, name, reason):
    (tmp_path / "noise.txt").write_bytes(b"a\x00b")
    (tmp_path / "slides.key").write_bytes(b"PK")
    (tmp_path / "wind.yaml").write_text("title: Wind day")
    done = run("text", str(tmp_path / name), home=tmp_path, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert reason in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_text_of_a_name_that_is_too_long_gives_one_sentence(tmp_path):
    done = run("text", "x" * 300, home=tmp_path, check=False)
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (1, 1)


# Speakers and side-cars


def test_ask_takes_speakers_days_and_reports(collection):
    def answer(*options):
        question = "How much will the harbour cost?"
        return json.loads(run("ask", question, "--json", *options, home=collection).stdout)

    both = answer("--speaker", "Lee", "--speaker", "Clara Berg", "--after", "2021-01-01")
    assert {quote["citation"]["speaker"] for quote in both["quotes"]} <= {
        *("Ann Lee", "Ms. Clara Berg, Aarhus")
    }
    assert both["answer"] == "40 million"
    assert answer("--speaker", "Lee", "--before", "2021-03-02")["nearest"] == []
    minutes = both["quotes"][0]["citation"]["document_id"]
    only = answer("--document", minutes, "--before", "2021-03-03")
    assert {quote["citation"]["document_id"] for quote in only["quotes"]} == {minutes}
    assert only["answer"].endswith("million euros")


def test_ask_prints_who_speaks_and_the_page(collection):
    told = run(
        "ask", "When does the fish market open?", "--max-quotes", "1", home=collection
    ).stdout
    (place,) = [line.strip() for line in told.splitlines() if " · " in line]
    assert place.startswith("Ferries · Ms. Ida Friis, Skagen · 2019-06-01 · page 2 · ")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--speaker", "Nobody"), "no report names a speaker “Nobody”; GET /documents lists"),
        (("--after", "yesterday"), "the filter after: is no date like 2018-11-20"),
        (("--before", "2018-02-30"), "the filter before: day is out of range"),
        (("--document", "minutes.txt"), "the filter documents: “minutes.txt” is no document's id"),
        (("--document", "0" * 16), f"no document has the id “{'0' * 16}”"),
    ],
)
def test_a_filter_that_is_wrong_gives_one_sentence_and_exit_code_1(collection, options, reason):
    done = run("ask", "Who spoke?", *options, home=collection, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert reason in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_status_tells_how_each_file_was_read(collection):
    lines = [line.strip() for line in run("status", home=collection).stdout.splitlines()]
    at = lines.index("read        wind.html")
    assert lines[at + 1 : at + 3] == [
        "289 characters",
        "left out: navigation (1 time, 4 characters): it leads to other pages",
    ]
    assert any(line.startswith("unread      noise.txt: the file holds NUL") for line in lines)
    assert "state       up to date" in lines
    report = json.loads(run("status", "--json", home=collection).stdout)
    files = {entry["path"]: entry for entry in report["files"]}
    assert len({frozenset(entry) for entry in files.values()}) == 1
    assert [speaker["name"] for speaker in files["minutes.txt"]["speakers"]] == [
        *("Ann Lee", "Ben Roth")
    ]
    assert files["ferries.pdf"]["extraction"]["blank_pages"] == [4]
    assert files["noise.txt"]["extraction"] is None


def test_a_side_car_without_its_report_is_told_with_exit_code_3(fresh_home):
    (fresh_home / "documents" / "gone.yaml").write_text("title: Harbour day")
    done = run("index", home=fresh_home, check=False)
    assert done.returncode == 3
    assert done.stderr.splitlines() == [
        "not read: gone.yaml: there is no report of that name for this side-car"
    ]


def test_a_side_car_that_is_wrong_is_told_by_status(fresh_home):
    (fresh_home / "documents" / "seminar-report-2018-11-20.yaml").write_text("titel: x")
    run("index", home=fresh_home)
    told = run("status", home=fresh_home).stdout
    assert "seminar-report-2018-11-20.yaml is left aside: it has the key “titel”" in told


# Commands that follow the folder until they are ended


@contextmanager
def begun(*arguments, home):
    """Run a command in the background, in a process group of its own."""
    environment = {**os.environ, "SEMINAR_QA_HOME": str(home), "SEMINAR_QA_WATCH_SETTLE": "0.3"}
    with subprocess.Popen(
        [sys.executable, "-m", "seminar_qa.cli", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def end(process, number):
    """Send a signal; return the exit code and what was still said."""
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert "Traceback" not in err
    return process.returncode, out, err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_index_watch_tells_a_failed_run_once_and_ends_cleanly(tmp_path, number):
    with begun("index", "--watch", home=tmp_path) as process:
        assert "there is no folder" in process.stderr.readline()
        (tmp_path / "documents").mkdir()
        assert "holds no reports" in process.stderr.readline()
        code, out, err = end(process, number)
    assert (code, out, err) == (0, "", "seminar-qa: documents/ is followed no longer\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_index_watch_ends_though_the_interrupt_is_lost_in_a_destructor(
    tmp_path, monkeypatch, capsys, number
):
    class Falling:
        def __del__(self):
            signal.raise_signal(number)

    def following(_folder, _run, stop, **_):
        Falling()
        assert stop.is_set()

    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    monkeypatch.setattr("seminar_qa.watch.follow_folder", following)
    monkeypatch.setattr("sys.unraisablehook", lambda _: None)
    try:
        cli._index_on_change(Settings(home=tmp_path), force=False, json=False)
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    assert "is followed no longer" in capsys.readouterr().err


def test_index_watch_indexes_what_is_put_into_the_folder(fresh_home):
    with begun("index", "--watch", "--json", home=fresh_home) as process:
        first = json.loads(process.stdout.readline())
        (fresh_home / "documents" / "new.md").write_text("# New\n\nA sentence of the new one.\n")
        second = json.loads(process.stdout.readline())
        end(process, signal.SIGTERM)
    assert (first["built"], first["documents"], second["documents"]) == (True, 1, 2)
    assert second["difference"]["added"] == ["new.md"]


ENDED = """
import sys
import time
from seminar_qa import ingest
from seminar_qa.cli import main
from toys import ToyModels, ToyReader

class Slow(ToyModels):
    def encode(self, texts, advance=lambda _: None):
        if when == "embedding":
            wait()
        return super().encode(texts, advance)

class Waits(ingest._Run):
    def _clean(self):
        wait()

def wait():
    print("here", flush=True)
    time.sleep(60)

ingest.InstalledModels = lambda _: Slow()
when = sys.argv[1]
if when == "clearing":
    ingest._Run = Waits
sys.argv = ["seminar-qa", "index"]
main()
"""


@pytest.mark.parametrize(
    ("when", "told"),
    [("embedding", "there is no index"), ("clearing", "generation 2[0-9T]+-[0-9a-f]+ answers")],
)
def test_a_run_that_is_ended_leaves_nothing_half_and_says_what_answers(tmp_path, when, told):
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "a.txt").write_text("The harbour grows. It is deep.\n")
    here = Path(__file__).parent
    environment = {
        **os.environ,
        "SEMINAR_QA_HOME": str(tmp_path),
        "PYTHONPATH": f"{here.parent / 'src'}{os.pathsep}{here}",
    }
    with subprocess.Popen(
        [sys.executable, "-c", ENDED, when],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        assert process.stdout.readline() == "here\n"
        code, _, err = end(process, signal.SIGTERM)
    assert code == 128 + signal.SIGTERM
    assert re.fullmatch(rf"seminar-qa: the run was ended; {told}.*; another run goes on .*\n", err)
    left = [path.name for path in (tmp_path / "index" / "generations").iterdir()]
    assert len(left) == (when == "clearing")
    assert not any(name.endswith(".building") for name in left)


def test_no_question_is_answered_before_every_byte_was_looked_at():
    class Large:
        verified = False

        def check_index(self):
            raise IndexDamagedError("it was altered")

    with pytest.raises(IndexDamagedError, match="it was altered"):
        cli._checked(Large())


def test_index_watch_does_not_go_with_a_dry_run(tmp_path):
    done = run("index", "--watch", "--dry-run", home=tmp_path, check=False)
    assert done.returncode == 2
    assert "do not go together" in done.stderr


def test_serve_watch_tells_a_failed_run_and_ends_though_somebody_listens(tmp_path):
    with begun("serve", "--watch", "--port", "0", home=tmp_path) as process:
        address = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())[0]
        with urllib.request.urlopen(f"{address}/index/events", timeout=60) as events:
            line = events.readline()
            while b'"status":"failed"' not in line:
                line = events.readline()
            assert b"there is no folder" in line
            code, _, err = end(process, signal.SIGTERM)
    assert code == -signal.SIGTERM
    assert "the index run failed: there is no folder" in err


def test_serve_ended_in_the_middle_of_a_run_ends_the_run_too(fresh_home):
    with begun("serve", "--watch", "--port", "0", home=fresh_home) as process:
        address = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())[0]
        with urllib.request.urlopen(f"{address}/index/events", timeout=60) as events:
            while b'"status":"running"' not in events.readline():
                pass
            end(process, signal.SIGTERM)
    done = run("index", "--json", home=fresh_home)
    assert json.loads(done.stdout)["documents"] == 1


def test_serve_ends_though_a_reader_does_not_take_what_was_asked_for(tmp_path):
    asked = b"GET /static/style.css HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with begun("serve", "--port", "0", home=tmp_path) as process:
        port = int(re.search(r"http://127\.0\.0\.1:(\d+)", process.stdout.readline())[1])
        with socket.socket() as reader:
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            reader.settimeout(3)
            reader.connect(("127.0.0.1", port))
            with pytest.raises(TimeoutError):
                while True:
                    reader.sendall(asked)
            process.send_signal(signal.SIGTERM)
            try:
                _, err = process.communicate(timeout=60)
            finally:
                process.kill()
    assert process.returncode == -signal.SIGTERM
    assert "timeout graceful shutdown exceeded" in err
