/** Hikvision, its OEM builds and EZVIZ. */
import { habits, type Maker } from './maker.ts';

const PATH = '/Streaming/Channels/101';

const hikvision: Maker = {
  name: 'hikvision',
  taught:
    'spaces in front of values and of a short SSRC, absolute controls with the query last, a level that is not that of the SPS, ' +
    'packets that end after a keep-alive without login',
  path: PATH,
  login: {
    scheme: 'digest-md5',
    realm: 'IP Camera(C1234)',
    challenges: [
      'Digest realm="{realm}",  nonce="{nonce}",  random="a7f3",  stale=FALSE',
      'Basic realm="{realm}"',
    ],
  },
  codec: 'h264',
  sound: 'pcmu in 40 ms',
  habits: habits(
    {
      head: ['CSeq: {cseq}', 'Date:  Wed, Jan 01 2025 00:00:00 GMT'],
      describe: ['Content-Base: rtsp://192.168.1.64:554{path}/', 'Content-Type: application/sdp'],
      setup: [
        'Session:        {session};timeout={timeout}',
        'Transport: RTP/AVP/TCP;unicast;interleaved={rtp}-{rtcp};ssrc= {shortSsrc};mode="play"',
      ],
      play: ['Session:        {session}', 'RTP-Info: {rtpInfo}'],
      sdp: [
        'v=0',
        'o=- 1735689600000000 1735689600000000 IN IP4 192.168.1.64',
        's=Media Presentation',
        'e=NONE',
        'b=AS:5050',
        't=0 0',
        'a=control:rtsp://192.168.1.64{path}/',
        'm=video 0 RTP/AVP 96',
        'c=IN IP4 0.0.0.0',
        'b=AS:5000',
        'a=recvonly',
        'a=x-dimensions:3200,1800',
        'a=control:rtsp://192.168.1.64{path}/trackID=1?transportmode=unicast&profile=Profile_1',
        'a=rtpmap:96 H264/90000',
        'a=fmtp:96 profile-level-id=420029; packetization-mode=1; sprop-parameter-sets={sprop}',
        'm=audio 0 RTP/AVP 0',
        'a=recvonly',
        'a=control:rtsp://192.168.1.64{path}/trackID=2?transportmode=unicast&profile=Profile_1',
        'a=rtpmap:0 PCMU/8000',
        'a=Media_header:MEDIAINFO=494D4B48010100;',
        'a=appversion:1.0',
      ],
      urls: {
        aggregate: '{path}/',
        video: '{path}/trackID=1?transportmode=unicast&profile=Profile_1',
        audio: '{path}/trackID=2?transportmode=unicast&profile=Profile_1',
      },
      ssrcLimit: 2 ** 28,
      strictLogin: true,
      keptAliveBy: 'requests',
      describesOnce: true,
    },
    { payloadTypes: { video: 96, audio: 0 } },
  ),
};

const hikvisionOem: Maker = {
  name: 'hikvision-oem',
  taught:
    'SHA-256 alone, its name in quotes and no qop; sound called PCM is little-endian on the number of L16',
  path: PATH,
  login: {
    scheme: 'digest-sha256',
    qop: false,
    realm: 'IP Camera(D5678)',
    challenges: ['Digest realm="{realm}", nonce="{nonce}", algorithm="SHA-256"'],
  },
  codec: 'h264',
  sound: 'pcm',
  habits: habits(
    {
      sdp: [
        'v=0',
        'o=- 1109162014219182 1109162014219182 IN IP4 x.y.z.w',
        's=Media Server V3.1.3',
        'c=IN c=IN IP4 0.0.0.0',
        't=0 0',
        'm=video 0 RTP/AVP 96',
        'a=rtpmap:96 H264/90000',
        'a=fmtp:96 profile-level-id=420029; packetization-mode=0; sprop-parameter-sets={sprop}',
        'a=control:trackID=0',
        'm=audio 0 RTP/AVP 11',
        'a=rtpmap:11 PCM/48000',
        'a=control:trackID=1',
      ],
      strictLogin: true,
    },
    { payloadTypes: { video: 96, audio: 11 } },
  ),
  faults: { mtuBytes: 300 },
};

const ezviz: Maker = {
  name: 'ezviz',
  taught:
    'the description says H.265 with parameters of H.264, and H.264 comes; Basic is offered beside Digest',
  path: '/h264_stream',
  login: {
    scheme: 'digest-md5',
    realm: 'IP Camera(E9012)',
    challenges: ['Basic realm="{realm}"', 'Digest realm="{realm}", nonce="{nonce}", stale="FALSE"'],
  },
  codec: 'h264',
  sound: 'aac 16000',
  habits: habits(
    {
      sdp: [
        'v=0',
        'o=- 1 1 IN IP4 127.0.0.1',
        's=Media Presentation',
        't=0 0',
        'm=video 0 RTP/AVP 96',
        'a=rtpmap:96 H265/90000',
        'a=fmtp:96 profile-level-id=420029; packetization-mode=1; sprop-parameter-sets=',
        'a=control:trackID=0',
        'm=audio 0 RTP/AVP 104',
        'a=rtpmap:104 mpeg4-generic/16000/1',
        'a=fmtp:104 profile-level-id=15; streamtype=5; mode=AAC-hbr; config={config};SizeLength=13; IndexLength=3; indexDeltaLength=3; Profile=1;',
        'a=control:trackID=1',
      ],
    },
    { payloadTypes: { video: 96, audio: 104 } },
  ),
};

export const HIKVISION_MAKERS: readonly Maker[] = [hikvision, hikvisionOem, ezviz];
