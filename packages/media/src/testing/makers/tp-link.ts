/** TP-Link's Tapo and its sisters. */
import { habits, type Maker } from './maker.ts';

const tapo: Maker = {
  name: 'tapo',
  taught:
    'keep-alives are answered 400 with the number before, sessions last 15 s, parameter sets have markers, reports come from nobody, ' +
    'a section of its own kind is not to be set up, and two viewers are all it bears',
  path: '/stream1',
  login: { scheme: 'digest-md5', realm: 'TP-Link IP-Camera' },
  codec: 'h264',
  sound: 'pcma',
  habits: habits(
    {
      publicMethods: ['OPTIONS', 'DESCRIBE', 'SETUP', 'PLAY', 'PAUSE', 'TEARDOWN', 'SET_PARAMETER'],
      rtpInfo: 'url={url}/track{track};seq=1;rtptime={rtptime}',
      sdp: [
        'v=0',
        'o=- 14665860 31787219 1 IN IP4 192.168.1.60',
        's=Session streamed by "TP-LINK RTSP Server"',
        't=0 0',
        'a=smart_encoder:virtualIFrame=1',
        'm=video 0 RTP/AVP 96',
        'c=IN IP4 0.0.0.0',
        'b=AS:4096',
        'a=range:npt=0-',
        'a=control:track1',
        'a=rtpmap:96 H264/90000',
        'a=fmtp:96 packetization-mode=1; profile-level-id={profile}; sprop-parameter-sets={sprop}',
        'm=audio 0 RTP/AVP 8',
        'a=rtpmap:8 PCMA/8000',
        'a=control:track2',
        'm=application/TP-LINK 0 RTP/AVP smart/1/90000',
        'a=rtpmap:95 TP-LINK/90000',
        'a=control:track3',
      ],
      urls: { aggregate: '{path}/', video: '{path}/track1', audio: '{path}/track2' },
      silentUrls: ['{path}/track3'],
      sessions: { most: 2, status: 401 },
      whilePlaying: {
        OPTIONS: { status: 400, cseqError: -1 },
        SET_PARAMETER: { status: 400 },
      },
    },
    { payloadTypes: { video: 96, audio: 8 }, marked: [7, 8], foreignReports: true },
  ),
  faults: { sessionTimeoutS: 15, getParameter: false, startSequence: 700 },
};

export const TP_LINK_MAKERS: readonly Maker[] = [tapo];
