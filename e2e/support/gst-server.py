"""An RTSP camera that is not ours: GStreamer's RTSP server with encoders of its own.

Usage: /usr/bin/python3 gst-server.py '<json>'

  {"port": 0, "loginPort": 0, "tlsPort": 0, "mounts": [{"path": "/baseline", "profile": "baseline", "audio": true, ...}]}

"audio" is true for AAC, or the name of a codec: see SOUNDS.

Mounts with a login live on a second listener, because GStreamer's logins belong to a whole server, and those with "tls" (certificate
and key in PEM) on a third. "protocols" of a mount, "udp" or "tcp", is the only transport it takes. RTSP over HTTP is taken everywhere.
Prints one line of JSON when it listens: {"port": ..., "loginPort": ..., "tlsPort": ...}. Ends on SIGTERM or SIGINT, and with its
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
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
gi.require_version("GstRtsp", "1.0")
from gi.repository import Gio, GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

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


def describe_jpeg(mount):
    size = f"width={mount.get('width', 640)},height={mount.get('height', 360)},framerate={mount.get('fps', 25)}/1"
    return (
        f"videotestsrc is-live=true pattern=smpte75 ! video/x-raw,format=I420,{size} ! jpegenc quality=85"
        " ! rtpjpegpay name=pay0 pt=26"
    )


def describe_video(mount):
    if mount.get("codec") == "jpeg":
        return describe_jpeg(mount)
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
    source = (
        f"videotestsrc is-live=true pattern=ball ! video/x-raw,{size},framerate={fps}/1 ! {overlay}"
        " videoconvert ! video/x-raw,format=I420"
    )
    gop = int(fps * mount.get("gopSeconds", 2))
    if mount.get("codec", "h264") == "h265":
        return (
            f"{source} ! x265enc tune=zerolatency speed-preset=ultrafast bitrate={mount.get('kbps', 800)}"
            f" key-int-max={gop} option-string=pools=1:frame-threads=1 ! h265parse"
            " ! rtph265pay name=pay0 pt=96 config-interval=-1"
        )
    return (
        f"{source}"
        f" ! x264enc {encoder} speed-preset={mount.get('preset', 'veryfast')} bitrate={mount.get('kbps', 800)}"
        f" key-int-max={gop} ! video/x-h264,profile={profile}"
        f" ! h264parse ! {describe_payloader(mount)}"
    )


def describe_payloader(mount):
    if not mount.get("feedback"):
        return "rtph264pay name=pay0 pt=96 config-interval=-1"
    # What the caps say goes into the description as a=rtcp-fb; the encoder is asked for a key frame when a PLI comes.
    return (
        "rtph264pay pt=96 config-interval=-1"
        ' ! capssetter name=pay0 caps="application/x-rtp,rtcp-fb-nack-pli=(boolean)true"'
    )


# Sound by its codec: what the source makes, and how it is encoded and sent.
SOUNDS = {
    "aac": ("wave=ticks", 48000, 1, "avenc_aac bitrate=64000 ! aacparse ! rtpmp4gpay"),
    "latm": ("wave=sine freq=400", 48000, 1, "avenc_aac bitrate=64000 ! aacparse ! rtpmp4apay"),
    "mulaw": ("wave=sine freq=400", 8000, 1, "mulawenc ! rtppcmupay"),
    "alaw": ("wave=sine freq=400", 8000, 1, "alawenc ! rtppcmapay min-ptime=40000000 max-ptime=40000000"),
    "l16": ("wave=sine freq=400", 16000, 2, "audioconvert ! audio/x-raw,format=S16BE ! rtpL16pay"),
    "opus": ("wave=sine freq=400", 48000, 2, "opusenc ! rtpopuspay"),
}


def describe_audio(codec):
    source, rate, channels, encoder = SOUNDS[codec]
    return (
        f"audiotestsrc is-live=true {source} ! audio/x-raw,rate={rate},channels={channels} ! audioconvert"
        f" ! {encoder} name=pay1 pt=97"
    )


class Factory(GstRtspServer.RTSPMediaFactory):
    """One pipeline per mount, shared by its clients."""

    def __init__(self, mount):
        super().__init__()
        self._mount = mount
        self.set_shared(True)
        codec = mount.get("audio")
        audio = f" {describe_audio('aac' if codec is True else codec)}" if codec else ""
        self.set_launch(f"( {describe_video(mount)}{audio} )")

    def do_configure(self, media):
        only = {"udp": GstRtsp.RTSPLowerTrans.UDP, "tcp": GstRtsp.RTSPLowerTrans.TCP}.get(self._mount.get("protocols"))
        if only is not None:
            media.set_protocols(only)
        if self._mount.get("feedback"):
            media.set_profiles(GstRtsp.RTSPProfile.AVPF)
        clock = media.get_element().get_by_name("clock")
        if clock is not None:
            clock.connect("draw", draw_clock, self._mount.get("width", 640))


def watch_client(_server, client):
    """Says on standard error how clients leave: a line "teardown" for each goodbye, "closed" for each connection."""
    client.connect("teardown-request", lambda *_: print("teardown", file=sys.stderr, flush=True))
    client.connect("closed", lambda *_: print("closed", file=sys.stderr, flush=True))


def kind_of(mount):
    return "tlsPort" if mount.get("tls") else "loginPort" if mount.get("login") else "port"


def make_server(port, login, tls):
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
    elif tls is not None:
        auth = GstRtspServer.RTSPAuth()
        auth.set_tls_certificate(Gio.TlsCertificate.new_from_pem(tls, -1))
        token = GstRtspServer.RTSPToken()
        token.set_string("media.factory.role", "viewer")
        auth.set_default_token(token)
        server.set_auth(auth)
    return server


def main():
    Gst.init(None)
    config = json.loads(sys.argv[1])
    loop = GLib.MainLoop()
    bound = {}
    servers = []
    for name in ("port", "loginPort", "tlsPort"):
        mounts = [mount for mount in config["mounts"] if kind_of(mount) == name]
        if not mounts:
            continue
        server = make_server(config.get(name, 0), mounts[0].get("login"), mounts[0].get("tls"))
        server.connect("client-connected", watch_client)
        for mount in mounts:
            factory = Factory(mount)
            factory.connect("media-configure", lambda self, media: self.do_configure(media))
            if name != "port":
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
