/** Reolink. */
import { habits, type Maker } from './maker.ts';

const reolink: Maker = {
  name: 'reolink',
  taught:
    'reports come before the answer to PLAY, parameter sets have a marker and the time of the picture before, packets of an older session ' +
    'leak in, the third section is the way back',
  path: '/h264Preview_01_main',
  login: { scheme: 'digest-md5', realm: 'BC Streaming Media' },
  codec: 'h264',
  sound: 'aac 16000',
  habits: habits(
    {
      setup: ['Transport: RTP/AVP/TCP;unicast;interleaved={rtp}-{rtcp}', 'Session: {session}'],
      play: ['Session: {session}', 'RTP-Info: {rtpInfo},url=trackID=3;seq=9;rtptime=1;ssrc=dcc4a0d8'],
      rtpInfo: 'url=trackID={track};seq={seq};rtptime={rtptime};ssrc={ssrc}',
      sdp: [
        'v=0',
        'o=- 1735689600000000 1 IN IP4 192.168.1.50',
        's=Session streamed by "preview"',
        't=0 0',
        'a=tool:BC Streaming Media v202501010000',
        'a=type:broadcast',
        'a=control:*',
        'm=video 0 RTP/AVP 96',
        'c=IN IP4 0.0.0.0',
        'a=rtpmap:96 H264/90000',
        'a=range:npt=0-',
        'a=fmtp:96 packetization-mode=1;profile-level-id={profile};sprop-parameter-sets={sprop}',
        'a=control:track1',
        'm=audio 0 RTP/AVP 97',
        'a=rtpmap:97 MPEG4-GENERIC/16000',
        'a=fmtp:97 streamtype=5;profile-level-id=15;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config={config}; profile=1;',
        'a=control:track2',
        'm=audio 0 RTP/AVP 8',
        'a=sendonly',
        'a=rtpmap:8 PCMA/16000',
        'a=control:track3',
      ],
      urls: { aggregate: '{path}/', video: '{path}/track1', audio: '{path}/track2' },
      silentUrls: ['{path}/track3'],
      reportsBeforePlay: true,
    },
    { marked: [7], oldStampOnSets: true, leak: true },
  ),
};

export const REOLINK_MAKERS: readonly Maker[] = [reolink];
