#!/usr/bin/env python3
"""What Jinja2 makes of chat templates and of single constructs.

Usage: make.py        (jinja2 3.1.6, Python 3.11)

templates/*.jinja: the templates of the named models, and one of our own with macros, in the form that their files have.
expected.json: "conversations", "templates" (with their special tokens and the rendering of each conversation: a text, or
{"error"} where the template refuses), "constructs" (a template, over "variables", with its text or its error). Jinja2 is
set up as transformers does it in utils/chat_template_utils.py: immutable sandbox, trim_blocks, lstrip_blocks, loop
controls, the tag `generation`, tojson by json.dumps, raise_exception, strftime_now.
"""

import datetime
import importlib.metadata
import json
import pathlib
import sys

import jinja2
import jinja2.ext
import jinja2.sandbox

HERE = pathlib.Path(__file__).resolve().parent
NOW = datetime.datetime(2026, 3, 7, 14, 5, 9)


class Generation(jinja2.ext.Extension):
    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_render"), [], [], body).set_lineno(line)

    def _render(self, caller):
        return caller()


def environment():
    def raise_exception(message):
        raise jinja2.exceptions.TemplateError(message)

    def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    env = jinja2.sandbox.ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True,
                                                       extensions=[Generation, jinja2.ext.loopcontrols])
    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = NOW.strftime
    return env


ENV = environment()

TOKENS = {
    "llama2": ("<s>", "</s>"), "llama3": ("<|begin_of_text|>", "<|eot_id|>"), "llama3_1": ("<|begin_of_text|>", "<|eot_id|>"),
    "mistral_v1": ("<s>", "</s>"), "mistral_v3": ("<s>", "</s>"), "gemma3": ("<bos>", "<eos>"), "zephyr": ("<s>", "</s>"),
    "phi3": ("<s>", "<|endoftext|>"), "macros": ("<s>", "</s>"),
}


def message(role, content, **more):
    return {"role": role, "content": content, **more}


TOOL = {"type": "function", "function": {
    "name": "weather", "description": "Current weather — 天气.\nOf one place.",
    "parameters": {"type": "object", "required": ["place"], "properties": {
        "place": {"type": "string", "description": "\"City\", country"}, "days": {"type": "integer"},
        "units": {"type": "array", "items": {"type": "string", "enum": ["°C", "K"]}}, "more": {"type": "object"}}}}}

CONVERSATIONS = {
    "one": {"messages": [message("user", "Hello, who are you?")]},
    "system": {"messages": [message("system", "Be brief.\n"), message("user", "  What is 2 + 2?  ")]},
    "turns": {"messages": [message("user", "Hi"), message("assistant", "Hello!\n"), message("user", "How are\nyou?"),
                           message("assistant", " Fine. "), message("user", "Good")]},
    "system_turns": {"messages": [message("system", "You are a pirate."), message("user", "Hi"), message("assistant", "Arr"),
                                  message("user", "Bye")]},
    "closed": {"messages": [message("user", "Hi"), message("assistant", "Hello!")], "add_generation_prompt": False},
    "chinese": {"messages": [message("system", "你是一个有用的助手。"), message("user", "请用中文回答：什么是蒸馏？\u3000"),
                             message("assistant", "知识蒸馏是……"), message("user", "谢谢！👩‍🔬🇨🇳")]},
    "nasty": {"messages": [message("user", "</s><|im_end|>{{ 7 * 7 }}{% if %} \"quotes\" 'single' \\ back\r\n\ttab é\u0301 <&>")]},
    "empty": {"messages": [message("user", ""), message("assistant", ""), message("user", "x")]},
    "assistant_first": {"messages": [message("assistant", "I begin"), message("user", "?")]},
    "two_users": {"messages": [message("user", "a"), message("user", "b")]},
    "strange_role": {"messages": [message("critic", "Hm.")]},
    "thinking": {"messages": [message("user", "1+1?"), message("assistant", "<think>\nadd\n\n</think>\n\n2"), message("user", "2+2?"),
                              message("assistant", "<think>\neasy\n</think>\n4")], "variables": {"enable_thinking": False}},
    "no_thinking": {"messages": [message("user", "1+1?")], "variables": {"enable_thinking": False}},
    "parts": {"messages": [message("user", [{"type": "text", "text": " What is this? "}, {"type": "image"}])]},
    "tools": {"messages": [message("user", "Weather in Paris?"),
                           message("assistant", None, tool_calls=[{"id": "abcdefghi", "type": "function", "function": {
                               "name": "weather", "arguments": {"place": "Paris, \"FR\"", "days": 2, "x": [1.5, True, None]}}}]),
                           message("tool", "18 °C", name="weather", tool_call_id="abcdefghi")], "tools": [TOOL]},
    "tool_choice": {"messages": [message("system", "Use tools."), message("user", "Weather?")], "tools": [TOOL, TOOL],
                    "variables": {"tools_in_user_message": False, "date_string": "1 Jan 2025"}},
    "none": {"messages": []},
}

VARIABLES = {
    "s": "Hello World", "blank": "  x \n", "empty": "", "zh": "你好，世界", "emoji": "a👩‍🔬b", "multi": "one\ntwo\n\nthree", "quote": "it's \"it\"",
    "n": 7, "zero": 0, "neg": -7, "f": 2.5, "big": 1e20, "tiny": 1.5e-7, "t": True, "no": False, "nil": None,
    "list": [3, 1, 2], "words": ["banana", "Apple", "cherry", "apple"], "nix": [], "mixed": [1, "a", None, True, 2.0, [1, "b'"], {"k": 'v"'}],
    "d": {"b": 1, "a": 2, "items": "key", "c": {"x": [1, 2]}}, "nothing": {},
    "people": [{"name": "Ann", "age": 30, "on": True}, {"name": "bob", "age": 25, "on": False}, {"name": "Cid", "age": 30}],
    "tree": [{"v": 1, "kids": [{"v": 2, "kids": []}, {"v": 3, "kids": [{"v": 4, "kids": []}]}]}],
}

# A construct a line.
CONSTRUCTS = r"""
{{ s }}
{{ missing }}
[{{ nil }}|{{ t }}|{{ f }}|{{ big }}|{{ tiny }}|{{ 1.0 }}|{{ 100000000000000000.0 }}|{{ -0.5 }}|{{ 3e2 }}|{{ 1_000 }}]
{{ mixed }}
{{ d }}
{{ quote }}{{ [quote, "it's", 'say "x"', 'both \' "'] }}
{{ ["\n\t\\", "\x00\x7f\u00a0é中👩\u200d"] }}
{{ "a" "b" 'c' }}
{{ 'esc \n \t \\ \' \" \x41 \u4e2d \U0001f600 \101 \q \中' }}
{{ 1 + 2 * 3 - 4 / 2 }} {{ 7 // 2 }} {{ -7 // 2 }} {{ 7 % 3 }} {{ -7 % 3 }} {{ 7 % -3 }} {{ 2 ** 10 }} {{ 2 ** -1 }} {{ 2 ** 3 ** 2 }}
{{ 7.5 // 2 }} {{ -7.5 // 2 }} {{ 7.5 % 2 }} {{ -7.5 % 2 }} {{ 1 / 3 }} {{ 10 / 5 }} {{ 1e308 * 10 }}
{{ 1 + true }} {{ -t }} {{ +n }} {{ - - n }} {{ -n ** 2 }} {{ not n }} {{ not not n }}
{{ "ab" * 3 }}{{ 2 * "xy" }}{{ "z" * -1 }}{{ [1] * 2 }}{{ (1,) + (2,) }}{{ [1] + [2, 3] }}
{{ 1 ~ "a" ~ nil ~ missing ~ [1] ~ 2.0 }}
{{ "a" + "b" ~ 1 + "c" }}
{{ "a" + 1 }}
{{ 1 + "a" }}
{{ nil + 1 }}
{{ missing + 1 }}
{{ [1] + (2,) }}
{{ 1 / 0 }}
{{ 1 % 0 }}
{{ 5 == 5.0 }} {{ "a" == "a" }} {{ [1, 2] == [1, 2] }} {{ (1, 2) == [1, 2] }} {{ {"a": 1} == {"a": 1.0} }} {{ true == 1 }} {{ nil == false }} {{ missing == missing2 }}
{{ 1 < 2 }} {{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ "a" < "b" }} {{ "Z" < "a" }} {{ [1, 2] < [1, 3] }} {{ 2 >= 2.0 }} {{ 1 != 2 }} {{ "é" > "z" }}
{{ 1 < "a" }}
{{ nil < 1 }}
{{ missing < 1 }}
{{ "a" in "abc" }} {{ 1 in [1, 2] }} {{ "b" in d }} {{ "z" not in d }} {{ 1 in (2,) }} {{ "x" in missing }} {{ not 1 in [1] }} {{ "" in "" }} {{ 3 in range(5) }}
{{ 1 in "abc" }}
{{ 1 in nil }}
{{ 1 in 5 }}
{{ t and n }} {{ zero or "x" }} {{ zero and missing.x }} {{ n or missing.x }} {{ "" or none or "last" }}
{{ "yes" if t else "no" }} {{ "yes" if no else "no" }} {{ "yes" if no }}| {{ 1 if no else 2 if no else 3 }}
{{ ("a" if no).x }}
{{ list[0] }} {{ list[-1] }} {{ list[5] }}| {{ s[0] }} {{ s[-1] }} {{ s[50] }}| {{ zh[1] }} {{ emoji[1] }} {{ d["a"] }} {{ d["zz"] }}| {{ d[missing] }}|
{{ list[0:2] }} {{ list[1:] }} {{ list[:-1] }} {{ list[::-1] }} {{ s[2:5] }} {{ s[::-1] }} {{ s[::2] }} {{ zh[1:3] }} {{ list[5:] }} {{ list[-100:100] }} {{ (1,2,3)[1:] }} {{ s[5:1:-2] }} {{ list[:none] }}
{{ list[::0] }}
{{ nil[1:] }}
{{ missing[1:] }}
{{ list["a"] }}|{{ n.foo }}|{{ s.foo }}|{{ nil.foo }}|{{ nil["foo"] }}|{{ n[0] }}|
{{ missing.foo }}
{{ missing["foo"] }}
{{ nil.foo.bar }}
{{ d.nope.deeper }}
{{ d.c.x[1] }} {{ d["c"]["x"][0] }} {{ d.c["x"].1 }} {{ d.items is defined }}
{{ d["items"] }} {{ d.b }}
{{ d.items() | list }} {{ d.keys() | list }} {{ d.values() | list }} {{ d.get("a") }} {{ d.get("z") }} {{ d.get("z", 5) }} {{ d.items() | length }}
{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}
{% for k in d %}{{ k }}{% endfor %}{% for c in s %}{{ c }}.{% endfor %}
{{ d.update({"z": 1}) }}
{{ list.append(4) }}
{{ list.pop() }}
{{ s.__class__ }}|
{{ s.__class__.__mro__ }}
{{ s.upper() }} {{ s.lower() }} {{ s.title() }} {{ "hELLO wORLD, it's 3rd x-y" .title() }} {{ "hELLO".capitalize() }} {{ s.swapcase() }} {{ "straße ﬁ ÀÉ".upper() }} {{ "ΑΣ ΣΑΣ İ".lower() }} {{ "ßa ǆ".title() }}
[{{ blank.strip() }}] [{{ blank.lstrip() }}] [{{ blank.rstrip() }}] {{ "xxaxx".strip("x") }} {{ "abcba".lstrip("ab") }} {{ "\u3000\x1c中\u00a0".strip() }} {{ "a\n".rstrip("\n") }}
{{ s.split() }} {{ s.split("o") }} {{ s.split("o", 1) }} {{ "  a  b ".split() }} {{ "".split() }} {{ "".split(",") }} {{ "a,,b".split(",") }} {{ s.rsplit("o", 1) }} {{ " a b  c ".split(none, 1) }} {{ " a b  c ".rsplit(none, 1) }} {{ "a b".split(maxsplit=0) }} {{ "中，文".split("，")[-1] }}
{{ s.split("") }}
{{ multi.splitlines() }} {{ "a\r\nb\n".splitlines(true) }} {{ "".splitlines() }}
{{ s.startswith("He") }} {{ s.endswith("ld") }} {{ s.startswith(("x", "H")) }} {{ s.startswith("W", 6) }} {{ s.endswith("o", 0, 5) }} {{ s.startswith("") }}
{{ s.startswith(1) }}
{{ s.replace("o", "0") }} {{ s.replace("o", "0", 1) }} {{ "abc".replace("", "-") }} {{ "aaa".replace("aa", "b") }} {{ zh.replace("，", ", ") }}
{{ s.find("o") }} {{ s.rfind("o") }} {{ s.find("zz") }} {{ zh.find("世") }} {{ s.index("W") }} {{ s.count("o") }} {{ "aaaa".count("aa") }} {{ "abc".count("") }}
{{ s.index("zz") }}
{{ "-".join(["a", "b"]) }} {{ ", ".join(words) }} {{ s.partition(" ") }} {{ s.rpartition("o") }} {{ s.partition("#") }} {{ "ab".removeprefix("a") }} {{ "ab".removesuffix("b") }}
{{ "-".join([1, 2]) }}
{{ "7".zfill(3) }} {{ "-7".zfill(4) }} {{ "x".ljust(3) }}| {{ "x".rjust(3, "*") }} {{ "x".center(4, "*") }} {{ "xy".center(5, "*") }}
{{ "12".isdigit() }} {{ "²".isdigit() }} {{ "²".isdecimal() }} {{ "Ⅷ".isnumeric() }} {{ "ab1".isalnum() }} {{ "ab".isalpha() }} {{ "中".isalpha() }} {{ "".isalpha() }} {{ " \t".isspace() }} {{ "AB1".isupper() }} {{ "ab1".islower() }} {{ "1".islower() }}
{{ "{} and {}".format(1, "x") }} {{ "{1}{0}".format("a", "b") }} {{ "{a}{{}}".format(a=3) }}
{{ "%s-%d-%.2f-%5s-%-5s|-%05d-%x-%%" % ("a", 7, 2.567, "r", "l", 42, 255) }} {{ "%s" % "one" }} {{ "%(a)s" % {"a": 1} }} {{ "%r" % ["x"] }}
{{ "%d" % "x" }}
{{ "%s %s" % "a" }}
{{ "plain" % 1 }}
{{ s | upper }} {{ s | lower }} {{ "hello-world foo(bar) it's" | title }} {{ "hELLO" | capitalize }} [{{ blank | trim }}] {{ "xxaxx" | trim("x") }} {{ missing | trim }}|{{ nil | upper }} {{ 5 | string + "x" }}
{{ s | length }} {{ list | length }} {{ d | length }} {{ zh | length }} {{ missing | length }} {{ "" | count }} {{ range(3) | length }}
{{ n | length }}
{{ list | map("string") | length }}
{{ list | first }} {{ list | last }} {{ s | first }} {{ s | last }} {{ nix | first }}| {{ d | first }} {{ d.values() | list | last }} {{ missing | first }}|
{{ nix | first + 1 }}
{{ list | join }} {{ list | join(", ") }} {{ words | join("|") }} {{ people | join(", ", attribute="name") }} {{ s | join("-") }} {{ missing | join(",") }}| {{ mixed | join(" ") }}
{{ list | sort }} {{ words | sort }} {{ words | sort(case_sensitive=true) }} {{ list | sort(reverse=true) }} {{ people | sort(attribute="age") | map(attribute="name") | list }} {{ people | sort(attribute="age,name") | map(attribute="name") | list }} {{ people | sort(attribute="age,name", reverse=true) | map(attribute="name") | list }}
{{ mixed | sort }}
{{ words | unique | list }} {{ [1, 1.0, true, 2] | unique | list }} {{ list | min }} {{ list | max }} {{ words | min }} {{ people | max(attribute="age") }} {{ nix | max }}|
{{ list | sum }} {{ people | sum(attribute="age") }} {{ [1.5, 2] | sum }} {{ [[1], [2]] | sum(start=[]) }} {{ nix | sum }}
{{ list | reverse | list }} {{ s | reverse }} {{ list | list }} {{ s | list }} {{ d | list }} {{ missing | list }}
{{ d | items | list }} {{ missing | items | list }} {{ d | dictsort }} {{ {"B": 1, "a": 2} | dictsort }} {{ {"B": 1, "a": 2} | dictsort(true) }} {{ {"a": 2, "b": 1} | dictsort(by="value") }} {{ {"a": 2, "b": 1} | dictsort(reverse=true) }}
{{ list | items | list }}
{{ nil | map("upper") | list }} {{ "" | select | list }} {{ nil | selectattr("x") | list }}
{{ people | map(attribute="name") | list }} {{ people | map(attribute="on") | list }} {{ people | map(attribute="on", default="?") | list }} {{ list | map("string") | list }} {{ words | map("upper") | join(",") }} {{ words | map("replace", "a", "4") | list }} {{ words | map("first") | list }}
{{ people | selectattr("on") | map(attribute="name") | list }} {{ people | selectattr("age", "equalto", 30) | map(attribute="name") | join(",") }} {{ people | rejectattr("age", "gt", 26) | list | length }} {{ people | selectattr("on", "defined") | list | length }} {{ people | selectattr("name", "in", ["Ann", "Cid"]) | list | length }} {{ people | rejectattr("on") | list | length }}
{{ list | select("odd") | list }} {{ list | reject("odd") | list }} {{ mixed | select("string") | list }} {{ [0, 1, "", "x"] | select | list }} {{ list | select(">", 1) | list }} {{ list | select("divisibleby", 3) | list }}
{{ "yes" if people | selectattr("age", "equalto", 99) else "no" }} {{ "yes" if people | selectattr("age", "equalto", 99) | list else "no" }}
{% set g = list | map("string") %}{{ g | join }}{{ g | join }}|{% set h = list | map("string") %}{{ h | first }}{{ h | join }}
{% for age, group in people | groupby("age") %}{{ age }}:{% for p in group %}{{ p.name }},{% endfor %}{% endfor %}{{ (people | groupby("age") | first).grouper }}{{ (people | groupby("age") | first).list | length }}
{{ missing | default("x") }} {{ missing | d("y") }} {{ "" | default("x") }}| {{ "" | default("x", true) }} {{ nil | default("x") }} {{ nil | default("x", boolean=true) }} {{ d.zz | default("z") }} {{ missing | default }}|
{{ missing.foo | default("x") }}
{{ d | tojson }} {{ mixed | tojson }} {{ zh | tojson }} {{ zh | tojson(ensure_ascii=true) }} {{ emoji | tojson(ensure_ascii=true) }} {{ "\x01\x7f\u2028</script>\"\\/\b\f" | tojson }} {{ [1.0, 1e20, 1e-7, -0.0] | tojson }} {{ {1: 2, true: 3, none: 4, 1.5: 6} | tojson }} {{ (1, 2) | tojson }} {{ [] | tojson }}{{ {} | tojson }}
{{ d | tojson(indent=2) }} {{ [] | tojson(indent=2) }} {{ mixed | tojson(indent="\t") }} {{ d | tojson(sort_keys=true) }} {{ d | tojson(separators=(",", ":")) }} {{ d | tojson(indent=0) }}
{{ missing | tojson }}
{{ range(2) | tojson }}
{{ "42" | int }} {{ "x" | int }} {{ "x" | int(5) }} {{ " 7 " | int }} {{ "3.9" | int }} {{ 3.9 | int }} {{ -3.9 | int }} {{ t | int }} {{ nil | int }} {{ "ff" | int(base=16) }} {{ "0xff" | int(base=16) }} {{ "+5" | int }} {{ "1_000" | int }} {{ list | int }}
{{ missing | int }}
{{ "2.5" | float }} {{ "x" | float }} {{ 3 | float }} {{ "1e3" | float }} {{ nil | float(1.5) }}
{{ -5 | abs }} {{ neg | abs }} {{ -2.5 | abs }} {{ 2.5 | round }} {{ 3.5 | round }} {{ 2.675 | round(2) }} {{ 1234.5 | round(-2) }} {{ 42 | round }} {{ 2.1 | round(method="ceil") }} {{ 2.19 | round(1, "floor") }} {{ 42 | round(-1) }}
{{ "x" | abs }}
{{ multi | indent }}|{{ multi | indent(2, true) }}|{{ multi | indent("> ", blank=true) }}
{{ "foo bar baz qux" | truncate(9) }} {{ "foo bar baz qux" | truncate(9, true) }} {{ "foo bar baz qux" | truncate(11) }} {{ "foo bar baz qux" | truncate(9, false, "…", 0) }} {{ "short" | truncate }}
{{ list | batch(2) | list }} {{ list | batch(2, "x") | list }} {{ "a b-c d_e" | wordcount }} {{ "x" | center(5) }}|{{ "<a & 'b' \"c\">" | escape }} {{ "<b>" | safe }} {{ "%s: %d" | format("a", 5) }} {{ "%(x)s" | format(x=1) }} {{ d | attr("b") }}|
{{ s | replace("o", "0") }} {{ s | replace("o", "0", 1) }} {{ 112 | replace(1, 2) }}
{{ s | nosuch }}
{{ s is nosuch }}
{{ n is defined }} {{ missing is defined }} {{ missing is undefined }} {{ missing is not defined }} {{ d.zz is defined }} {{ nil is defined }}
{{ missing.foo is defined }}
{{ nil is none }} {{ s is string }} {{ n is string }} {{ n is number }} {{ t is number }} {{ f is number }} {{ n is integer }} {{ t is integer }} {{ f is float }} {{ t is boolean }} {{ t is true }} {{ n is true }} {{ no is false }} {{ zero is false }}
{{ d is mapping }} {{ list is mapping }} {{ list is iterable }} {{ s is iterable }} {{ n is iterable }} {{ missing is iterable }} {{ d is iterable }} {{ list is sequence }} {{ s is sequence }} {{ d is sequence }} {{ n is sequence }} {{ range is callable }} {{ s is callable }}
{{ 4 is even }} {{ 3 is odd }} {{ 9 is divisibleby 3 }} {{ 9 is divisibleby(2) }} {{ 1 is eq 1 }} {{ 1 is ne(2) }} {{ 1 is lt 2 }} {{ 2 is ge 2 }} {{ 1 is in [1, 2] }} {{ 3 is not in [1, 2] }} {{ nil is sameas none }} {{ 1 is sameas true }} {{ "ab" is lower }} {{ "AB" is upper }} {{ "upper" is filter }} {{ "nope" is filter }} {{ "odd" is test }}
{{ "a" is even }}
{{ n is defined and n > 5 }} {{ s is string or missing.x }} {{ not n is none }} {{ (s | length) is even }} {{ s | length > 3 }} {{ s | length + 1 }} {{ -n | abs }}
{% if n > 5 %}a{% elif n > 3 %}b{% else %}c{% endif %}{% if zero %}a{% elif zero %}b{% else %}c{% endif %}{% if none %}x{% endif %}
{% if n == 7 and (s == "x" or t) %}yes{% endif %}{% if not (t and no) %}yes{% endif %}
{% for x in list %}{{ loop.index }}/{{ loop.index0 }}/{{ loop.revindex }}/{{ loop.revindex0 }}/{{ loop.first }}/{{ loop.last }}/{{ loop.length }}/{{ loop.previtem }}/{{ loop.nextitem }}/{{ loop.depth }}/{{ loop.cycle("a", "b") }} {% endfor %}
{% for x in nix %}x{% else %}nothing{% endfor %}{% for x in missing %}x{% else %}nothing{% endfor %}{% for x in list if x > 5 %}x{% else %}none{% endfor %}
{% for x in list if x > 1 %}{{ x }}{{ loop.index }}{{ "," if not loop.last }}{% endfor %}
{% for x in list %}{% if x == 1 %}{% continue %}{% endif %}{{ x }}{% endfor %}{% for x in list %}{% if x == 1 %}{% break %}{% endif %}{{ x }}{% endfor %}
{% for a, b in [[1, 2], [3, 4]] %}{{ a + b }},{% endfor %}{% for (a, b) in [(1, 2)] %}{{ a }}{% endfor %}{% for x in 1, 2 %}{{ x }}{% endfor %}
{% for a, b in [[1, 2, 3]] %}{{ a }}{% endfor %}
{% for x in 5 %}{% endfor %}
{% for x in nil %}{% endfor %}
{% for x in list %}{% for y in list %}{{ loop.index }}{% endfor %}{{ loop.index }} {% endfor %}
{% for x in people %}{% if loop.changed(x.age) %}{{ x.age }}{% endif %}{{ x.name }}{% endfor %}
{% for node in tree recursive %}{{ node.v }}{{ loop.depth }}[{{ loop(node.kids) }}]{% endfor %}
{{ loop.index }}
{% set x = 1 %}{% for i in list %}{% set x = x + 1 %}{{ x }}{% endfor %}{{ x }}
{% set x = 1 %}{% if t %}{% set x = 2 %}{% endif %}{{ x }}
{% set a, b = 1, 2 %}{{ a }}{{ b }}{% set t2 = 1, %}{{ t2 }}{% set e = () %}{{ e }}
{% set ns = namespace(x=1, y=[]) %}{% for i in list %}{% set ns.x = ns.x + i %}{% endfor %}{{ ns.x }}{{ ns.z }}{{ ns["x"] }}{% set ns.w = "new" %}{{ ns.w }}
{% set ns = namespace() %}{{ ns.x }}|{{ ns.x is defined }}{% set ns.found = false %}{{ ns.found }}
{% set d.x = 1 %}
{% set x %}body {{ n }}{% endset %}[{{ x }}]{% set y | upper | replace("O", "0") %}foo{% endset %}{{ y }}
{% set x = 5 %}{% for i in [1] %}{% set y = x %}{% endfor %}{{ y }}|
{% macro m(a, b=2, c=a) %}<{{ a }}{{ b }}{{ c }}>{% endmacro %}{{ m(1) }}{{ m(1, 3) }}{{ m(b=5, a=4) }}{{ m() }}{{ m(1, c=0) | length }}
{% macro m(a) %}{{ a }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, 3, x=4) }}{{ m.name }}
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(b=2) }}
{% macro f(n) %}{{ n }}{% if n > 0 %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(3) }}
{% macro m() %}{{ x }}{% endmacro %}{% set x = 1 %}{{ m() }}{% set x = 2 %}{{ m() }}
{% macro m() %}{% set s = "inner" %}{{ s }}{% endmacro %}{{ m() }}{{ s }}
{% macro box(title) %}[{{ title }}:{{ caller() }}]{% endmacro %}{% call box("x") %}body {{ n }}{% endcall %}
{% macro each(xs) %}{% for x in xs %}{{ caller(x) }}{% endfor %}{% endmacro %}{% call(x) each(list) %}<{{ x }}>{% endcall %}
{% with a = 1, b = n %}{{ a }}{{ b }}{% endwith %}{{ a }}|
{% filter upper %}abc {{ s }}{% endfilter %}{% filter replace("a", "b") | upper %}aa{% endfilter %}
{% raw %}{{ not.rendered }} {% if %}{% endraw %}|{%- raw -%}  x  {%- endraw -%}  |
{# comment #}a{#- x -#}  b  {#- y #}c
{% generation %}answer {{ n }}{% endgeneration %}
{{ range(3) | list }} {{ range(1, 4) | list }} {{ range(5, 0, -2) | list }} {{ range(0) | list }} {{ range(3) }} {{ range(1, 9, 3) | list }} {{ range(10)[2:4] | list }} {{ range(5)[-1] }}
{{ range(1000000) }}
{{ range("x") }}
{{ dict(a=1, b=2) }} {{ dict({"x": 1}, y=2) }} {{ {"a": 1, "a": 2} }} {{ {1: "x"}[1] }} {{ {} }} {{ [] }} {{ () }} {{ (1,) }} {{ (1) }} {{ [1, 2,] }} {{ {"a": 1,} }}
{{ {[1]: 2} }}
{% set j = joiner(", ") %}{% for x in list %}{{ j() }}{{ x }}{% endfor %}
{{ raise_exception("No: " ~ n) }}
{{ strftime_now("%d %b %Y, %A %B %H:%M:%S %j %%") }}
{{ undefined_function(1) }}
{{ s() }}
{{ s.nosuch() }}
{{ n.foo() }}
{{ 1, 2 }} {{ (1, "a") }}
{{ true }} {{ True }} {{ none }} {{ None }} {{ false }} {{ False }}
{{ "}}" }} {{ "%}" }} {{ {"a": {"b": 1}}["a"]["b"] }} {{ {"a": {"b": {}}} }}
{{ '{{ nested }}' }}{{ "{% if %}" }}
{{ (list | sort)[0] }} {{ (n, s)[1] }} {{ [list, words][0][1] }} {{ "abc"[1] }} {{ [1, 2, 3][-2:] }} {{ s.split(" ")[1].lower()[:3] | upper }}
{{ people[0].name ~ people[-1]["name"] }} {{ people[0]["on"] and people[1].name }}
{{ {"a": 1}.a }} {{ [1, 2].index(2) }} {{ [1, 1].count(1) }} {{ (1, 2).count(3) }}
{{ 1.5.foo }}|
{{ 9223372036854775807 }} {{ -9223372036854775807 - 1 }}
{%- if t -%}   x   {%- endif -%}   y
{%+ if t %}  a{%+ endif +%}  b
{{- s -}}   {{ s }}
{% include "x" %}
{% if t %}unclosed
{{ unclosed
{% for x in %}{% endfor %}
{% endif %}
{% nosuchtag %}
{{ 1 + }}
{{ ) }}
{{ "unclosed }}
{% if t %}{% endfor %}
{# unclosed
{% set 5 = x %}
{% break %}
{{ a b }}
{{ s | }}
{{ f(a=1, 2) }}
{% macro m(a=1, b) %}{% endmacro %}
{{ @ }}
"""

MULTILINE = [
    "{% if t\n   and n\n   and s %}multi\nline{% endif %}",
    "a\n  {% if t %}\n  b\n  {% endif %}\nc\n",
    "  {% if t %}x{% endif %}  \n  y",
    "a\n\t{# comment #}\nb\n",
    "a {% if t %}\nb{% endif %}\n\n\n",
    "{% for x in list %}\n  {{ x }}\n{% endfor %}\n",
    "{% for x in list -%}\n  {{ x }}\n{%- endfor %}\nend\n",
    "a\r\nb\rc\n{% if t %}\r\nd{% endif %}\r\n",
    "  {{ s }}  \n  {{ s }}\n",
    "a\n   {%- if t %}\n b {%- endif %} c\n",
    "a\n   {%+ if t %}\n b {% endif %}\n",
    "x\n    {% raw %}\n  {{ a }}\n    {% endraw %}\ny\n",
    "{% raw -%}\n a {%- endraw %}\n b",
    "\n\n  {% set x = 1 %}\n\n{{ x }}\n\n",
    "a{#- c -#}\n\n b\n",
    "{{ 'a' -}}\n\n  {% if t %}\n b{% endif %}",
    "\u3000{%- if t %}x{% endif -%}\u3000y",
    "a\n \u3000{% if t %}x{% endif %}",
    "{{ s }}\n{{ [1,\n 2] }}\n{{ nosuch.x }}",
    "",
    "\n",
    "plain\n\n",
    "{% if t %}a{% endif %}\n{% if t %}b{% endif %}\n",
    "{{ {'a': '}}'} }}",
    "{%- macro m(x) -%}\n  [{{ x }}]\n{%- endmacro -%}\n{{ m(1) }} {{ m(2) }}\n",
]


def attempt(render):
    try:
        return render()
    except Exception as error:  # whatever Python raises: the template fails
        return {"error": type(error).__name__ if not isinstance(error, jinja2.TemplateError) or not error.message else error.message}


def main():
    templates = {}
    for path in sorted((HERE / "templates").glob("*.jinja")):
        text = path.read_text(encoding="utf-8").removesuffix("\n")
        begin, end = TOKENS.get(path.stem, (None, "<|im_end|>"))
        tokens = {key: value for key, value in (("bos_token", begin), ("eos_token", end)) if value}
        rendered = {}
        for name, given in CONVERSATIONS.items():
            variables = {"messages": given["messages"], "tools": given.get("tools"), "documents": None,
                         "add_generation_prompt": given.get("add_generation_prompt", True), **tokens, **given.get("variables", {})}
            rendered[name] = attempt(lambda: ENV.from_string(text).render(**variables))
        templates[path.stem] = {"special_tokens": tokens, "rendered": rendered}
    constructs = []
    lines = CONSTRUCTS.strip().split("\n") + MULTILINE
    for text in lines:
        constructs.append([text, attempt(lambda: ENV.from_string(text).render(**VARIABLES))])
    result = {
        "versions": {"jinja2": importlib.metadata.version("jinja2"), "python": ".".join(map(str, sys.version_info[:3]))},
        "now": NOW.isoformat(), "conversations": CONVERSATIONS, "templates": templates, "variables": VARIABLES, "constructs": constructs,
    }
    (HERE / "expected.json").write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    failures = sum(isinstance(expected, dict) for _, expected in constructs)
    print(f"{len(templates)} templates, {len(CONVERSATIONS)} conversations, {len(constructs)} constructs, {failures} of them errors")


if __name__ == "__main__":
    main()
