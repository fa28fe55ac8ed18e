"""lsp-open.py SERVER FILE: opens a file in a language server and counts the errors that it reports."""
import json
import re
import subprocess
import sys

server, path = sys.argv[1:]
uri = "file://" + path
messages = [
    {"id": 1, "method": "initialize", "params": {"processId": 1, "rootUri": None, "capabilities": {}}},
    {"method": "textDocument/didOpen", "params": {"textDocument": {"uri": uri, "languageId": "mlir", "version": 1, "text": open(path).read()}}},
    {"id": 2, "method": "shutdown"},
    {"method": "exit"},
]
body = b""
for message in messages:
    text = json.dumps({"jsonrpc": "2.0", **message}).encode()
    body += b"Content-Length: %d\r\n\r\n" % len(text) + text
out = subprocess.run([server], input=body, capture_output=True).stdout.decode()
reports = [json.loads(text) for text in re.split(r"Content-Length: \d+\r\n\r\n", out) if text]
found = [d for r in reports if r.get("method") == "textDocument/publishDiagnostics" for d in r["params"]["diagnostics"]]
assert any(r.get("method") == "textDocument/publishDiagnostics" for r in reports), out
print(f"{len(found)} errors")
