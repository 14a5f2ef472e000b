#include "fake_engine.h"

QStringList writeFakeEngine(const QString& folder) {
    const QString path = folder + QStringLiteral("/fake_engine.py");
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly))
        return {};
    file.write(R"(import json, os, select, sys
waiting = {}
def say(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()
import time
buffer = b""
while True:
    timeout = min([due for due, _ in waiting.values()], default=None)
    ready = select.select([0], [], [], None if timeout is None else max(0, timeout - time.monotonic()))[0]
    for number in [n for n, (due, _) in waiting.items() if due <= time.monotonic()]:
        say({"jsonrpc": "2.0", "id": number, "result": {"value": waiting.pop(number)[1]}})
    if not ready:
        continue
    piece = os.read(0, 65536)
    if not piece:
        sys.exit(0)
    buffer += piece
    while b"\n" in buffer:
        line, buffer = buffer.split(b"\n", 1)
        message = json.loads(line)
        method, params, number = message["method"], message.get("params", {}), message.get("id")
        if method == "initialize":
            if params.get("protocol") != 1:
                sys.exit(3)
            say({"jsonrpc": "2.0", "id": number, "result": {"protocol": 1, "pid": os.getpid()}})
        elif method == "echo":
            say({"jsonrpc": "2.0", "method": "progress", "params": {"id": number, "done": 1, "total": 1}})
            say({"jsonrpc": "2.0", "id": number, "result": {"value": params["value"]}})
        elif method == "slow":
            waiting[number] = (time.monotonic() + 0.3, params["value"])
        elif method == "$/cancel":
            if params["id"] in waiting:
                waiting.pop(params["id"])
                sys.stderr.write("cancelled %d\n" % params["id"])
                say({"jsonrpc": "2.0", "id": params["id"], "error": {"code": -32800, "message": "cancelled",
                     "data": {"code": "cancelled", "message": "cancelled", "hint": ""}}})
        elif method == "fail":
            say({"jsonrpc": "2.0", "id": number, "error": {"code": -32000, "message": "no model",
                 "data": {"code": "not_found", "message": "there is no model 'x'", "hint": "import one"}}})
        elif method == "crash":
            sys.stderr.write("out of luck\n")
            sys.stderr.flush()
            os.kill(os.getpid(), 9)
        elif method == "garbage":
            sys.stdout.write("this is no JSON\n")
            sys.stdout.flush()
        elif method == "stale":
            say({"jsonrpc": "2.0", "id": 999999, "result": {"value": "stale"}})
            say({"jsonrpc": "2.0", "id": number, "result": {"value": "fresh"}})
)");
    return {QStringLiteral("python3"), path};
}
