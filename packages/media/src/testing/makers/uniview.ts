/** Uniview, Geovision on the same software, and a nameless camera with its paths. */
import { habits, type Maker } from './maker.ts';

const uniview: Maker = {
  name: 'uniview',
  taught: 'o= and c= without an address, no t=, H.264 on 105, controls that name an inner host',
  path: '/media/video1',
  login: { scheme: 'digest-md5', realm: 'VCP IPC Realtime stream' },
  codec: 'h264',
  sound: 'pcma',
  habits: habits(
    {
      describe: ['Content-Base: rtsp://1.0.1.113:554{path}/', 'Content-Type: application/sdp'],
      sdp: [
        'v=0',
        'o=- 1001 1 IN ',
        's=VCP IPC Realtime stream',
        'c=IN ',
        'a=control:rtsp://1.0.1.113:554{path}',
        'a=DecoderTag:h3c-v3',
        'm=video 0 RTP/AVP 105',
        'a=rtpmap:105 H264/90000',
        'a=control:rtsp://1.0.1.113:554{path}/video',
        'a=fmtp:105 profile-level-id={profile}; packetization-mode=1; sprop-parameter-sets={sprop}',
        'a=recvonly',
        'm=audio 0 RTP/AVP 8',
        'a=rtpmap:8 PCMA/8000',
        'a=control:rtsp://1.0.1.113:554{path}/audio1',
        'a=recvonly',
        'm=audio 0 RTP/AVP 8',
        'a=rtpmap:8 PCMA/8000',
        'a=control:rtsp://1.0.1.113:554{path}/audioback',
        'a=sendonly',
      ],
      urls: { aggregate: '{path}', video: '{path}/video', audio: '{path}/audio1' },
      silentUrls: ['{path}/audioback'],
    },
    { payloadTypes: { video: 105, audio: 8 } },
  ),
};

const geovision: Maker = {
  name: 'geovision',
  taught: 'behind each key frame a packet of another payload type with a number that was used already',
  path: '/media/video1',
  login: { scheme: 'digest-md5', realm: 'GeoVision' },
  codec: 'h264',
  sound: 'pcmu',
  habits: habits(
    {
      sdp: [
        'v=0',
        'o=- 1001 1 IN IP4 192.168.1.70',
        's=VCP IPC Realtime stream',
        'c=IN IP4 192.168.1.70',
        'm=video 0 RTP/AVP 105',
        'a=rtpmap:105 H264/90000',
        'a=fmtp:105 packetization-mode=1; sprop-parameter-sets={sprop}',
        'a=control:trackID=0',
        'm=audio 0 RTP/AVP 0',
        'a=rtpmap:0 PCMU/8000',
        'a=control:trackID=1',
      ],
    },
    { payloadTypes: { video: 105, audio: 0 }, extraPayloadType: 50 },
  ),
};

const noname: Maker = {
  name: 'noname',
  taught: 'the description says H.264 and gives the sets of H.265, which is what comes',
  path: '/media/video2',
  codec: 'h265',
  sound: undefined,
  habits: habits({
    sdp: [
      'v=0',
      'o=- 1001 1 IN IP4 192.168.1.71',
      's=-',
      'm=video 0 RTP/AVP 96',
      'a=rtpmap:96 H264/90000',
      'a=fmtp:96 profile-level-id=010101; packetization-mode=1; sprop-parameter-sets={sprop}',
      'a=control:trackID=0',
    ],
  }),
};

export const UNIVIEW_MAKERS: readonly Maker[] = [uniview, geovision, noname];
