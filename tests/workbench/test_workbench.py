"""The workbench over its socket: a report for a run, and the doors it keeps shut."""

import http.client
import os
import pathlib
import re
import signal
import socket
import subprocess
import time

import pytest

SOURCE = pathlib.Path(os.environ["QPCR_SOURCE_DIR"])
PROGRAM = pathlib.Path(os.environ["QPCR_BIN"]) / "qpcr-workbench"
PLATE = SOURCE / "validation_data/demo_methylation_plate"


@pytest.fixture(name="port", scope="module")
def port_fixture():
    server = subprocess.Popen([PROGRAM, "--assays", SOURCE / "validation_data/assays", "--port", "0", "--lang", "en"],
                              stdout=subprocess.PIPE, text=True)
    line = server.stdout.readline()
    yield int(re.fullmatch(r"http://127\.0\.0\.1:(\d+)/\n", line).group(1))
    server.send_signal(signal.SIGTERM)
    assert server.wait(timeout=20) == 0


def request(port, method, path, body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path, body, headers or {})
    response = connection.getresponse()
    return response.status, dict(response.getheaders()), response.read().decode("utf-8")


def form(parts):
    boundary = "----qpcr"
    body = b""
    for name, filename, content in parts:
        extra = f'; filename="{filename}"' if filename else ""
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n'.encode() + content + b"\r\n"
    return body + f"--{boundary}--\r\n".encode(), {"Content-Type": f"multipart/form-data; boundary={boundary}"}


def assay_of(port, name):
    _, _, page = request(port, "GET", "/")
    return re.search(rf'<option value="([0-9a-f]{{64}})">{name} ', page).group(1).encode()


def test_a_plate_becomes_its_report(port):
    parts = [("assay", None, assay_of(port, "demo-methylation")), ("run", "plate.rdml", (PLATE / "run.rdml").read_bytes()),
             ("covariates", "covariates.csv", (PLATE / "covariates.csv").read_bytes())]
    status, headers, page = request(port, "POST", "/analyze", *form(parts))
    assert status == 200
    assert "SIM-0001" in page and "SIMULATED" in page
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "<script" not in page


def test_both_languages(port):
    assert "qPCR workbench" in request(port, "GET", "/?lang=en")[2]
    assert "整板报告" in request(port, "GET", "/?lang=zh")[2]


def test_a_bad_file_is_refused_with_its_name_escaped(port):
    parts = [("assay", None, assay_of(port, "demo-methylation")), ("run", "<b>x.rdml", b"PK\x03\x04 not a zip")]
    status, _, page = request(port, "POST", "/analyze", *form(parts))
    assert status in (415, 422)
    assert "<b>" not in page and "x.rdml" in page


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}])
def test_other_hosts_and_origins_are_refused(port, headers):
    assert request(port, "GET", "/", headers=headers)[0] == 403


def test_unknown_routes_methods_and_assays(port):
    assert request(port, "GET", "/../../etc/passwd")[0] == 404
    assert request(port, "DELETE", "/analyze")[0] == 404
    parts = [("assay", None, b"0" * 64), ("run", "plate.rdml", b"x")]
    assert request(port, "POST", "/analyze", *form(parts))[0] == 400


def test_a_payload_above_the_limit_is_refused(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.putrequest("POST", "/analyze")
    connection.putheader("Content-Length", str(100 << 20))
    connection.putheader("Content-Type", "multipart/form-data; boundary=x")
    connection.endheaders()
    try:
        connection.send(b"--x")
        assert connection.getresponse().status == 413
    except (ConnectionError, http.client.HTTPException):
        pass
    assert request(port, "GET", "/")[0] == 200


def test_idle_sockets_do_not_stop_it(port):
    idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(24)]
    begin = time.monotonic()
    assert request(port, "GET", "/")[0] == 200
    assert time.monotonic() - begin < 10
    for connection in idle:
        connection.close()


def test_it_listens_on_loopback_alone(port):
    table = pathlib.Path("/proc/net/tcp").read_text() + pathlib.Path("/proc/net/tcp6").read_text()
    listening = [line.split()[1] for line in table.splitlines() if line.split()[3] == "0A" and line.split()[1].endswith(f":{port:04X}")]
    assert listening == [f"0100007F:{port:04X}"]
