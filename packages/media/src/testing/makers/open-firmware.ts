/** Firmware that owners put on cameras, boards for makers, and what is built on live555. */
import { habits, type Maker } from './maker.ts';

const openipc: Maker = {
  name: 'openipc',
  taught:
    'over UDP no port is named, whole units are fragments that begin and end, every slice has a marker, sets come in the stream alone',
  path: '/stream=0',
  login: { scheme: 'basic', realm: 'OpenIPC' },
  codec: 'h264',
  sound: undefined,
  habits: habits(
    {
      sdp: [
        'v=0',
        'o=- 0 0 IN IP4 0.0.0.0',
        's=-',
        't=0 0',
        'm=video 0 RTP/AVP 96',
        'a=rtpmap:96 H264/90000',
        'a=fmtp:96 packetization-mode=1;profile-level-id=0033e7;sprop-parameter-sets=',
        'a=control:trackID=0',
      ],
    },
    { marked: [1, 5, 7, 8] },
    { wholeFragments: true },
  ),
  faults: { serverPort: 'missing' },
  transport: 'udp',
};

const thingino: Maker = {
  name: 'thingino',
  taught: 'GET_PARAMETER of a living session is answered 454: stay, and ask no more',
  path: '/ch0',
  login: { scheme: 'digest-md5', realm: 'thingino' },
  codec: 'h264',
  sound: 'aac 16000',
  habits: habits({ whilePlaying: { GET_PARAMETER: { status: 454 } }, keptAliveBy: 'requests' }),
};

const luckfox: Maker = {
  name: 'luckfox',
  taught:
    'Transport has its parameters in another order and no unicast; channels are its own; keep-alives are not answered',
  path: '/live/0',
  codec: 'h264',
  sound: undefined,
  habits: habits({
    statusLine: 'RTSP/1.0 {status}',
    head: ['CSeq:{cseq}'],
    setup: ['Transport: RTP/AVP/TCP;ssrc={ssrc};interleaved={rtp}-{rtcp}', 'Session: {session};timeout=0'],
    channelShift: 10,
    whilePlaying: { OPTIONS: 'silence', GET_PARAMETER: 'silence' },
  }),
};

const laureii: Maker = {
  name: 'laureii',
  taught: 'RTP-Info ends in a semicolon and has zeros for numbers; line ends stand before frames',
  path: '/onvif1',
  codec: 'h264',
  sound: 'pcma',
  habits: habits({ rtpInfo: 'url={url}/trackID={track};seq=0;rtptime=0;' }, { lineEnds: true }),
};

const omny: Maker = {
  name: 'omny',
  taught:
    'rtptime is -1; Transport has the profile of UDP and channels; the answer to DESCRIBE does not say what it is',
  path: '/live',
  codec: 'h264',
  sound: 'pcma',
  habits: habits({
    describe: [],
    setup: [
      'Transport: RTP/AVP;unicast;destination=192.168.1.5;interleaved={rtp}',
      'Session: {session};timeout={timeout}',
    ],
    rtpInfo: 'url={url}/trackID={track};seq={seq};rtptime=-1',
  }),
};

const live555: Maker = {
  name: 'generic-live555',
  taught:
    'software older than June 2017 is known by a=tool: frames of dead sessions are dropped, and packets of other sources',
  path: '/live',
  login: { scheme: 'digest-md5', realm: 'LIVE555 Streaming Media' },
  codec: 'h264',
  sound: 'aac 16000',
  habits: habits(
    {
      sdp: [
        'v=0',
        'o=- 1735689600000000 1 IN IP4 127.0.0.1',
        's=Session streamed by the server',
        't=0 0',
        'a=tool:LIVE555 Streaming Media v2013.04.08',
        'a=type:broadcast',
        'a=control:*',
        'm=vana 0 RTP/AVP 108',
        'a=control:track9',
        'm=video 0 RTP/AVP 96',
        'a=rtpmap:96 H264/90000',
        'a=fmtp:96 packetization-mode=1;profile-level-id={profile};sprop-parameter-sets={sprop}',
        'a=control:track1',
        'm=audio 0 RTP/AVP 97',
        'a=rtpmap:97 MPEG4-GENERIC/16000',
        'a=fmtp:97 streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config={config}',
        'a=control:track2',
      ],
      urls: { aggregate: '{path}/', video: '{path}/track1', audio: '{path}/track2' },
      silentUrls: ['{path}/track9'],
    },
    { strayChannel: 12, leak: true },
  ),
};

export const OPEN_FIRMWARE_MAKERS: readonly Maker[] = [openipc, thingino, luckfox, laureii, omny, live555];
