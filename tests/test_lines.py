"""JSON Lines answered in order by one process or several, which nothing stops and which leave nothing behind."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from bot.errors import ArticleError
from bot.verbs import lines, lineworkers
from bot.verbs.lines import Lines, answer_lines
from tests.conftest import ROOT

SAMPLES = sorted((ROOT / "data/sample").glob("*.txt"))


def doubling():
    return lambda item: {"id": item["id"], "twice": 2 * item["number"]}


def tripping():
    """What answers most lines, and does on some what the line says: what lines of the wild may do to a process."""

    def work(item):
        match item.get("do"):
            case "die":
                os.kill(os.getpid(), signal.SIGKILL)
            case "hang":  # deaf to alarms, as a library in C is
                signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
                time.sleep(600)
            case "nap":
                time.sleep(1)
            case "dawdle":
                time.sleep(600)
            case "refuse":
                raise ArticleError("not this one")
            case "break":
                raise KeyError("unexpected")
            case "huge":
                return {"id": item["id"], "text": "x" * 3_000_000}
        return {"id": item["id"], "pid": os.getpid()}

    return work


def main(make, cores, longest):
    """Be the command, with work of these tests."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # where the tests run in the background, it is ignored
    for module in (lines, lineworkers):
        module.cores = lambda: int(cores)
        module.LONGEST_WORK = float(longest)
    lineworkers.GRACE = 0.5
    lineworkers.START = 0.0
    return answer_lines(sys.stdin.buffer, globals()[make], parallel=True)


def command(make="tripping", cores=2, longest=60.0):
    return [
        sys.executable,
        "-c",
        f"import sys; from tests.test_lines import main; sys.exit(main({make!r}, {cores}, {longest}))",
    ]


def answers(items, **how):
    ended = subprocess.run(
        command(**how),
        check=False,
        input="".join(json.dumps(item) + "\n" for item in items).encode(),
        capture_output=True,
        cwd=ROOT,
        timeout=60,  # a stream that waits for nothing is ended
    )
    assert ended.stderr == b""
    return ended.returncode, [json.loads(line) for line in ended.stdout.splitlines()]


def children_of(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until(holds, seconds=20):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture
def started():
    """Start the command; whatever a test does, it is gone afterwards."""
    processes = []

    def start(**how):
        processes.append(
            subprocess.Popen(
                command(**how), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
            )
        )
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(BrokenPipeError):
                pipe.close()


def answered(process, count):
    """Send lines one by one until there are several processes, then some more; return the answers."""
    process.stdin.write(b'{"id": 0}\n' * count)
    process.stdin.flush()
    return [json.loads(process.stdout.readline()) for _ in range(count)]


def test_lines_are_numbered_as_they_stand_and_blank_ones_passed_over(capsys):
    source = io.BytesIO(b'{"id": "a", "number": 4}\n\n  \n{"id": "b"}\nno json\n[1]\n{"id": "c", "number": 1}')
    assert answer_lines(source, doubling) == 1
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert told[0] == {"id": "a", "twice": 8}
    assert told[1] == {"id": "b", "line": 4, "error": "KeyError while reading it"}
    assert told[2]["line"] == 5
    assert told[3] == {"line": 6, "error": "a line must be a JSON object"}
    assert told[4] == {"id": "c", "twice": 2}


def test_no_lines_are_no_mistake(capsys):
    assert answer_lines(io.BytesIO(b"\n\n"), doubling, parallel=True) == 0
    assert not capsys.readouterr().out


def test_a_line_beyond_all_measure_is_named_and_passed_over(monkeypatch, capsys):
    monkeypatch.setattr(lines, "LONGEST_LINE", 100_000)
    source = io.BytesIO(b'{"id": 1, "x": "' + b"x" * 200_000 + b'"}\n{"id": 2, "number": 1}\n')
    assert answer_lines(source, doubling) == 1
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert told == [{"line": 1, "error": "a line of more than 0 MB"}, {"id": 2, "twice": 2}]


def test_a_line_that_takes_too_long_is_stopped_and_the_next_is_done(monkeypatch, capsys):
    monkeypatch.setattr(lines, "LONGEST_WORK", 0.2)
    assert answer_lines(io.BytesIO(b'{"id": 1, "do": "dawdle"}\n{"id": 2}\n'), tripping) == 1
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert told[0] == {"id": 1, "line": 1, "error": "it takes more than 0 seconds"}
    assert told[1]["id"] == 2


@pytest.mark.parametrize("size", [1, 3, 65_536])
def test_lines_are_the_same_however_the_stream_is_cut(size):
    class Drop(io.BytesIO):
        def read1(self, _most=-1):
            return super().read(size)

    raw = b"one\n\ntwo\r\n" + b"x" * 70 + b"\nlast"
    found = Lines(Drop(raw))
    while not found.ended:
        found.read()
    told = []
    while found:
        line = found.take()
        told.append((line.number, line.raw))
    assert told == [(1, b"one"), (3, b"two\r"), (4, b"x" * 70), (5, b"last")]


def test_few_lines_need_no_second_process():
    status, told = answers([{"id": number} for number in range(lines.ALONE)])
    assert status == 0
    assert len({answer["pid"] for answer in told}) == 1


def test_many_lines_are_answered_in_order_by_several_processes():
    status, told = answers([{"id": number} for number in range(1000)])
    assert status == 0
    assert [answer["id"] for answer in told] == list(range(1000))
    assert len({answer["pid"] for answer in told}) == 3


def test_a_slow_line_that_held_up_all_there_is_room_for_lets_the_rest_follow():
    slow = lines.ALONE + lineworkers._LARGEST_BATCH - 1  # the last of its batch: nothing else is awaited then
    items = [{"id": n, "do": "nap" if n == slow else ""} for n in range(lines.ALONE + 2 * lines.MOST_WAITING)]
    _, told = answers(items)
    assert [answer["id"] for answer in told] == [item["id"] for item in items]


def test_a_process_that_dies_costs_the_line_it_was_at():
    items = [{"id": number, "do": "die" if number in {30, 31, 77} else ""} for number in range(200)]
    status, told = answers(items)
    assert status == 1
    assert [answer["id"] for answer in told] == list(range(200))
    failed = [answer for answer in told if "error" in answer]
    assert failed == [
        {"id": number, "line": number + 1, "error": "the process that read it died"} for number in (30, 31, 77)
    ]


def test_a_line_that_hangs_is_ended_and_so_is_one_that_breaks_or_is_refused():
    acts = {40: "hang", 41: "dawdle", 42: "break", 43: "refuse"}
    status, told = answers([{"id": number, "do": acts.get(number, "")} for number in range(100)], longest=0.5)
    assert status == 1
    assert [answer["id"] for answer in told] == list(range(100))
    assert {answer["id"]: answer["error"] for answer in told if "error" in answer} == {
        40: "it takes more than 0 seconds",
        41: "it takes more than 0 seconds",
        42: "KeyError while reading it",
        43: "not this one",
    }


def test_long_lines_and_long_answers_never_block_each_other():
    items = [{"id": number, "do": "huge", "text": "x" * 2_000_000} for number in range(30)]
    status, told = answers(items)
    assert status == 0
    assert [len(answer["text"]) for answer in told] == [3_000_000] * 30


def test_answers_come_while_the_input_is_still_open(started):
    process = started()
    assert [answer["id"] for answer in answered(process, 100)] == [0] * 100
    assert [answer["id"] for answer in answered(process, 1)] == [0]
    process.stdin.close()
    assert process.wait(10) == 0


def test_nothing_is_read_while_nobody_reads_the_answers(started):
    process = started()
    line = json.dumps({"id": "x" * 1000}).encode() + b"\n"
    os.set_blocking(process.stdin.fileno(), False)
    taken, quiet_since = 0, time.monotonic()
    while time.monotonic() - quiet_since < 1.5:
        try:
            taken += os.write(process.stdin.fileno(), line * 60)
            quiet_since = time.monotonic()
        except BlockingIOError:
            time.sleep(0.02)
    assert taken < 3_000_000  # what is waiting in lines, pipes and buffers, and no more


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_process_outlives_the_one_that_started_it(started, sign):
    process = started()
    answered(process, 200)
    workers = children_of(process.pid)
    assert len(workers) == 2
    os.kill(process.pid, sign)
    process.wait(10)
    wait_until(lambda: not any(map(is_running, workers)), seconds=5)


def test_ctrl_c_in_a_terminal_reaches_all_and_leaves_none(started):
    process = started()
    answered(process, 200)
    workers = children_of(process.pid)
    os.killpg(process.pid, signal.SIGINT)
    process.wait(10)
    assert not any(map(is_running, workers))


def test_sigterm_while_lines_are_being_done_ends_at_once(started):
    process = started()
    answered(process, 200)
    process.stdin.write(b'{"id": 1, "do": "dawdle"}\n' * 4)
    process.stdin.flush()
    workers = children_of(process.pid)
    time.sleep(0.3)
    process.terminate()
    assert process.wait(5) == -signal.SIGTERM
    assert not any(map(is_running, workers))


def test_where_no_process_can_be_started_one_does_it_all(monkeypatch, capfd, tmp_path):
    def refuse(_):
        raise OSError("no more processes")

    monkeypatch.setattr(lineworkers._context().Process, "start", refuse)
    monkeypatch.setattr(lines, "cores", lambda: 2)
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps({"id": number, "number": number}) + "\n" for number in range(5000)))
    with path.open("rb") as source:
        assert answer_lines(source, doubling, parallel=True) == 0
    assert [json.loads(line)["twice"] for line in capfd.readouterr().out.splitlines()] == list(range(0, 10_000, 2))


def articles(count):
    """Lines as people send them: the sample articles over and over, some of them broken, some as a story."""
    items = []
    for number in range(count):
        title, text = SAMPLES[number % len(SAMPLES)].read_text(encoding="utf-8").strip().split("\n", 1)
        items.append({"id": number, "title": title, "text": text + f"\nRound {number} of the talks ended on Friday."})
    items[30] = {"id": 30}
    items[31]["text"] = "\ud800 12"
    items[32] = {"id": 32, "articles": items[:2]}
    return "".join(json.dumps(item) + "\n" for item in items).encode() + b"no json\n"


def analyze(raw, *, cores, **environment):
    code = f"import sys; from bot import cli; from bot.verbs import lines, lineworkers; lines.cores = lineworkers.cores = lambda: {cores}; sys.argv[1:] = ['analyze']; cli.main()"  # noqa: E501 -- one line of code
    return subprocess.run(
        [sys.executable, "-c", code], check=False, input=raw, capture_output=True, env={**os.environ, **environment}
    )


def test_several_processes_write_to_the_byte_what_one_writes():
    raw = articles(90)
    alone = analyze(raw, cores=1, PYTHONHASHSEED="1")
    together = analyze(raw, cores=3, PYTHONHASHSEED="2")
    assert alone.stdout.count(b"\n") == 91
    assert alone.stdout == together.stdout
    assert alone.returncode == together.returncode == 1
    assert not alone.stderr + together.stderr


def test_a_closed_pipe_ends_analyze_quietly(tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_bytes(articles(60) * 20)
    code = "import sys; from bot import cli; sys.argv[1:] = ['analyze']; cli.main()"
    with path.open("rb") as source:
        process = subprocess.Popen(
            [sys.executable, "-c", code], stdin=source, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(30) == 1
    assert process.stderr.read() == b""
    process.stderr.close()


def test_work_can_be_sent_to_a_process_that_shares_nothing(monkeypatch, tmp_path, capfd):
    from bot.verbs.reading import splitting

    monkeypatch.setattr(lineworkers, "_context", partial(lineworkers.multiprocessing.get_context, "spawn"))
    monkeypatch.setattr(lines, "cores", lambda: 2)
    monkeypatch.setattr(lineworkers, "cores", lambda: 2)
    path = tmp_path / "in.jsonl"
    path.write_text('{"id": 1, "text": "One. Two."}\n' * 3000)
    with path.open("rb") as source:
        assert answer_lines(source, splitting, parallel=True) == 0
    assert capfd.readouterr().out.splitlines() == ['{"id": 1, "sentences": ["One.", "Two."]}'] * 3000
