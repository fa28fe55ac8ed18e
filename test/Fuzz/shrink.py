"""Makes a program smaller while something about it stays: declarations, statements and parts of expressions go, one at a time."""
import re
import time

TOKEN = re.compile(r"//[^\n]*|\n|[ \t]+|[A-Za-z_]\w*|\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|->|<-|\.\.|[<>=!]=|&&|\|\||.", re.S)
OPEN, CLOSE = "([{", ")]}"
OPERATORS = {"+", "-", "*", "/", "^", "<", ">", "<=", ">=", "==", "!="}


def tokens(text):
    return TOKEN.findall(text)


def pairs(words):
    """The partner of every bracket, by place; None where they do not fit."""
    partner, stack = {}, []
    for i, word in enumerate(words):
        if word in OPEN:
            stack.append(i)
        elif word in CLOSE:
            if not stack:
                return None
            partner[i] = stack.pop()
            partner[partner[i]] = i
    return None if stack else partner


def chunks(text):
    """Ranges of lines whose brackets are closed: declarations, statements, lets of blocks."""
    lines = text.split("\n")
    for begin in range(len(lines)):
        depth = 0
        for end in range(begin, len(lines)):
            code = lines[end].split("//")[0]
            for c in code:
                depth += (c in OPEN) - (c in CLOSE)
                if depth < 0:
                    break
            if depth < 0:
                break
            if depth == 0:
                yield begin, end + 1
                break


def without_lines(text):
    """Fewer declarations and statements, the largest first."""
    lines = text.split("\n")
    for begin, end in sorted(chunks(text), key=lambda c: c[0] - c[1]):
        if lines[begin].startswith("// compare"):
            continue
        yield "\n".join(lines[:begin] + lines[end:])
        if end - begin > 2:
            # The block's contents in its place.
            yield "\n".join(lines[:begin] + lines[begin + 1:end - 1] + lines[end:])
    for begin in range(1, len(lines)):
        for count in (16, 8, 4):
            if begin + count < len(lines):
                yield "\n".join(lines[:begin] + lines[begin + count:])


def significant(words, i, step):
    i += step
    while 0 <= i < len(words) and words[i].isspace() and words[i] != "\n":
        i += step
    return i


def call_begin(words, partner, at):
    """Where the call whose arguments open at `at` begins, its label with it."""
    begin = at
    i = significant(words, at, -1)
    if i >= 0 and words[i] == "]":
        begin = partner[i]
        i = significant(words, begin, -1)
    if i >= 0 and re.match(r"[A-Za-z_]", words[i]):
        begin = i
        i = significant(words, i, -1)
        if i >= 0 and words[i] == "." and re.match(r"[A-Za-z_]", words[i - 1]):
            begin = i - 1
            i = significant(words, begin, -1)
    if i >= 1 and words[i] == "]" and words[partner[i] - 1] == "each":
        begin = partner[i] - 1
        i = significant(words, begin, -1)
    if i >= 1 and words[i] == ":" and re.match(r"[A-Za-z_]", words[i - 1]):
        begin = i - 1
    return begin


def split_at(words, partner, begin, end, separators):
    """The parts of words[begin:end] between separators outside of brackets."""
    parts, start, i = [], begin, begin
    while i < end:
        if words[i] in OPEN:
            i = partner[i]
        elif words[i] in separators:
            parts.append((start, i))
            start = i + 1
        i += 1
    return parts + [(start, end)]


def smaller_expressions(text):
    words = tokens(text)
    partner = pairs(words)
    if not partner:
        return
    opens = [i for i in partner if words[i] in "({"]
    for at in sorted(opens, key=lambda i: i - partner[i]):
        end = partner[at]
        if words[at] == "(":
            begin = call_begin(words, partner, at)
            parts = split_at(words, partner, at + 1, end, {","})
            if begin == at:
                parts = split_at(words, partner, at + 1, end, OPERATORS)
            for a, b in parts:
                inner = "".join(words[a:b]).strip()
                if inner and (len(parts) > 1 or begin != at):
                    yield "".join(words[:begin]) + (inner if re.fullmatch(r"[\w.]+", inner) else f"({inner})") + "".join(words[end + 1:])
            yield "".join(words[:begin]) + "0.5" + "".join(words[end + 1:])
        else:
            yield "".join(words[:at]) + "0.5" + "".join(words[end + 1:])
    # Operands outside of brackets.
    for i, word in enumerate(words):
        if word in OPERATORS and words[i - 1] == " ":
            j = i + 1
            while j < len(words) and words[j] != "\n" and not (j > i + 2 and words[j] in OPERATORS) and words[j] not in CLOSE and words[j] != ",":
                j = partner[j] + 1 if words[j] in OPEN else j + 1
            yield "".join(words[:i]).rstrip(" ") + "".join(words[j:])
            k = i - 1
            while k > 0 and words[k] not in ("\n", "=", "return", "read", "<-", ",") and words[k] not in OPEN and words[k] not in OPERATORS:
                k = partner[k] - 1 if words[k] in CLOSE else k - 1
            yield "".join(words[:k + 1]) + " " + "".join(words[i + 1:])


def smaller_numbers(text):
    for match in re.finditer(r"(?<![\w.])(\d+)(?![\w.])", text):
        number = int(match[1])
        for less in dict.fromkeys((1, 2, number // 2, number - 1)):
            if 0 < less < number:
                yield text[:match.start()] + str(less) + text[match.end():]


def simpler_words(text):
    for pattern, by in ((r" over \([^()]*(?:\([^()]*\)[^()]*)*\)", ""), (r" over \w+(?:\(\w+\))?", ""), (r" by \w+", ""), (r"with shared ", "with "),
                        (r"(?<= with )\w+(?:\([^()]*\))?", "add"), (r"(?<= with )\w+(?:\([^()]*\))?", "depth_attention"), (r" target=\w+", ""), (r" bf16", ""),
                        (r"\d+(?=, causal)", "1"), (r" over \w+(?:\(\w+\))?", " over all"), (r"(?<== )(?:normal|uniform)\([^()]*\)", "ones"),
                        (r"  decay on", "")):
        for match in re.finditer(pattern, text):
            if match[0] != by:
                yield text[:match.start()] + by + text[match.end():]


def shrink(text, still, seconds):
    """The smallest text found for which `still(text)` holds, as it does for `text`."""
    end = time.monotonic() + seconds
    seen = {text}
    changed = True
    while changed:
        changed = False
        for smaller in (simpler_words, without_lines, smaller_expressions, smaller_numbers):
            again = True
            while again:
                again = False
                for candidate in smaller(text):
                    if time.monotonic() > end:
                        return text
                    if candidate in seen or len(candidate) > len(text):
                        continue
                    seen.add(candidate)
                    if still(candidate):
                        text, changed, again = candidate, True, True
                        break
    return text
