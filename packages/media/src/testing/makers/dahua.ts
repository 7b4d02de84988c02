/** Dahua and Amcrest. */
import { habits, type Maker } from './maker.ts';

const PATH = '/cam/realmonitor?channel=1&subtype=0';
const URLS = {
  aggregate: '{path}&unicast=true&proto=Onvif/',
  video: '{path}&unicast=true&proto=Onvif/trackID=0',
  audio: '{path}&unicast=true&proto=Onvif/trackID=1',
};
const DESCRIBE = [
  'Content-Base: rtsp://192.168.1.108:554{path}&unicast=true&proto=Onvif/',
  'Content-Type: application/sdp',
];
const SETUP = [
  'Session: {session};timeout={timeout}',
  'Transport: RTP/AVP/TCP;unicast;interleaved={rtp}-{rtcp};ssrc=     {shortSsrc}',
];
const HEAD = [
  'v=0',
  'o=- 2251938210 2251938210 IN IP4 0.0.0.0',
  's=Media Server',
  'c=IN IP4 0.0.0.0',
  't=0 0',
  'a=control:*',
  'a=packetization-supported:DH',
  'a=rtppayload-supported:DH',
  'a=range:npt=now-',
];
const METADATA = [
  'm=application 0 RTP/AVP 107',
  'a=control:trackID=4',
  'a=rtpmap:107 vnd.onvif.metadata/90000',
  'a=recvonly',
];

const dahua: Maker = {
  name: 'dahua',
  taught:
    'controls are appended behind a query that ends in a slash, H.265 has number 98 and its sets in any order, RTP-Info is relative, ' +
    '401 says that its sessions are used up',
  path: PATH,
  login: { scheme: 'digest-md5', realm: 'Login to 3F0A1B2C4D5E6F70' },
  codec: 'h265',
  sound: 'pcma',
  habits: habits(
    {
      describe: DESCRIBE,
      setup: SETUP,
      rtpInfo: 'url=trackID={track};seq={seq};rtptime={rtptime}',
      sdp: [
        ...HEAD,
        'm=video 0 RTP/AVP 98',
        'a=control:trackID=0',
        'a=framerate:{fps}',
        'a=rtpmap:98 H265/90000',
        'a=fmtp:98 profile-id=1; sprop-sps={sps}; sprop-pps={pps}; sprop-vps={vps}',
        'a=recvonly',
        'm=audio 0 RTP/AVP 8',
        'a=control:trackID=1',
        'a=rtpmap:8 PCMA/8000',
        'a=recvonly',
        ...METADATA,
      ],
      urls: URLS,
      silentUrls: ['{path}&unicast=true&proto=Onvif/trackID=4'],
      ssrcLimit: 2 ** 20,
      sessions: { most: 2, status: 401, challenges: true },
    },
    { payloadTypes: { video: 98, audio: 8 } },
  ),
};

const amcrest: Maker = {
  name: 'amcrest',
  taught:
    'a delimiter and SEI with every picture are left out; AAC without a channel count: its configuration tells',
  path: PATH,
  login: { scheme: 'digest-md5', realm: 'Login to AMC0A1B2C4D5E6F7' },
  codec: 'h264',
  sound: 'aac 48000',
  habits: habits(
    {
      describe: DESCRIBE,
      setup: SETUP,
      rtpInfo: 'url=trackID={track};seq={seq};rtptime={rtptime}',
      sdp: [
        ...HEAD,
        'm=video 0 RTP/AVP 96',
        'a=control:trackID=0',
        'a=framerate:{fps}',
        'a=rtpmap:96 H264/90000',
        'a=fmtp:96 packetization-mode=1;profile-level-id={profile};sprop-parameter-sets={sprop}',
        'a=recvonly',
        'm=audio 0 RTP/AVP 97',
        'a=control:trackID=1',
        'a=rtpmap:97 MPEG4-GENERIC/48000',
        'a=fmtp:97 streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config={config}',
        'a=recvonly',
        ...METADATA,
      ],
      urls: URLS,
      silentUrls: ['{path}&unicast=true&proto=Onvif/trackID=4'],
      ssrcLimit: 2 ** 20,
    },
    {},
    { delimiter: true, sei: Buffer.from('06e501a780', 'hex') },
  ),
};

export const DAHUA_MAKERS: readonly Maker[] = [dahua, amcrest];
