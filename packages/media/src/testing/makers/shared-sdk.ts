/** GW Security, Anpviz, Anjvision, Longse and Tiandy: makers who share software with others. */
import { habits, type Maker } from './maker.ts';

const START_CODE = Buffer.from([0, 0, 0, 1]);
const ORIGIN = 'o=- 1109162014219182 1109162014219192 IN IP4 192.168.1.80';

const gwSecurity: Maker = {
  name: 'gw-security',
  taught:
    'sets in the description end in a start code, the level is decimal, the base has a query and no slash, µ-law is on the number of A-law, ' +
    'the session timeout has a space and another value with PLAY',
  path: '/H264?channel=1&subtype=0',
  codec: 'h264',
  sound: 'pcmu',
  habits: habits(
    {
      describe: [
        'Content-Base: rtsp://192.168.1.80{path}&unicast=true&proto=Onvif',
        'Content-Type: application/sdp',
      ],
      setup: [
        'Session: {session}; timeout={timeout}',
        'Transport: RTP/AVP/TCP;unicast;interleaved={rtp}-{rtcp}',
      ],
      play: ['Session: {session}; timeout=120', 'RTP-Info: {rtpInfo}'],
      rtpInfo: 'url=rtsp://192.168.1.80/H264/{kind};seq={seq};rtptime={rtptime}',
      sprop: (sps, pps) =>
        [sps, pps].map((set) => Buffer.concat([set, START_CODE]).toString('base64')).join(','),
      sdp: [
        'v=0',
        ORIGIN,
        's=Media Presentation',
        't=0 0',
        'm=video 0 RTP/AVP 96',
        'a=rtpmap:96 H264/90000',
        'a=fmtp:96 profile-level-id=5046314;packetization-mode=1;sprop-parameter-sets={sprop}',
        'a=control:video',
        'm=audio 0 RTP/AVP 8',
        'a=rtpmap:8 PCMU/8000/1',
        'a=fmtp:8 vad=no',
        'a=ptime:20',
        'a=control:audio',
      ],
      urls: {
        aggregate: '{path}&unicast=true&proto=Onvif',
        video: '{path}&unicast=true&proto=Onvif/video',
        audio: '{path}&unicast=true&proto=Onvif/audio',
      },
      whilePlaying: { GET_PARAMETER: { status: 500 } },
      keptAliveBy: 'requests',
    },
    { payloadTypes: { video: 96, audio: 8 } },
  ),
};

const anpviz: Maker = {
  name: 'anpviz',
  taught:
    'AAC on the number of µ-law with half its parameters and a wrong channel count; fragments although the mode forbids them',
  path: '/Streaming/Channels/101',
  login: { scheme: 'digest-md5', realm: 'IPCAM' },
  codec: 'h264',
  sound: 'aac 16000',
  habits: habits(
    {
      sdp: [
        'v=0',
        ORIGIN,
        's=Media Presentation',
        't=0 0',
        'm=video 0 RTP/AVP 96',
        'a=rtpmap:96 H264/90000',
        'a=fmtp:96 packetization-mode=0;profile-level-id={profile};sprop-parameter-sets={sprop}',
        'a=control:trackID=0',
        'm=audio 0 RTP/AVP 0',
        'a=rtpmap:0 MPEG4-GENERIC/16000/2',
        'a=fmtp:0 config={config}',
        'a=control:trackID=1',
      ],
    },
    { payloadTypes: { video: 96, audio: 0 } },
  ),
  faults: { mtuBytes: 300 },
};

const anjvision: Maker = {
  name: 'anjvision',
  taught: 'Content-Base has no scheme, and parameters of H.264 stand among those of H.265',
  path: '/stream0',
  codec: 'h265',
  sound: 'pcmu',
  habits: habits(
    {
      describe: ['Content-Base: 192.168.1.10:554{path}/', 'Content-Type: application/sdp'],
      sdp: [
        'v=0',
        ORIGIN,
        's=Media Presentation',
        'c=IN IP4 0.0.0.0',
        't=0 0',
        'm=video 0 RTP/AVP 96',
        'a=rtpmap:96 H265/90000',
        'a=fmtp:96 packetization-mode=0;config=00000001;sprop-vps={vps};sprop-sps={sps};sprop-pps={pps}',
        'a=x-dimensions: 1280, 720',
        'a=control:track1',
        'm=audio 0 RTP/AVP 0',
        'a=control:track2',
      ],
      urls: { aggregate: '{path}/', video: '{path}/track1', audio: '{path}/track2' },
    },
    { payloadTypes: { video: 96, audio: 0 } },
  ),
};

const longse: Maker = {
  name: 'longse',
  taught: 'a space behind the number of the reply; the reserved bit of fragments is set',
  path: '/11',
  login: { scheme: 'digest-md5', realm: 'Surveillance Server' },
  codec: 'h264',
  sound: 'pcma',
  habits: habits(
    { head: ['CSeq: {cseq} ', 'Server: Rtsp Server 1920*1080*20*2048'] },
    {},
    { reservedBit: true },
  ),
  faults: { mtuBytes: 200 },
};

const tiandy: Maker = {
  name: 'tiandy',
  taught: 'later fragments name another type than the first',
  path: '/1/1',
  login: { scheme: 'digest-md5', realm: 'RTSPD' },
  codec: 'h264',
  sound: undefined,
  habits: habits({}, {}, { driftingType: true }),
  faults: { mtuBytes: 200 },
};

export const SHARED_SDK_MAKERS: readonly Maker[] = [gwSecurity, anpviz, anjvision, longse, tiandy];
