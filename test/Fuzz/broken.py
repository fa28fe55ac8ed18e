#!/usr/bin/env python3
"""Well-typed programs, broken on purpose: broken.py SEED prints one, and the lines that a diagnostic must name.

A breakage is one change of one statement. `lines` are those of the statement; None where an error may be found anywhere
after it (a bracket that is missing is missed where the file ends). A breakage may leave a program well-typed: then it must run.
"""
import random
import re
import sys

import programs
from shrink import chunks, tokens

WORDS = set("""import config axis fn layer connection model let param stream for if else return read write observe aux_loss use with by over fold
each in as append empty init decay on off lr shared id int real bool true false none""".split())


def statement(text, line):
    """The lines (from 1) of the statement or declaration without a body of its own that the line belongs to."""
    around = [c for c in chunks(text) if c[0] <= line < c[1]]
    begin, end = min(around, key=lambda c: c[1] - c[0]) if around else (line, line + 1)
    return set(range(begin + 1, end + 1))


class Place:
    """Some part of a text."""

    def __init__(self, text, begin, end):
        self.begin, self.finish, self.word = begin, end, text[begin:end]

    def start(self):
        return self.begin

    def end(self):
        return self.finish

    def __getitem__(self, number):
        return self.word


class Breaker:
    def __init__(self, seed):
        self.rng = random.Random(f"broken {seed}")
        self.text = programs.program(seed)

    def replace(self, match, by):
        """The text with a match replaced, and the statement's lines."""
        line = self.text.count("\n", 0, match.start())
        lines = statement(self.text, line)
        return self.text[:match.start()] + by + self.text[match.end():], lines

    def any(self, pattern):
        """One of the places of a pattern; `<<` in it stands before the part that is meant."""
        before, _, part = pattern.rpartition("<<")
        found = [Place(self.text, *match.span("part")) for match in re.finditer(f"{before}(?P<part>{part})", self.text, re.M)]
        return self.rng.choice(found) if found else None

    # One wrong thing each; None where the program has nothing of the kind.

    def unknown_name(self):
        match = self.any(r"\b[vptz]\d+\b(?! ?[=:])")
        return match and self.replace(match, match[0] + "x")

    def unknown_axis(self):
        match = self.any(r"\b(?:sum|max|min|dot|rms|lse)\[<<\w+") or self.any(r"softmax\[<<\w+")
        return match and self.replace(match, "nowhere")

    def unknown_function(self):
        match = self.any(r"\b(?:tanh|sigmoid|exp|gelu|linear|rmsnorm|spread|softmax|attend|dot)(?=[\[(])")
        return match and self.replace(match, match[0] + "x")

    def axis_twice(self):
        match = self.any(r"\b(?:sum|max|min)\[<<\w+")
        return match and self.replace(match, f"{match[0]}, {match[0]}")

    def axis_missing(self):
        match = self.any(r"\b(?:dot|sum)<<\[[\w, ]+\]")
        return match and self.replace(match, "")

    def other_axis(self):
        """Of a parameter or a stream: what uses it no longer fits."""
        match = self.any(r": \[<<(?:dim|head|inner)(?=[,\]])")
        return match and (self.replace(match, "way")[0], None)

    def wrong_kind(self):
        match = self.any(r"\(<<[pvx]\d+(?=\))")
        return match and self.replace(match, self.rng.choice(["tokens", "normal", '"text"', "m", "add", "[dim]", "tokens == tokens"]))

    def condition(self):
        match = self.any(r"where\(<<[^,()]+(?=,)")
        return match and self.replace(match, "0.5")

    def runtime_if(self):
        match = self.any(r"if <<i\d+ == 0(?= {)")
        return match and self.replace(match, "embed[tokens] > 0")

    def runtime_bound(self):
        match = self.any(r"in 0\.\.<<blocks")
        return match and self.replace(match, self.rng.choice(["embed[tokens]", "0.5", "nothing", "tokens"]))

    def fractional_view(self):
        match = self.any(r"over <<(?:last|every|blocks)\(\d+\)")
        return match and self.replace(match, self.rng.choice(["last(0.5)", "latest(2)", "blocks", "every()"]))

    def no_connection(self):
        match = self.any(r" with [^\n]*$")
        return match and self.text[:match.start()].splitlines()[-1].lstrip().startswith("stream") and (self.replace(match, "")[0], statement(self.text, self.text.count("\n", 0, match.start())) | {self.text.count("\n", 0, match.start()) + 2})

    def unknown_connection(self):
        match = self.any(r" with <<c\d+") or self.any(r" with <<\w+")
        return match and self.replace(match, "nobody")

    def wrong_state(self):
        match = self.any(r" with <<(?:add|replace|rezero|layerscale|delta)\b") or self.any(r" with <<depth_attention\b")
        return match and (self.replace(match, "hyper" if match[0] == "delta" else "mhc")[0], self.replace(match, "")[1])

    def surplus_argument(self):
        match = self.any(r"(?:rmsnorm|sigmoid|tanh)\(<<[^,()]+(?=\))")
        return match and self.replace(match, match[0] + ", 3, 4, 5")

    def unknown_argument(self):
        match = self.any(r"(?:rmsnorm|swiglu|mlp)\(<<[^()]+(?=\))")
        return match and self.replace(match, match[0] + ", colour = 3")

    def no_argument(self):
        match = self.any(r"\b(?:tanh|sigmoid|mlp|rmsnorm|linear)\(<<[^()]+(?=\))")
        return match and self.replace(match, "")

    def no_return(self):
        match = self.any(r"^  return (?:.*\n)*?(?=^}$)")
        return match and (self.text[:match.start()] + self.text[match.end():], None)

    def no_read(self):
        match = self.any(r"^  read [^\n{]*\n")
        return match and (self.text[:match.start()] + self.text[match.end():], None)

    def no_write(self):
        match = self.any(r"^  write [^\n{]*\n")
        return match and (self.text[:match.start()] + self.text[match.end():], None)

    def no_model(self):
        at = self.text.index("model m(")
        return self.text[:at], None

    def declared_twice(self):
        match = self.any(r"^ *(?:let|param) [a-z]+\d+\b[^\n{]*\n")
        if not match:
            return None
        line = self.text.count("\n", 0, match.start())
        return self.text[:match.end()] + match[0] + self.text[match.end():], {line + 1, line + 2}

    def undeclared(self):
        """The declaration goes; what used it is wrong."""
        match = self.any(r"^ *(?:let|param) [a-z]+\d+\b[^\n{]*\n")
        if not match:
            return None
        name = match[0].split()[1].rstrip(":")
        text = self.text[:match.start()] + self.text[match.end():]
        uses = [text.count("\n", 0, m.start()) for m in re.finditer(rf"\b{name}\b", text)]
        return uses and (text, set().union(*(statement(text, line) for line in uses)))

    def reserved(self):
        match = self.any(r"let <<v\d+")
        return match and self.replace(match, self.rng.choice(["repeat", "return", "until"]))

    def stream_bare(self):
        match = self.any(r"let v\d+ = <<\S")
        stream = self.any(r"stream <<x\d+(?=:)")
        return match and stream and stream.start() < match.start() and self.replace(match, f"{stream[0]} * {match[0]}")

    def index_outside(self):
        match = self.any(r"\[(?:head|lane): <<-?\d+(?=\])")
        return match and self.replace(match, "99")

    def same_label(self):
        match = self.any(r"\bw\d+: (?:linear|affine)\(")
        if not match:
            return None
        name = match[0].split(":")[0]
        other = [m for m in re.finditer(r"\bw\d+(?=: (?:linear|affine)\()", self.text) if m[0] != name and statement(self.text, self.text.count("\n", 0, m.start())) ==
                 statement(self.text, self.text.count("\n", 0, match.start()))]
        return other and self.replace(self.rng.choice(other), name)

    def no_bracket(self):
        match = self.any(r"[()\[\]{}]")
        return self.text[:match.start()] + self.text[match.end():], None

    def token(self):
        """One token goes, is there twice, or changes its place with the next."""
        words = tokens(self.text)
        places = [i for i, w in enumerate(words) if not w.isspace() and not w.startswith("//")]
        n = self.rng.randrange(len(places) - 1)
        i, j = places[n], places[n + 1]
        kind = self.rng.randrange(4)
        if kind == 0:
            words[i] = ""
        elif kind == 1:
            words[i] += " " + words[i]
        elif kind == 2:
            words[i], words[j] = words[j], words[i]
        else:
            words[i] = words[self.rng.choice(places)]
        return "".join(words), None

    def cut(self):
        """The file ends too early."""
        return self.text[:self.rng.randrange(self.text.index("\n"), len(self.text))], None

    def byte(self):
        at = self.rng.randrange(self.text.index("\n"), len(self.text))
        return self.text[:at] + self.rng.choice(["\0", "é", "$", "\\", "`", '"', "\x7f", "@"]) + self.text[at:], None


KINDS = [name for name, value in vars(Breaker).items() if callable(value) and name not in ("__init__", "replace", "any")]


def broken(seed):
    """(text, lines or None, what was done)."""
    breaker = Breaker(seed)
    kinds = KINDS[seed % len(KINDS):] + KINDS[:seed % len(KINDS)]
    for kind in kinds:
        done = getattr(breaker, kind)()
        if done:
            return done[0], done[1], kind
    raise AssertionError("every program can be cut")


def places(text):
    """Lines of the program that errors and their notes name."""
    return {int(match[1]) for match in re.finditer(r"^[^\n:<]+:(\d+):\d+: (?:error|note)\b", text, re.M)}


if __name__ == "__main__":
    made, lines, done = broken(int(sys.argv[1]))
    print(made, end="")
    print(f"{done}: lines {sorted(lines) if lines else 'any'}", file=sys.stderr)
