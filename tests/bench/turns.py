"""Programs that answer a line with a line, measured in turns."""

import json
import subprocess
import time


class Program:
    """A child that says when it is ready and then answers each line with one of JSON."""

    def __init__(self, name, command, environment=None):
        self.name = name
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
        self.ready = self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.name} ended without an answer")
        return json.loads(line)

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        result = self.answer()
        time.sleep(0.05)  # its threads must have gone to sleep before the next one's turn
        return result

    def close(self):
        self.process.stdin.close()
        self.process.wait()
