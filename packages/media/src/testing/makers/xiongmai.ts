/** Xiongmai (H264DVR), VStarcam and V380: cheap boards under many names. */
import { habits, type Maker } from './maker.ts';

const xiongmai: Maker = {
  name: 'xiongmai',
  taught:
    'the login stands in the path, the camera calls itself 127.0.0.1, each SETUP names another session, there is no RTP-Info, and SEI has a marker too',
  path: '/user=tmp&password=kata123&channel=1&stream=0.sdp?',
  codec: 'h264',
  sound: 'pcma',
  habits: habits(
    {
      head: ['Cseq: {cseq}', 'Server: H264DVR 1.0'],
      describe: ['Content-Base: rtsp://127.0.0.1:554{path}', 'Content-Type: application/sdp'],
      setup: [
        'Session: {session};timeout={timeout}',
        'Transport: RTP/AVP/TCP;unicast;mode=PLAY;source=127.0.0.1;interleaved={rtp}-{rtcp};ssrc=0',
      ],
      play: ['Session: {session}'],
      sdp: [
        'v=0',
        'o=- 38990265062388 38990265062388 IN IP4 127.0.0.1',
        's=RTSP Session',
        'c=IN IP4 127.0.0.1',
        't=0 0',
        'a=control:*',
        'a=range:npt=0-',
        'm=video 0 RTP/AVP 96',
        'a=rtpmap:96 H264/90000 ',
        'a=range:npt=0-',
        'a=framerate:0S',
        'a=fmtp:96 profile-level-id={profile}; packetization-mode=1; sprop-parameter-sets={sprop}',
        'a=framerate:25',
        'a=control:trackID=3',
        'm=audio 0 RTP/AVP 8',
        'a=rtpmap:8 PCMA/8000 ',
        'a=control:trackID=4',
      ],
      urls: { aggregate: '{path}', video: '{path}/trackID=3', audio: '{path}/trackID=4' },
      sessionPerTrack: true,
    },
    { payloadTypes: { video: 96, audio: 8 }, marked: [6, 7, 8] },
    { sei: Buffer.from('06e501a780', 'hex') },
  ),
};

const vstarcam: Maker = {
  name: 'vstarcam',
  taught:
    'the SPS of the description lacks its first bytes, there is no Content-Base, a tab stands behind the number of the sound',
  path: '/tcp/av0_0',
  login: { scheme: 'basic', realm: 'vstarcam' },
  codec: 'h264',
  sound: 'pcma',
  habits: habits(
    {
      head: ['Cseq: {cseq}'],
      describe: ['Content-Type: application/sdp'],
      sprop: (sps) => `${Buffer.concat([sps.subarray(4), Buffer.alloc(5)]).toString('base64')},AAAAAA==`,
      sdp: [
        'v=0',
        'o=- 1 1 IN IP4 127.0.0.1',
        's=streamed by the RTSP server',
        't=0 0',
        'm=video 0 RTP/AVP 96',
        'a=rtpmap:96 H264/90000',
        'a=fmtp:96 packetization-mode=1;profile-level-id=00f004;sprop-parameter-sets={sprop}',
        'a=control:track0',
        'm=audio 0 RTP/AVP 8\t ',
        'a=rtpmap:8 PCMA/8000/1',
        'a=control:track1',
        '',
      ],
      urls: { aggregate: '{path}', video: '{path}/track0', audio: '{path}/track1' },
    },
    { payloadTypes: { video: 96, audio: 8 } },
  ),
};

const v380: Maker = {
  name: 'v380',
  taught:
    'a key frame comes with its parameter sets and start codes as one fragmented unit; the sets have another nal_ref_idc; no o=, and c= behind attributes',
  path: '/live/ch00_0',
  codec: 'h264',
  sound: undefined,
  habits: habits(
    {
      sdp: [
        'v=0',
        's=streamed by the macro-video rtsp server',
        't=0 0',
        'a=control:*',
        'a=type:broadcast',
        'c=IN IP4 0.0.0.0',
        'm=video 0 RTP/AVP 96',
        'a=rtpmap:96 H264/90000',
        'a=fmtp:96 packetization-mode=1;profile-level-id=TeAo;sprop-parameter-sets={sprop}',
        'a=control:trackID=0',
      ],
    },
    {},
    { annexB: true, parameterSetBits: 0x20 },
  ),
  faults: { mtuBytes: 300 },
};

export const XIONGMAI_MAKERS: readonly Maker[] = [xiongmai, vstarcam, v380];
