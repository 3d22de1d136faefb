"""Makes random templates that are well typed, mostly: all of the language and every function of
sprig that gives the same answer twice. One seed, one list of templates."""
import random

DATA = {
    "s": "hello World", "e": "", "u": "héllo wörld ☃ 😀", "h": "<a href=\"x\">&'</a>", "sp": "  padded\t\n", "d": "2024-02-29",
    "c": "a,b,,c", "n": 42, "z": 0, "neg": -7.5, "big": 12345678901234567890, "tiny": 1e-9, "f": 3.14159, "t": True, "fa": False,
    "nil": None, "num": "17", "ver": "1.2.3-beta.1+b5", "url": "https://u:p@h.test:8443/a/b?q=1&r=2#f", "js": "{\"b\":[1,2.5,\"x\"],\"a\":null}",
    "l": ["b", "a", "c", "a"], "nums": [3, 1, 2.5], "mixed": [1, "a", True, None, 2.5, ["x"], {"k": "v"}], "none": [], "nest": [[1, 2], [], ["x"]],
    "m": {"a": "x", "b": {"c": {"d": 5}}, "z": 1, "": "empty", "k y": None}, "em": {}, "users": [{"name": "Al", "age": 30}, {"name": "Bo", "age": 25, "tags": ["x"]}],
    "ml": "line1\nline2\r\n\nline4", "bad": "a\u0000b\u001fc\u2028d\ufffd", "long": "the quick brown fox jumps over the lazy dog", "path": "/a/./b/../c.tar.gz",
}
PATHS = {
    "str": ["s", "e", "u", "h", "sp", "d", "c", "num", "ver", "url", "js", "ml", "bad", "long", "path", "m.a"],
    "float": ["n", "z", "neg", "big", "tiny", "f", "m.b.c.d", "m.z"],
    "bool": ["t", "fa"],
    "list": ["l", "nums", "mixed", "none", "nest", "users"],
    "dict": ["m", "em", "m.b", "m.b.c"],
    "nil": ["nil", "nope", "m.nope"],
}
STRINGS = ["", "a", "abc", "Hello World", " x y ", "été", "日本語", "a-b_c d", "fooBarBaz", "HTTPServer2Go", "1", "-5", "3.7", "0x1f", "1e3", "true", "%", "%d", "x\\ty",
           "\\u00e9", "line\\nnext", "\\\"q\\\"", "a.b.c", "/x/../y.txt", "2006-01-02", "15:04:05", "Mon Jan _2", "1.2.3", "v2", ">=1.0 <2", "~1.2", "1h30m", "a|b", "[a-z]+", "(a)(b)?", "o", "$1", "<b>",
           "YWJj", "Zg==", "MFRGG===", "null", "[1,2]", "{}", "ab,cd", "ß", "ǅ", "\\x00", "\\xff", "😀"]
FORMATS = ["%v", "%s", "%d", "%q", "%x", "%X", "%t", "%5d", "%-8s|", "%08.3f", "%+d", "%e", "%g", "%T", "%c", "%U", "%o", "%b", "%#v", "%+v", "%6.2f%%", "%*d", "%[2]v %[1]v", "% x", "%#x",
           "%.3s", "%10q", "%!", "%", "%z", "%-5t|", "%#o", "%O", "%G", "%.0f", "%+q", "%#q", "%x %X", "%v %v", "%6v|%-6v|", "%06d", "%+.2e", "%#U", "% d", "%s %s %s"]
LAYOUTS = ["2006-01-02", "15:04:05", "Mon Jan _2 15:04:05 2006", "02 Jan 06 15:04 MST", "2006-01-02T15:04:05Z07:00", "Monday, January 2 3:04PM", "__2 002 .000 -0700", "Jan 2 '06 at 03:04:05.999"]
ZONES = ["UTC", "America/New_York", "Asia/Tokyo", "Nowhere/Land", "Europe/Berlin", ""]
REGEXES = ["a", "[a-z]+", "(\\\\w+) (\\\\w+)", "^h", "o$", "\\\\d+", "(?i)HELLO", "x*", ".", "[", "(?P<n>l+)", "\\\\s+", "é|ö", "(a|b)*c", "^$", "\\\\bw"]
REPLACEMENTS = ["", "x", "$1", "${1}y", "<$0>", "$2-$1", "$$", "${n}", "$1x"]
SEMVERS = ["1.2.3", "v1.0", "2.0.0-rc.1", "1.2.3+meta", "0.0.0", "bad", "1", "1.2.3.4", "01.2.3"]
RANGES = [">=1.0", "~1.2", "^1.0.0", "1.x", ">1 <2 || 3", "1.2 - 1.4", "!=1.2.3", "*", "bad", ">= 1.0.0-0", "=1.2.3,<9"]
TYPES = ["string", "int", "float64", "[]interface {}", "map[string]interface {}", "bool", "nil"]
KINDS = ["string", "int", "float64", "slice", "map", "bool", "invalid", "int64"]

# name: (what it gives, what it takes); "x*" is any number of x, "x?" one or none.
FUNCTIONS = {
    "upper": ("str", ["str"]), "lower": ("str", ["str"]), "title": ("str", ["str"]), "untitle": ("str", ["str"]), "trim": ("str", ["str"]),
    "nospace": ("str", ["str"]), "initials": ("str", ["str"]), "swapcase": ("str", ["str"]), "snakecase": ("str", ["str"]), "camelcase": ("str", ["str"]), "kebabcase": ("str", ["str"]),
    "quote": ("str", ["any*"]), "squote": ("str", ["any*"]), "cat": ("str", ["any*"]), "toString": ("str", ["any"]), "repeat": ("str", ["small", "str"]), "substr": ("str", ["small", "small", "str"]),
    "trunc": ("str", ["int", "str"]), "abbrev": ("str", ["small", "str"]), "abbrevboth": ("str", ["small", "small", "str"]), "wrap": ("str", ["small", "str"]), "wrapWith": ("str", ["small", "str", "str"]),
    "indent": ("str", ["small", "str"]), "nindent": ("str", ["small", "str"]), "replace": ("str", ["str", "str", "str"]), "plural": ("str", ["str", "str", "int"]), "trimAll": ("str", ["str", "str"]), "trimSuffix": ("str", ["str", "str"]),
    "trimPrefix": ("str", ["str", "str"]), "contains": ("bool", ["str", "str"]), "hasPrefix": ("bool", ["str", "str"]), "hasSuffix": ("bool", ["str", "str"]),
    "sha1sum": ("str", ["str"]), "sha256sum": ("str", ["str"]), "sha512sum": ("str", ["str"]), "adler32sum": ("str", ["str"]), "b64enc": ("str", ["str"]), "b64dec": ("str", ["str"]), "b32enc": ("str", ["str"]), "b32dec": ("str", ["str"]),
    "html": ("str", ["any*"]), "js": ("str", ["any*"]), "urlquery": ("str", ["any*"]), "print": ("str", ["any*"]), "println": ("str", ["any*"]), "printf": ("str", ["format", "any*"]),
    "join": ("str", ["str", "list"]), "sortAlpha": ("strs", ["list"]), "splitList": ("strs", ["str", "str"]), "split": ("dict", ["str", "str"]), "splitn": ("dict", ["str", "small", "str"]), "toStrings": ("strs", ["list"]),
    "add": ("int", ["num*"]), "sub": ("int", ["num", "num"]), "mul": ("int", ["num", "num*"]), "div": ("int", ["num", "num"]), "mod": ("int", ["num", "num"]), "add1": ("int", ["num"]), "max": ("int", ["num", "num*"]), "min": ("int", ["num", "num*"]),
    "biggest": ("int", ["num", "num*"]), "addf": ("float", ["num*"]), "add1f": ("float", ["num"]), "subf": ("float", ["num", "num*"]), "divf": ("float", ["num", "num*"]), "mulf": ("float", ["num", "num*"]), "maxf": ("float", ["num", "num*"]), "minf": ("float", ["num", "num*"]),
    "ceil": ("float", ["num"]), "floor": ("float", ["num"]), "round": ("float", ["num", "small"]), "int": ("int", ["any"]), "int64": ("int", ["any"]), "float64": ("float", ["any"]), "atoi": ("int", ["str"]), "toDecimal": ("int", ["any"]),
    "until": ("list", ["small"]), "untilStep": ("list", ["small", "small", "small"]), "seq": ("str", ["small*"]),
    "list": ("list", ["any*"]), "tuple": ("list", ["any*"]), "first": ("any", ["list"]), "last": ("any", ["list"]), "rest": ("list", ["list"]), "initial": ("list", ["list"]), "append": ("list", ["list", "any"]), "prepend": ("list", ["list", "any"]),
    "concat": ("list", ["list*"]), "reverse": ("list", ["list"]), "uniq": ("list", ["list"]), "without": ("list", ["list", "any*"]), "has": ("bool", ["any", "list"]), "compact": ("list", ["list"]), "slice": ("list", ["list", "tiny?", "tiny?"]), "chunk": ("list", ["small", "list"]),
    "mustFirst": ("any", ["list"]), "mustLast": ("any", ["list"]), "mustRest": ("list", ["list"]), "mustInitial": ("list", ["list"]), "mustAppend": ("list", ["list", "any"]), "mustPrepend": ("list", ["list", "any"]), "mustReverse": ("list", ["list"]),
    "mustUniq": ("list", ["list"]), "mustWithout": ("list", ["list", "any*"]), "mustHas": ("bool", ["any", "list"]), "mustCompact": ("list", ["list"]), "mustSlice": ("list", ["list", "tiny?", "tiny?"]), "mustChunk": ("list", ["small", "list"]),
    "dict": ("dict", ["pairs"]), "get": ("any", ["dict", "key"]), "set": ("dict", ["dict", "key", "any"]), "unset": ("dict", ["dict", "key"]), "hasKey": ("bool", ["dict", "key"]), "pluck": ("list", ["key", "dict*"]), "dig": ("any", ["key", "key", "any", "dict"]),
    "pick": ("dict", ["dict", "key*"]), "omit": ("dict", ["dict", "key*"]), "merge": ("dict", ["newdict", "dict*"]), "mergeOverwrite": ("dict", ["newdict", "dict*"]), "mustMerge": ("dict", ["newdict", "dict*"]), "mustMergeOverwrite": ("dict", ["newdict", "dict*"]),
    "deepCopy": ("any", ["any"]), "mustDeepCopy": ("any", ["any"]),
    "default": ("any", ["any", "any"]), "empty": ("bool", ["any"]), "coalesce": ("any", ["any*"]), "ternary": ("any", ["any", "any", "bool"]), "all": ("bool", ["any*"]), "any": ("bool", ["any*"]),
    "toJson": ("str", ["any"]), "toPrettyJson": ("str", ["any"]), "toRawJson": ("str", ["any"]), "mustToJson": ("str", ["any"]), "mustToPrettyJson": ("str", ["any"]), "mustToRawJson": ("str", ["any"]), "fromJson": ("any", ["json"]), "mustFromJson": ("any", ["json"]),
    "typeOf": ("str", ["any"]), "kindOf": ("str", ["any"]), "typeIs": ("bool", ["type", "any"]), "typeIsLike": ("bool", ["type", "any"]), "kindIs": ("bool", ["kind", "any"]), "deepEqual": ("bool", ["any", "any"]),
    "base": ("str", ["str"]), "dir": ("str", ["str"]), "clean": ("str", ["str"]), "ext": ("str", ["str"]), "isAbs": ("bool", ["str"]), "osBase": ("str", ["str"]), "osDir": ("str", ["str"]), "osClean": ("str", ["str"]), "osExt": ("str", ["str"]), "osIsAbs": ("bool", ["str"]),
    "regexMatch": ("bool", ["regex", "str"]), "regexFind": ("str", ["regex", "str"]), "regexFindAll": ("strs", ["regex", "str", "int"]), "regexReplaceAll": ("str", ["regex", "str", "replacement"]), "regexReplaceAllLiteral": ("str", ["regex", "str", "replacement"]),
    "regexSplit": ("strs", ["regex", "str", "int"]), "regexQuoteMeta": ("str", ["str"]), "mustRegexMatch": ("bool", ["regex", "str"]), "mustRegexFind": ("str", ["regex", "str"]), "mustRegexFindAll": ("strs", ["regex", "str", "int"]),
    "mustRegexReplaceAll": ("str", ["regex", "str", "replacement"]), "mustRegexSplit": ("strs", ["regex", "str", "int"]), "mustRegexReplaceAllLiteral": ("str", ["regex", "str", "replacement"]),
    "semver": ("any", ["semver"]), "semverCompare": ("bool", ["range", "semver"]), "urlParse": ("dict", ["url"]), "urlJoin": ("str", ["dict"]),
    "toDate": ("time", ["layout", "day"]), "date": ("str", ["layout", "time"]), "dateInZone": ("str", ["layout", "time", "zone"]), "htmlDate": ("str", ["time"]), "htmlDateInZone": ("str", ["time", "zone"]), "dateModify": ("time", ["span", "time"]), "unixEpoch": ("str", ["time"]),
    "duration": ("str", ["any"]), "durationRound": ("str", ["any"]), "mustToDate": ("time", ["layout", "day"]), "mustDateModify": ("time", ["span", "time"]),
    "and": ("any", ["any", "any*"]), "or": ("any", ["any", "any*"]), "not": ("bool", ["any"]), "len": ("int", ["sized"]), "index": ("any", ["sized", "key*"]), "eq": ("bool", ["any", "any", "any?"]), "ne": ("bool", ["any", "any"]),
    "lt": ("bool", ["num", "num"]), "le": ("bool", ["str", "str"]), "gt": ("bool", ["int", "int"]), "ge": ("bool", ["float", "float"]), "keys": ("list", ["dict"]), "values": ("list", ["dict"]), "hello": ("str", []),
    "derivePassword": ("str", ["int", "str", "str", "str", "str"]), "call": ("any", ["any"]), "fail": ("str", ["str"]),
}
RARE = {"derivePassword", "call", "fail", "hello"}
# Maps have no order in Go: what comes out of these must be sorted, or not be looked at.
UNORDERED = {"keys", "values"}
GIVES = {}
for _name, (_gives, _) in FUNCTIONS.items():
    if _name not in UNORDERED:
        GIVES.setdefault(_gives, []).append(_name)


def quoted(text):
    return f'"{text}"'


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.scope = []     # (variable, type)
        self.dots = ["root"]
        self.defined = []
        self.next_variable = 0
        self.loops = 0

    def one_of(self, options):
        return self.random.choice(options)

    def chance(self, percent):
        return self.random.randrange(100) < percent

    # Expressions

    def literal(self, kind):
        r = self.random
        if kind == "str":
            text = self.one_of(STRINGS)
            return "`" + text.replace("\\", "/") + "`" if self.chance(10) else quoted(text)
        if kind == "int":
            return self.one_of(["0", "1", "2", "-1", "7", "100", "0x1F", "0b101", "0o17", "1_000", "'a'", "9223372036854775807", "-42", "'\\n'", str(r.randrange(-1000, 1000))])
        if kind == "small":
            return str(r.randrange(-2, 12))
        if kind == "float":
            return self.one_of(["0.0", "1.5", "-2.25", "1e3", "1e-7", "3.0", "1e21", "123456789.125", "0x1p-2", "1.0", ".5", "2i" if self.chance(5) else "2.5"])
        if kind == "bool":
            return self.one_of(["true", "false"])
        return None

    def path(self, kind):
        """A field of the data, by whichever way leads there now."""
        field = self.one_of(PATHS[kind])
        root = "" if self.dots[-1] == "root" and self.chance(80) else "$"
        return f"{root}.{field}" if self.in_template is None or root == "" else f".{field}"

    def value(self, kind, depth):
        """An operand: needs no parentheses."""
        r = self.random
        if kind == "tiny":  # Beyond a slice's length Go sees what its capacity happens to be.
            return str(r.randrange(-1, 2))
        if kind != "time" and self.chance(4):  # Without a time, dates are of now.
            kind = self.one_of(["str", "int", "float", "bool", "list", "dict", "nil"])
        special = {"format": FORMATS, "regex": REGEXES, "replacement": REPLACEMENTS, "semver": SEMVERS, "range": RANGES, "type": TYPES, "kind": KINDS, "layout": LAYOUTS, "zone": ZONES,
                   "span": ["1h", "-30m", "1.5s", "bad", "24h", "1us", "-0.5h"], "day": ["2024-02-29", "2023-12-31", "bad", "15:04:05", "1999-01-01"],
                   "key": ["a", "b", "z", "c", "k y", "", "name", "nope", "_0", "_1"], "url": ["https://u:p@h.test:8443/a/b?q=1#f", "mailto:a@b.test", "/p?x", "//h/p", "http://[::1]:80/", "::", "a b", "http://h.test/%41%2f?%20", ""],
                   "json": ["null", "1", "1.50", "true", "[1,\\\"a\\\",null]", "{\\\"a\\\":{\\\"b\\\":[]}}", "bad", "", "\\\"x\\\\u00e9\\\"", "1e400", "[1,]", "{} x", "123456789012345678901"]}
        if kind in special:
            if kind == "key" and self.chance(15):
                return str(r.randrange(-1, 4))
            if kind == "json" and self.chance(30):
                return ".js" if self.dots[-1] == "root" else '"{}"'
            return self.value("str", 0) if self.chance(4) else quoted(self.one_of(special[kind]))
        if kind == "num":
            kind = self.one_of(["int", "int", "float", "small"])
        if kind == "sized":
            kind = self.one_of(["list", "dict", "str", "list", "strs"])
        if kind == "any":
            kind = self.one_of(["str", "str", "int", "float", "bool", "list", "dict", "nil", "strs"])
        if kind == "time":
            if depth > 0 and self.chance(30):
                return f"({self.call('time', depth - 1)})"
            return '(toDate "2006-01-02 15:04:05" "2024-02-29 13:14:15")'
        if kind == "newdict" and not self.chance(15):
            return f"(dict {self.pairs(max(depth - 1, 0))})"
        kind = {"newdict": "dict"}.get(kind, kind)
        choices = []
        if self.literal_kind(kind):
            choices += ["literal"] * 3
        if kind in PATHS:
            choices += ["path"] * 3
        if kind == "nil" and self.chance(30):
            return "nil"
        if any(t == kind for _, t in self.scope):
            choices += ["variable"] * 3
        if depth > 0 and kind in GIVES:
            choices += ["call"] * 4
        how = self.one_of(choices) if choices else "call"
        if how == "literal":
            return self.literal(kind)
        if how == "path":
            return self.path(kind)
        if how == "variable":
            return self.one_of([v for v, t in self.scope if t == kind])
        if kind == "strs" and depth <= 0:
            return '(splitList "," "b,a,c")'
        return f"({self.call(kind if kind in GIVES else 'any', max(depth - 1, 0))})"

    @staticmethod
    def literal_kind(kind):
        return kind in ("str", "int", "small", "float", "bool")

    def pairs(self, depth):
        return " ".join(f'{quoted(self.one_of(["a", "b", "z", "k y", "é"]))} {self.value("any", depth)}' for _ in range(self.random.randrange(4)))

    def call(self, kind, depth):
        names = GIVES.get(kind) or GIVES["str"]
        name = self.one_of(names)
        while name in RARE and not self.chance(10):
            name = self.one_of(names)
        return self.call_of(name, depth)

    def call_of(self, name, depth):
        takes = FUNCTIONS[name][1]
        if takes == ["pairs"]:
            return f"{name} {self.pairs(depth)}".strip()
        args = []
        for take in takes:
            if take.endswith("*"):
                args += [self.value(take[:-1], depth) for _ in range(self.random.randrange(4))]
            elif take.endswith("?"):
                if self.chance(50):
                    args.append(self.value(take[:-1], depth))
            else:
                args.append(self.value(take, depth))
        if self.chance(2):
            args = args[:-1] if self.chance(50) else args + ["1"]
        if args and args[-1] != "nil" and self.chance(30):
            last = args.pop()
            if last.startswith("(") and last.endswith(")") and self.balanced(last[1:-1]):
                last = last[1:-1]
            return f"{last} | {' '.join([name, *args])}"
        return " ".join([name, *args])

    @staticmethod
    def balanced(text):
        """True if no parenthesis closes before one opened; texts in quotes may hide some, which is safe."""
        depth = 0
        for c in text:
            depth += (c == "(") - (c == ")")
            if depth < 0:
                return False
        return depth == 0 and '"' not in text and "`" not in text and "'" not in text

    def expression(self, kind, depth):
        if self.chance(65):
            return self.call(kind if kind in GIVES else self.one_of(["str", "bool", "int"]), depth)
        return self.value(kind, depth)

    # Statements

    in_template = None

    def open(self):
        return self.one_of(["{{ ", "{{ ", "{{", "{{- ", "{{-\n"])

    def close(self):
        return self.one_of([" }}", " }}", "}}", " -}}", "\t-}}"])

    def action(self, text):
        return self.open() + text + self.close()

    def text(self):
        return self.one_of(["", " ", "x", "\n", "text ", " \n\t", "{ }", "é", "- ", "\"", "{{/* c */}}", "{{- /* a\nb */ -}}", "a\r\n", "}}", "{", "\\"])

    def variable(self, kind):
        self.next_variable += 1
        name = f"$v{self.next_variable}"
        self.scope.append((name, kind))
        return name

    def block(self, depth, dot=None):
        mark = len(self.scope)
        if dot:
            self.dots.append(dot)
        text = "".join(self.statement(depth) for _ in range(self.random.randrange(1, 3)))
        if dot:
            self.dots.pop()
        del self.scope[mark:]
        return text

    def statement(self, depth):
        kind = self.one_of(["print"] * 8 + ["text"] * 2 + (["if", "if", "with", "range", "range", "set", "set", "assign", "template", "stop"] if depth > 0 else []))
        return getattr(self, "do_" + kind)(depth)

    def do_print(self, depth):
        wanted = self.one_of(["str", "str", "int", "float", "bool", "list", "dict", "any", "strs", "time"])
        return self.action(self.expression(wanted, min(depth, 2)))

    def do_text(self, _):
        return self.text()

    def do_if(self, depth):
        out = self.action("if " + self.expression(self.one_of(["bool", "any"]), 1)) + self.block(depth - 1)
        while self.chance(25):
            out += self.action("else if " + self.expression("bool", 1)) + self.block(depth - 1)
        if self.chance(50):
            out += self.action("else") + self.block(depth - 1)
        return out + self.action("end")

    def do_with(self, depth):
        mark = len(self.scope)
        kind = self.one_of(["str", "list", "dict", "any", "int"])
        value = self.expression(kind, 1)
        declared = f"{self.variable(kind)} := " if self.chance(40) else ""
        out = self.action(f"with {declared}{value}") + self.block(depth - 1, kind) + self.action(".")
        if self.chance(40):
            out += self.action("else with " + self.expression("any", 1) if self.chance(30) else "else") + self.block(depth - 1, "any")
        del self.scope[mark:]
        return out + self.action("end")

    def do_range(self, depth):
        mark = len(self.scope)
        what = self.one_of(["list", "list", "dict", "small", "strs"])
        value = self.value(what, 1)
        item = {"small": "int", "strs": "str"}.get(what, "any")
        variables = ""
        if self.chance(60):
            first = self.variable("int" if what in ("list", "strs") else "str")
            variables = f"{first}, {self.variable(item)} := " if self.chance(70) and what != "small" else f"{first} := "
        self.loops += 1
        out = self.action(f"range {variables}{value}") + self.action(".") + self.block(depth - 1, item)
        if self.chance(30):
            out += self.action("if " + self.expression("bool", 1)) + self.action(self.one_of(["break", "continue"])) + self.action("end")
        self.loops -= 1
        if self.chance(30):
            out += self.action("else") + self.block(depth - 1)
        del self.scope[mark:]
        return out + self.action("end")

    def do_set(self, depth):
        kind = self.one_of(["str", "int", "list", "dict", "any", "bool", "float", "strs"])
        value = self.expression(kind, min(depth, 2))
        return self.action(f"{self.variable(kind)} := {value}")

    def do_assign(self, depth):
        if not self.scope:
            return self.do_set(depth)
        name, kind = self.one_of(self.scope)
        return self.action(f"{name} = {self.expression(kind, 1)}")

    def do_template(self, depth):
        if self.defined and self.chance(50):
            return self.action(f'template "{self.one_of(self.defined)}"' + self.one_of(["", " .", " $", " " + self.value("any", 1)]))
        if self.chance(50):
            name = f"b{len(self.defined)}"
            arg = self.value("any", 1)
            scope, self.scope = self.scope, []
            dots, self.dots = self.dots, ["any"]
            body = self.block(depth - 1)
            self.scope, self.dots = scope, dots
            self.defined.append(name)
            return self.action(f'block "{name}" {arg}') + body + self.action("end")
        return self.do_print(depth)

    def do_stop(self, depth):
        return self.action(self.one_of(["break", "continue"])) if self.loops and self.chance(40) else self.do_print(depth)

    def template(self):
        self.scope, self.dots, self.defined, self.next_variable, self.loops = [], ["root"], [], 0, 0
        head = ""
        if self.chance(25):
            self.dots = ["any"]
            head = self.action('define "d0"') + self.block(2) + self.action("end")
            self.dots = ["root"]
            self.scope = []
            self.defined.append("d0")
        if self.chance(35):
            return head + self.action(self.call_of(self.one_of(sorted(FUNCTIONS)), 1) if not self.chance(30) else self.expression("any", 2))
        return head + "".join(self.statement(self.random.randrange(3)) for _ in range(self.random.randrange(1, 5)))


def well_ordered(template):
    """What a map's order cannot change: keys and values are not used but sorted."""
    return "keys" not in template and "values" not in template


def templates(seed, count):
    maker = Maker(seed)
    made = []
    while len(made) < count:
        template = maker.template()
        if well_ordered(template):
            made.append(template)
    return made
