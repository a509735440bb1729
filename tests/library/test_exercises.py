"""A right answer passes, and each kind of mistake gets a sentence that names it."""

import signal
import time
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell

from mlmath_lib import exercises
from mlmath_lib.exercises import CheckFailed, TimeUp, check, time_limit

LABEL = "ex-demo-answer"
MATRIX = np.arange(6.0).reshape(2, 3)


def passes(*arguments, **options):
    check(LABEL, *arguments, **options)


def fails(message, *arguments, **options):
    with pytest.raises(CheckFailed, match=message) as failure:
        check(LABEL, *arguments, **options)
    assert str(failure.value).startswith(f"{LABEL}: ")
    assert " at 0x" not in str(failure.value)


class TestValues:
    @pytest.mark.parametrize(
        ("answer", "equals"),
        [
            (2, 2.0),
            (np.float64(2), 2),
            (np.array(2.0), 2),
            (Fraction(1, 2), 0.5),
            ([1, 2], (1.0, 2.0)),
            (range(3), [0, 1, 2]),
            (MATRIX.tolist(), MATRIX),
            (1 + 2j, 1 + 2j),
            (np.array([1, 1j]), [1, 1j]),
            (1.0, 1 + 0j),
            (True, True),
            (np.True_, True),
            (False, np.False_),
            ([True, False], np.array([True, False])),
            ("mean", "mean"),
            (["a", "b"], ["a", "b"]),
            (np.array([]), []),
        ],
    )
    def test_a_right_answer_passes(self, capsys, answer, equals):
        passes(answer, equals)
        assert capsys.readouterr().out == f"{LABEL}: correct\n"

    @pytest.mark.parametrize(
        ("answer", "equals", "message"),
        [
            (200, 2, "100 times too large: per cent or fraction?"),
            (0.02, 2, "100 times too small: per cent or fraction?"),
            (20, 2, "10 times too large"),
            (1, 2, "2 times too small: is a factor of 2 missing?"),
            (-2, 2, "right but for its sign: -2"),
            (
                199,
                200,
                "close, but not right: 199. Is a count off by one, or rounded the wrong way",
            ),
            (2.001, 2, "close, but not within the tolerance: 2.001. Was it rounded?"),
            (7, 2, "your answer is too large: 7"),
            (0.1, 0, "your answer is too large: 0.1"),
            (-7, 2, "your answer is too small: -7"),
            (1 + 3j, 1 + 2j, r"not right: 1\+3j"),
            ([1, 2, 4], [1, 2, 3], "wrong in 1 of 3 entries; the entry at index 2 is too large: 4"),
            (MATRIX + 7, MATRIX, r"wrong in 6 of 6 entries; the entry at index \(0, 0\) is"),
            (True, False, "your answer is True, which is not right"),
            (np.True_, False, "your answer is .*True.*, which is not right"),
            ([True, True], [True, False], "wrong in 1 of 2 entries"),
            ("median", "mean", "your answer is 'median', which is not right"),
            (["a", "c"], ["a", "b"], "wrong in 1 of 2 entries"),
        ],
    )
    def test_a_wrong_value_is_described(self, answer, equals, message):
        fails(message, answer, equals)

    @pytest.mark.parametrize(
        ("answer", "equals", "message"),
        [
            ([1, 2, 3], [1, 2], r"has shape \(3,\); shape \(2,\) is needed"),
            ([2.0], 2, r"is an array of shape \(1,\) \(\[2.0\]\); a number is needed"),
            (2, [2, 2], r"is a number \(2\); an array of shape \(2,\) is needed"),
            (np.zeros((3, 1)), np.zeros(3), r"has shape \(3, 1\); shape \(3,\) is needed"),
            (MATRIX.T, MATRIX, r"shape \(2, 3\) is needed: is it transposed\?"),
            ([[1], [1, 2]], [1, 2], "rows differ in length"),
            ((np.eye(2), 3), [1, 2], "rows differ in length"),
        ],
    )
    def test_a_wrong_shape_is_named(self, answer, equals, message):
        fails(message, answer, equals)

    @pytest.mark.parametrize(
        ("answer", "equals", "message"),
        [
            ("2", 2, r"a text \('2'\); a number is needed"),
            (["2"], [2], r"an array of shape \(1,\) is needed"),
            (True, 1, r"True or False \(True\); a number is needed"),
            (np.True_, 1, "a number is needed"),
            ([True, False], [1, 0], "an array of shape"),
            ([1, 0], [True, False], "True is an entry of the right kind"),
            (1, True, r"a number \(1\); True or False is needed"),
            (1, np.True_, "True or False is needed"),
            (2, "two", r"a number \(2\); a text is needed"),
            ([1 + 0j], [1.0], "your answer is complex; real numbers are needed"),
            ({1, 2}, [1, 2], r"a set \({1, 2}\); an array of shape \(2,\) is needed"),
            ((i for i in (1, 2)), [1, 2], "a generator .*; an array of shape"),
            ({"a": 1}, 1, "a dict .*; a number is needed"),
            (b"2", 2, "a bytes .*; a number is needed"),
            ([1, None], [1, 2], "NaN|needed"),
        ],
    )
    def test_a_wrong_kind_is_named(self, answer, equals, message):
        fails(message, answer, equals)

    @pytest.mark.parametrize(
        ("answer", "message"),
        [
            (None, r"is None: is the `\.\.\.` still there, or a `return` missing?"),
            (np.mean, "is a function: call it with its arguments"),
            (np.nan, "holds NaN .*: look for 0/0"),
            ([1, np.nan], "holds NaN"),
            (complex(np.nan, 1), "holds NaN"),
            (np.inf, "is infinite somewhere: look for a division by zero"),
            ([-np.inf, 1], "is infinite somewhere"),
            (np.ma.masked_equal([1.0, 999.0], 999.0), "holds masked entries: leave them out"),
            ([np.ma.masked_equal([1, 9], 9), [1, 2]], "holds masked entries"),
        ],
    )
    @pytest.mark.parametrize("requirement", [{"equals": 1}, {"holds": bool, "otherwise": "any"}])
    def test_no_usable_answer_is_named(self, answer, message, requirement):
        fails(message, answer, **requirement)

    @given(st.floats(-1e6, 1e6), st.floats(1e-9, 1e-2))
    def test_the_tolerance_is_relative_above_one_and_absolute_below(self, equals, tolerance):
        bound = tolerance * max(1, abs(equals))
        passes(equals + 0.9 * bound, equals, tolerance=tolerance)
        fails("your answer is", equals + 1.1 * bound + 1e-9, equals, tolerance=tolerance)

    @pytest.mark.parametrize("answer", [7, -1.5, 3.1, [3.0], "pi", True, 1j])
    def test_a_message_does_not_give_the_answer_away(self, answer):
        with pytest.raises(CheckFailed) as failure:
            check(LABEL, answer, 3.14159)
        assert "3.14" not in str(failure.value)


def double(number):
    return 2 * number


class TestFunctions:
    def test_a_right_function_passes_every_case(self, capsys):
        passes(double, on=[(1,), (2.5,), (MATRIX,)], equals=[2, 5, 2 * MATRIX])
        passes(double, on=[(1,)], equals=np.array([2]))
        expected = [f"{LABEL}: correct in 3 cases", f"{LABEL}: correct in 1 case"]
        assert capsys.readouterr().out.splitlines() == expected

    def test_a_wrong_case_shows_its_call(self):
        unit = np.eye(3)
        fails(r"double\(3\) is too small: 6", double, on=[(1,), (3,)], equals=[2, 13])
        fails(r"double\(array of shape \(3, 3\)\) is wrong in", double, on=[(unit,)], equals=[unit])

    def test_a_function_that_raises_shows_call_and_error(self):
        def inverse(number):
            return 1 / number

        fails(r"inverse\(0\) raised ZeroDivisionError \(division", inverse, on=[(0,)], equals=[1])
        fails(r"double\(\) raised TypeError \(.*argument.*\)$", double, on=[()], equals=[1])

    def test_an_error_names_the_answer_s_own_line(self):
        def norm(vector):
            return np.linalg.solve(vector, vector)  # raises within NumPy

        message = r"in line \d+ of its cell: return np.linalg.solve\(vector, vector\)  # raises"
        fails(message, norm, on=[(np.ones(2),)], equals=[1])

    def test_an_error_of_several_lines_is_one_sentence(self):
        def unreadable():
            raise ValueError("first\nError: 'second'")

        fails(r"raised ValueError \(first Error: 'second'\), in", unreadable, on=[()], equals=[1])

    def test_an_error_without_words_is_named(self):
        def unfinished():
            raise NotImplementedError

        fails(r"raised NotImplementedError, in line", unfinished, on=[()], equals=[1])

    def test_a_function_that_leaves_does_not_end_the_kernel(self):
        fails("raised SystemExit", lambda: exit(), on=[()], equals=[1])

    def test_a_reader_can_interrupt(self):
        def waits():
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            check(LABEL, waits, on=[()], equals=[1])

    def test_a_missing_return_is_named(self):
        fails(
            r"is None: is the `\.\.\.` still there, or a `return` missing\?",
            lambda: print(end=""),
            on=[()],
            equals=[1],
        )
        fails("is still `...`: put your answer in its place", lambda: ..., on=[()], equals=[1])

    def test_what_is_not_answered_yet_is_no_mistake(self, capsys):
        def plain(x): ...

        def documented(x, *, y=1):
            """Return x."""
            ...

        def nested():
            def inner(x):
                """Use a name from outside."""
                ...

            return inner

        for answer in (plain, documented, nested(), ...):
            passes(answer, on=[(1,)], equals=[1])
        passes(..., equals=1)
        assert capsys.readouterr().out == 5 * f"{LABEL}: not answered yet\n"

    @pytest.mark.parametrize("answer", [lambda _: 5, lambda x: x, lambda _: "It is 2."])
    def test_an_answer_of_one_word_is_an_answer(self, answer):
        fails("times too small|too large|is a text", answer, on=[(1,)], equals=[2])

    def test_a_function_is_needed(self):
        fails(r"a function is needed; your answer is a number \(5\)", 5, on=[(1,)], equals=[1])

    def test_a_callable_without_a_name_is_checked_too(self):
        passes(partial(pow, 2), on=[(3,)], equals=[8])
        fails(r"your function\(3\) is", partial(pow, 2), on=[(3,)], equals=[9])

    def test_a_function_that_prints_is_checked_like_another(self, capsys):
        passes(lambda: print("on the way") or 1, on=[()], equals=[1])
        assert capsys.readouterr().out == f"on the way\n{LABEL}: correct in 1 case\n"

    def test_changing_the_arguments_helps_nobody(self):
        values = np.array([3.0, 1.0])

        def spoil(array):
            array[:] = 0
            return 0.0

        fails(
            "the sum is needed",
            spoil,
            on=[(values,)],
            holds=lambda total, array: total == array.sum(),
            otherwise="the sum is needed",
        )
        assert values.tolist() == [3.0, 1.0]


class TestProperties:
    def test_an_answer_with_the_property_passes(self, capsys):
        passes(4, holds=lambda number: number % 2 == 0, otherwise="an even number is needed")
        passes(double, on=[(1,), (2,)], holds=lambda two, one: two == 2 * one, otherwise="twice")
        assert capsys.readouterr().out.count("correct") == 2

    def test_an_answer_without_it_is_told_the_requirement(self):
        fails(
            "does not meet the requirement: an even number is needed",
            3,
            holds=lambda number: number % 2 == 0,
            otherwise="an even number is needed",
        )

    @pytest.mark.parametrize("answer", [3, np.array([1, 2]), "text"])
    def test_an_answer_that_breaks_the_check_is_told_the_requirement(self, answer):
        fails(
            "which cannot be checked .*: rows",
            answer,
            holds=lambda a: a[0][1] > 0,
            otherwise="rows",
        )


class TestTheCheckItself:
    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({}, "give either equals or holds"),
            ({"equals": 1, "holds": bool, "otherwise": "x"}, "give either equals or holds"),
            ({"holds": bool}, "otherwise must say what holds requires"),
            ({"holds": True, "otherwise": "x"}, "holds must be a function of the answer; got True"),
            ({"equals": np.nan}, "equals must be finite numbers or text; got nan"),
            ({"equals": [1, np.inf]}, "equals must be finite numbers or text"),
            ({"equals": np.ma.masked_equal([1, 9], 9)}, "equals must be finite numbers or text"),
            ({"equals": None}, "equals must be finite numbers or text; got None"),
            ({"equals": 1, "tolerance": -1}, "tolerance must be a finite number >= 0; got -1"),
            ({"equals": 1, "tolerance": np.nan}, "tolerance must be a finite number >= 0"),
            ({"equals": 1, "tolerance": np.inf}, "tolerance must be a finite number >= 0"),
            ({"equals": 1, "tolerance": "a"}, "tolerance must be a finite number >= 0"),
            ({"equals": [1], "on": [1]}, r"on must be a list of tuples .* such as \[\(0.05,\)"),
            ({"equals": [1], "on": ["ab"]}, "on must be a list of tuples"),
            ({"equals": [1], "on": ((1,) for _ in "a")}, "on must be a list of tuples"),
            ({"equals": [], "on": []}, "on must be a list of tuples"),
            ({"equals": 1.0, "on": [(1,)]}, "equals must list one result for each of the 1 cases"),
            ({"equals": [1, 2], "on": [(1,)]}, "equals must list one result for each of the 1"),
            ({"equals": "ab", "on": [(1,), (2,)]}, "equals must list one result for each of the 2"),
            ({"equals": [None], "on": [(1,)]}, "equals must be finite numbers or text"),
        ],
    )
    def test_an_unfit_check_is_named(self, options, message):
        with pytest.raises(ValueError, match=f"{LABEL}: {message}"):
            check(LABEL, double, **options)

    @pytest.mark.parametrize(
        "options", [{"on": [(1,)], "fresh": 3}, {"fresh": lambda rng: (rng.normal(),)}]
    )
    def test_fresh_cases_are_a_function_beside_those_shown(self, options):
        with pytest.raises(ValueError, match="fresh must be a function of a random generator"):
            check(LABEL, double, equals=[2], **options)

    @pytest.mark.parametrize("label", ["", "answer", "eq-demo", None, 3])
    def test_an_unfit_label_is_named(self, label):
        with pytest.raises(ValueError, match='label must be text such as "ex-topic-what"; got '):
            check(label, 1, 1)

    def test_a_notebook_shows_the_sentence_and_no_traceback(self, capsys):
        shell = InteractiveShell.instance()
        shell.run_cell(f'from mlmath_lib.exercises import check\ncheck("{LABEL}", 200, 2)')
        InteractiveShell.clear_instance()
        expected = f"{LABEL}: your answer is 100 times too large: per cent or fraction?\n"
        assert capsys.readouterr().out.endswith(expected)

    @pytest.mark.parametrize("cell", ["years = = 2", "def years(:\n    return 2"])
    def test_a_cell_that_python_cannot_read_leaves_no_older_answer(self, capsys, cell):
        shell = InteractiveShell.instance()
        shell.run_cell("from mlmath_lib.exercises import check\nyears = [1, 2]")
        shell.run_cell(cell)
        shell.run_cell(f'check("{LABEL}", years, 2)')
        told = capsys.readouterr().out
        shell.run_cell("years = 2")
        shell.run_cell(f'check("{LABEL}", years, 2)')
        InteractiveShell.clear_instance()
        assert f"{LABEL}: Python cannot read the cell before (" in told
        assert capsys.readouterr().out.endswith(f"{LABEL}: correct\n")


class TestTime:
    """An answer that does not end is a finding, not an endless wait."""

    def test_an_endless_loop_is_told_so(self, monkeypatch):
        monkeypatch.setattr(exercises, "SECONDS", 0.2)

        def endless(_):
            while True:
                try:
                    raise ValueError
                except Exception:
                    pass

        with pytest.raises(
            CheckFailed, match=r"endless\(1\) does not end within 0.2 seconds: does"
        ):
            check(LABEL, endless, on=[(1,)], equals=[1])

    def test_an_outer_limit_goes_on(self):
        inner, outer = False, False
        try:
            with time_limit(0.6):
                try:
                    with time_limit(0.2):
                        time.sleep(30)
                except TimeUp:
                    inner = True
                time.sleep(30)
        except TimeUp:
            outer = True
        assert inner
        assert outer

    def test_a_limit_leaves_nothing_behind(self):
        before = signal.getsignal(signal.SIGALRM)
        with time_limit(1):
            pass
        assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
        assert signal.getsignal(signal.SIGALRM) is before

    def test_elsewhere_than_in_the_main_thread_it_only_runs(self):
        with ThreadPoolExecutor(1) as pool:
            pool.submit(check, LABEL, double, on=[(1,)], equals=[2]).result()


class TestCalls:
    """A message names the call, and stays readable for large arguments."""

    @pytest.mark.parametrize(
        ("argument", "text"),
        [
            (np.sin, "sin"),
            (lambda x: x, "a function"),
            ([np.sin, lambda x: x], r"\[sin, a function\]"),
            ([np.zeros((4, 4))] * 9, r"\[9 items\]"),
            ([1, 2], r"\[1, 2\]"),
        ],
    )
    def test_an_argument_is_short(self, argument, text):
        with pytest.raises(CheckFailed, match=rf"your function\({text}\) is too small: 0"):
            check(LABEL, lambda _: 0, on=[(argument,)], equals=[3])
