/** Axis, Bosch, FLIR, Foscam and Ubiquiti. */
import { habits, type Maker } from './maker.ts';

const axis: Maker = {
  name: 'axis',
  taught:
    'a nonce wears out in the middle of a session: sign again and stay; a space in RTP-Info; header extensions',
  path: '/axis-media/media.amp?videocodec=h264',
  login: { scheme: 'digest-md5', realm: 'AXIS_ACCC8E012345', qop: true },
  codec: 'h264',
  sound: 'aac 16000',
  habits: habits({ rtpInfoSeparator: ', ', strictLogin: true, keptAliveBy: 'requests' }, { extension: true }),
  faults: { nonceUses: 6 },
};

const bosch: Maker = {
  name: 'bosch',
  taught: 'any number may be mapped, also 35; an empty opaque is sent back',
  path: '/rtsp_tunnel',
  login: {
    scheme: 'digest-md5',
    realm: 'Please log in with a valid username',
    challenges: ['Digest realm="{realm}", nonce="{nonce}", opaque=""'],
  },
  codec: 'h264',
  sound: undefined,
  habits: habits(
    {
      sdp: [
        'v=0',
        'o=- 0 0 IN IP4 192.168.1.90',
        's=LIVE VIEW',
        'c=IN IP4 0.0.0.0',
        't=0 0',
        'm=video 0 RTP/AVP 35',
        'a=rtpmap:35 H264/90000',
        'a=fmtp:35 packetization-mode=1;profile-level-id={profile};sprop-parameter-sets={sprop}',
        'a=control:trackID=0',
      ],
    },
    { payloadTypes: { video: 35, audio: 97 } },
  ),
};

const flir: Maker = {
  name: 'flir',
  taught: 'no packet has a marker; five payload types in one section, of which one is H.264 that is sent',
  path: '/avc',
  codec: 'h264',
  sound: undefined,
  habits: habits(
    {
      sdp: [
        'v=0',
        'o=- 0 0 IN IP4 192.168.1.91',
        's=IR stream',
        't=now-',
        'm=video 0 RTP/AVP 96 97 111 112 99',
        'a=rtpmap:96 MP4V-ES/90000',
        'a=rtpmap:97 MP4V-ES/90000',
        'a=rtpmap:111 H264/90000',
        'a=fmtp:111 profile-level-id={profile};sprop-parameter-sets={sprop}',
        'a=rtpmap:112 H264/90000',
        'a=rtpmap:99 JPEG/90000',
        'a=control:trackID=0',
      ],
    },
    { payloadTypes: { video: 111, audio: 97 } },
  ),
  faults: { markers: false },
};

const foscam: Maker = {
  name: 'foscam',
  taught: 'sound has no rtpmap: its number tells; old live555 writes frames on channels of dead sessions',
  path: '/videoMain',
  login: { scheme: 'digest-md5', realm: 'Foscam IPCam Living Video' },
  codec: 'h264',
  sound: 'pcmu',
  habits: habits(
    {
      sdp: [
        'v=0',
        'o=- 1735689600000000 1 IN IP4 192.168.1.92',
        's=IP Camera Video',
        't=0 0',
        'a=tool:LIVE555 Streaming Media v2014.02.10',
        'a=control:*',
        'm=video 0 RTP/AVP 96',
        'a=rtpmap:96 H264/90000',
        'a=fmtp:96 packetization-mode=1;profile-level-id={profile};sprop-parameter-sets={sprop}',
        'a=control:track1',
        'm=audio 0 RTP/AVP 0',
        'a=control:track2',
      ],
      urls: { aggregate: '{path}/', video: '{path}/track1', audio: '{path}/track2' },
    },
    { payloadTypes: { video: 96, audio: 0 }, strayChannel: 6 },
  ),
};

const ubiquiti: Maker = {
  name: 'ubiquiti',
  taught: 'parameter sets come in the stream alone; two sounds are offered and one is chosen',
  path: '/s0',
  codec: 'h264',
  sound: 'aac 48000',
  habits: habits(
    {
      sdp: [
        'v=0',
        'o=- 0 0 IN IP4 127.0.0.1',
        's=-',
        't=0 0',
        'a=tool:camera',
        'm=video 0 RTP/AVP 97',
        'a=rtpmap:97 H264/90000',
        'a=fmtp:97',
        'a=control:trackID=0',
        'm=audio 0 RTP/AVP 96',
        'a=rtpmap:96 mpeg4-generic/48000/1',
        'a=fmtp:96 profile-level-id=1;mode=AAC-hbr;config={config};SizeLength=13;IndexLength=3;IndexDeltaLength=3',
        'a=control:trackID=1',
        'm=audio 0 RTP/AVP 96',
        'a=rtpmap:96 opus/48000/2',
        'a=control:trackID=2',
      ],
      silentUrls: ['{path}/trackID=2'],
    },
    { payloadTypes: { video: 97, audio: 96 } },
  ),
};

export const PROFESSIONAL_MAKERS: readonly Maker[] = [axis, bosch, flir, foscam, ubiquiti];
