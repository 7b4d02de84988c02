"""An RTSP camera that is not ours: GStreamer's RTSP server with encoders of its own.

Usage: /usr/bin/python3 gst-server.py '<json>'

  {"port": 0, "loginPort": 0, "mounts": [{"path": "/baseline", "profile": "baseline", "audio": true, ...}]}

Mounts with a login live on a second listener, because GStreamer's logins belong to a whole server.
Prints one line of JSON when it listens: {"port": ..., "loginPort": ...}. Ends on SIGTERM or SIGINT, and with its
parent: standard input is held open by the parent and read until it closes.

A mount with "clockBits" has the time of drawing in its first rows: 48 cells, black or white, most significant bit
first: 44 bits of UTC milliseconds, then a 4-bit check (the sum of the eleven 4-bit groups, modulo 16).
"""

import json
import signal
import sys
import time

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

CELLS = 48
CELL_HEIGHT = 24


def encode_clock(now_ms):
    """UTC ms as 48 bits, most significant first."""
    check = sum((now_ms >> shift) & 0xF for shift in range(0, 44, 4)) & 0xF
    word = (now_ms << 4) | check
    return [(word >> (CELLS - 1 - index)) & 1 for index in range(CELLS)]


def draw_clock(_overlay, context, _timestamp, _duration, width):
    cell = width / CELLS
    for index, bit in enumerate(encode_clock(time.time_ns() // 1_000_000)):
        context.set_source_rgb(bit, bit, bit)
        context.rectangle(index * cell, 0, cell + 1, CELL_HEIGHT)
        context.fill()


def describe_video(mount):
    fps = mount.get("fps", 25)
    size = f"width={mount.get('width', 640)},height={mount.get('height', 360)}"
    overlay = "videoconvert ! cairooverlay name=clock !" if mount.get("clockBits") else ""
    if mount.get("profile", "baseline") == "high-bframes":
        # No zerolatency: real lookahead and three B-frames in a row, decode order unlike display order.
        encoder = "bframes=3 b-adapt=false rc-lookahead=8 sliced-threads=false threads=1"
        profile = "high"
    else:
        encoder = "tune=zerolatency threads=1"
        profile = mount.get("profile", "baseline")
    return (
        f"videotestsrc is-live=true pattern=ball ! video/x-raw,{size},framerate={fps}/1 ! {overlay}"
        f" videoconvert ! video/x-raw,format=I420 ! x264enc {encoder} speed-preset={mount.get('preset', 'veryfast')} bitrate={mount.get('kbps', 800)}"
        f" key-int-max={int(fps * mount.get('gopSeconds', 2))} ! video/x-h264,profile={profile}"
        " ! h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1"
    )


def describe_audio():
    return (
        "audiotestsrc is-live=true wave=ticks ! audio/x-raw,rate=48000,channels=1 ! audioconvert"
        " ! avenc_aac bitrate=64000 ! aacparse ! rtpmp4gpay name=pay1 pt=97"
    )


class Factory(GstRtspServer.RTSPMediaFactory):
    """One pipeline per mount, shared by its clients."""

    def __init__(self, mount):
        super().__init__()
        self._mount = mount
        self.set_shared(True)
        audio = f" {describe_audio()}" if mount.get("audio") else ""
        self.set_launch(f"( {describe_video(mount)}{audio} )")

    def do_configure(self, media):
        clock = media.get_element().get_by_name("clock")
        if clock is not None:
            clock.connect("draw", draw_clock, self._mount.get("width", 640))


def make_server(port, login):
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(str(port))
    if login is not None:
        auth = GstRtspServer.RTSPAuth()
        auth.set_supported_methods({"basic": 1, "digest": 2}[login.get("method", "digest")])
        token = GstRtspServer.RTSPToken()
        token.set_string("media.factory.role", "viewer")
        if login.get("method", "digest") == "digest":
            auth.add_digest(login["username"], login["password"], token)
        else:
            auth.add_basic(GstRtspServer.RTSPAuth.make_basic(login["username"], login["password"]), token)
        server.set_auth(auth)
    return server


def main():
    Gst.init(None)
    config = json.loads(sys.argv[1])
    loop = GLib.MainLoop()
    bound = {}
    servers = []
    for name, wants_login in (("port", False), ("loginPort", True)):
        mounts = [mount for mount in config["mounts"] if bool(mount.get("login")) == wants_login]
        if not mounts:
            continue
        server = make_server(config.get(name, 0), mounts[0].get("login"))
        for mount in mounts:
            factory = Factory(mount)
            factory.connect("media-configure", lambda self, media: self.do_configure(media))
            if wants_login:
                permissions = GstRtspServer.RTSPPermissions()
                permissions.add_permission_for_role("viewer", "media.factory.access", True)
                permissions.add_permission_for_role("viewer", "media.factory.construct", True)
                factory.set_permissions(permissions)
            server.get_mount_points().add_factory(mount["path"], factory)
        if server.attach(None) == 0:
            print(f"cannot listen on port {config.get(name, 0)}", file=sys.stderr)
            return 1
        bound[name] = server.get_bound_port()
        servers.append(server)

    for number in (signal.SIGTERM, signal.SIGINT):
        GLib.unix_signal_add(GLib.PRIORITY_HIGH, number, loop.quit)
    GLib.io_add_watch(sys.stdin.fileno(), GLib.PRIORITY_DEFAULT, GLib.IO_HUP | GLib.IO_ERR, lambda *_: loop.quit())
    GLib.timeout_add_seconds(5, lambda: [server.get_session_pool().cleanup() for server in servers] and True)
    print(json.dumps(bound), flush=True)
    loop.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
