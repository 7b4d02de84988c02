/**
 * Descriptions as makers write them, each with what it taught: written anew from what is known of each camera. What a single
 * line may look like is in `sdp.test.ts`; these are whole ones, down to the sections that are set up.
 */
import { expect, test } from 'vitest';
import { parseSdp } from './sdp.ts';
import { chooseTracks } from './setup-tracks.ts';

interface Expected {
  readonly control: string | undefined;
  readonly payloadType: number;
  /** Payload type of the sound that is set up, when one is. */
  readonly audio?: number;
  readonly framerate?: number;
}

const H264 = (payloadType = 96) => [`m=video 0 RTP/AVP ${payloadType}`, `a=rtpmap:${payloadType} H264/90000`];
const AAC = (payloadType = 97) => [
  `m=audio 0 RTP/AVP ${payloadType}`,
  `a=rtpmap:${payloadType} MPEG4-GENERIC/16000`,
  `a=fmtp:${payloadType} SizeLength=13;IndexLength=3;IndexDeltaLength=3;mode=AAC-hbr;config=1408`,
];

test.each<[maker: string, taught: string, lines: readonly string[], expected: Expected]>([
  [
    'V380 (macro-video)',
    'no o=, c= behind attributes',
    [
      'v=0',
      's=streamed by the macro-video rtsp server',
      't=0 0',
      'a=control:*',
      'c=IN IP4 0.0.0.0',
      ...H264(),
      'a=control:trackID=0',
    ],
    { control: 'trackID=0', payloadType: 96 },
  ],
  [
    'UDP Technology',
    'begins with m=',
    [...H264(), 'a=control:stream=0'],
    { control: 'stream=0', payloadType: 96 },
  ],
  [
    'Uniview IPC2122LB',
    'addresses left out; payload type 105; no t=',
    [
      'v=0',
      'o=- 1001 1 IN ',
      's=VCP IPC Realtime stream',
      'c=IN ',
      'a=control:rtsp://1.0.1.113/media/video1',
      ...H264(105),
      'a=control:rtsp://1.0.1.113/media/video1/video',
    ],
    { control: 'rtsp://1.0.1.113/media/video1/video', payloadType: 105 },
  ],
  [
    'Hik Media Server',
    'c= in c=',
    [
      'v=0',
      'o=- 1109162014219182 1109162014219182 IN IP4 x.y.z.w',
      's=Media Server V3.1.3',
      'c=IN c=IN IP4 0.0.0.0',
      't=0 0',
      ...H264(),
      'a=control:trackID=1',
    ],
    { control: 'trackID=1', payloadType: 96 },
  ],
  [
    'Avigilon',
    'a second c= of its own kind',
    ['v=0', 'c=IN IP4 10.0.0.1', ...H264(), 'c=SM SM spk0_trackID2', 'a=control:track2'],
    { control: 'track2', payloadType: 96 },
  ],
  [
    'TP-Link TL-IPC44AW, Mercury',
    'a section of its own kind is never set up',
    [
      'v=0',
      'o=- 14665860 31787219 1 IN IP4 10.0.0.2',
      's=Session streamed by "TP-LINK RTSP Server"',
      't=0 0',
      ...H264(),
      'a=control:track1',
      'm=audio 0 RTP/AVP 8',
      'a=control:track2',
      'm=application/TP-LINK 0 RTP/AVP smart/1/90000',
      'a=rtpmap:95 TP-LINK/90000',
      'a=control:track3',
    ],
    { control: 'track1', payloadType: 96 },
  ],
  [
    'RtspServer',
    's= and i= in sections, control twice',
    ['v=0', ...H264(), 's=again', 'i=again', 'a=control:first', 'a=control:second'],
    { control: 'first', payloadType: 96 },
  ],
  [
    'H264DVR, Xiongmai',
    'spaces at the end, a frame rate of 0S before the true one',
    [
      'v=0',
      'o=- 38990265062388 38990265062388 IN IP4 127.0.0.1',
      ...H264().map((line) => `${line} `),
      'a=framerate:0S',
      'a=framerate:25',
      'a=control:trackID=3',
    ],
    { control: 'trackID=3', payloadType: 96, framerate: 25 },
  ],
  [
    'VStarcam',
    'tab and space behind the payload type',
    ['v=0', ...H264(), 'a=control:track0', 'm=audio 0 RTP/AVP 8\t ', 'a=control:track1', ''],
    { control: 'track0', payloadType: 96 },
  ],
  [
    'Ubiquiti',
    'fmtp without parameters, two sounds of one payload type',
    [
      'v=0',
      ...H264(97),
      'a=fmtp:97',
      'a=control:trackID=1',
      ...AAC(96),
      'a=control:trackID=2',
      'm=audio 0 RTP/AVP 96',
      'a=rtpmap:96 opus/48000/2',
      'a=control:trackID=3',
    ],
    { control: 'trackID=1', payloadType: 97, audio: 96 },
  ],
  [
    'Reolink ("BC Streaming Media")',
    'the way back to the camera is skipped',
    [
      'v=0',
      ...H264(),
      'a=control:track1',
      ...AAC(),
      'a=control:track2',
      'm=audio 0 RTP/AVP 8',
      'a=sendonly',
      'a=control:track3',
    ],
    { control: 'track1', payloadType: 96, audio: 97 },
  ],
  [
    'IDS uEye, CV-RTSPHandler',
    'the picture itself is marked sendonly',
    [
      'v=0',
      'a=charset:Shift_JIS',
      's=\x83\x4a\x83\x81\x83\x89',
      ...H264(),
      'a=sendonly',
      'a=control:trackID=1',
    ],
    { control: 'trackID=1', payloadType: 96 },
  ],
  [
    'FLIR',
    'five payload types in one section',
    [
      'v=0',
      't=now-',
      'm=video 0 RTP/AVP 96 97 111 112 99',
      'a=rtpmap:96 MP4V-ES/90000',
      'a=rtpmap:97 MP4V-ES/90000',
      'a=rtpmap:111 H264/90000',
      'a=rtpmap:112 H264/90000',
      'a=control:trackID=1',
    ],
    { control: 'trackID=1', payloadType: 111 },
  ],
  [
    'Bosch',
    'payload type 35',
    ['v=0', ...H264(35), 'a=control:video'],
    { control: 'video', payloadType: 35 },
  ],
  [
    'Dahua',
    'attributes of its own, ranges without end',
    [
      'v=0',
      'o=- 2251938210 2251938210 IN IP4 0.0.0.0',
      'a=packetization-supported:DH',
      'a=rtppayload-supported:DH',
      'a=range:npt=now-',
      ...H264(),
      'a=framerate:15.000000',
      'a=control:trackID=0',
      'm=application 0 RTP/AVP 107',
      'a=rtpmap:107 vnd.onvif.metadata/90000',
      'a=control:trackID=4',
      'a=recvonly',
    ],
    { control: 'trackID=0', payloadType: 96, framerate: 15 },
  ],
  [
    'Hikvision',
    'dimensions and a media header of its own',
    [
      'v=0',
      'a=x-dimensions:3200,1800',
      'a=Media_header:MEDIAINFO=494D4B48010100;',
      'a=appversion:1.0',
      ...H264(),
      'a=control:trackID=1',
    ],
    { control: 'trackID=1', payloadType: 96 },
  ],
  [
    'Wisenet, a live555 server',
    'kinds nobody knows',
    [
      'v=0',
      'm=vana 0 RTP/AVP 108',
      'a=control:x',
      'm=metadata 0 RTP/AVP 107',
      'm=text 0 RTP/AVP 99',
      'a=rtpmap:99 object-detection/1000',
      ...H264(),
      'a=control:track1',
    ],
    { control: 'track1', payloadType: 96 },
  ],
  [
    'AJA, Verint, Vurix, Y-cam',
    'lines outside the grammar',
    [
      'v=0',
      'o=- -5 2.5 IP IP4 10.0.0.1:554',
      'c=IN IPV4 10.0.0.1',
      'r=0 0',
      'b=RR:0',
      'b=TIAS:64000',
      ...H264(),
      'a=control:1',
    ],
    { control: '1', payloadType: 96 },
  ],
  [
    'v4l2rtspserver, OpenIPC',
    'parameters that are empty until the encoder ran',
    ['v=0', ...H264(), 'a=fmtp:96 packetization-mode=1;sprop-parameter-sets=', 'a=control:track1'],
    { control: 'track1', payloadType: 96 },
  ],
])('%s: %s', (_maker, _taught, lines, expected) => {
  const { media } = parseSdp(Buffer.from(`${lines.join('\r\n')}\r\n`, 'latin1'));
  const chosen = chooseTracks(media);
  const video = media[chosen.video];
  const audio = chosen.audio === undefined ? undefined : media[chosen.audio];
  expect({ control: video?.control, payloadType: video?.payloadType }).toEqual({
    control: expected.control,
    payloadType: expected.payloadType,
  });
  if (expected.audio !== undefined) expect(audio?.payloadType).toBe(expected.audio);
  if (expected.framerate !== undefined) expect(video?.framerate).toBe(expected.framerate);
  // nothing of a kind nobody knows is chosen, whatever else it is
  expect([video?.kind, audio?.kind ?? 'audio']).toEqual(['video', 'audio']);
});
