import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MediaError } from '../media-error.ts';
import { parseSdp } from './sdp.ts';

const parse = (...lines: string[]) => parseSdp(Buffer.from(`${lines.join('\r\n')}\r\n`, 'latin1'));
const short = (...lines: string[]) =>
  parse(...lines).media.map(
    ({ kind, payloadType, encoding, clockRate, channels }) =>
      `${kind} ${payloadType} ${encoding}/${clockRate}/${channels}`,
  );

const VIDEO = ['m=video 0 RTP/AVP 96', 'a=rtpmap:96 H264/90000'];

test('a description as it should be', () => {
  const description = parse(
    'v=0',
    'o=- 1 1 IN IP4 10.0.0.5',
    's=Camera',
    'c=IN IP4 0.0.0.0',
    't=0 0',
    'a=control:rtsp://10.0.0.5/live/',
    ...VIDEO,
    'a=fmtp:96 packetization-mode=1; profile-level-id=4D0029;sprop-parameter-sets=Z00AKQ==,aO48gA==;',
    'a=framerate:12.5',
    'a=control:trackID=1',
    'm=audio 0 RTP/AVP 104',
    'a=rtpmap:104 mpeg4-generic/16000/2',
    'a=fmtp:104 SizeLength=13;config=1408; mode=AAC-hbr',
    'a=control:trackID=2',
  );
  expect(description).toEqual({
    control: 'rtsp://10.0.0.5/live/',
    media: [
      {
        kind: 'video',
        payloadType: 96,
        encoding: 'H264',
        clockRate: 90_000,
        channels: 1,
        framerate: 12.5,
        control: 'trackID=1',
        isSendOnly: false,
        isEncrypted: false,
        fmtp: new Map([
          ['packetization-mode', '1'],
          ['profile-level-id', '4D0029'],
          ['sprop-parameter-sets', 'Z00AKQ==,aO48gA=='],
        ]),
      },
      {
        kind: 'audio',
        payloadType: 104,
        encoding: 'MPEG4-GENERIC',
        clockRate: 16_000,
        channels: 2,
        framerate: undefined,
        control: 'trackID=2',
        isSendOnly: false,
        isEncrypted: false,
        fmtp: new Map([
          ['sizelength', '13'],
          ['config', '1408'],
          ['mode', 'AAC-hbr'],
        ]),
      },
    ],
  });
});

describe('what cameras write at session level does not matter', () => {
  test.each([
    ['no v=, body begins at m='],
    ['no o= t= s=', 'v=0', 'a=x:y', 'c=IN IP4 1.2.3.4'],
    ['address missing', 'o=- 1001 1 IN ', 'c=IN '],
    ['c= twice in one', 'c=IN c=IN IP4 0.0.0.0'],
    ['address type missing', 'c=IN 198.51.100.1'],
    ['a second, strange c=', 'c=IN IP4 0.0.0.0', 'c=SM SM spk0_trackID2'],
    ['lower case net type', 'c=In IP4 0.0.0.0'],
    ['IPV4', 'c=IN IPV4 1.2.3.4'],
    ['IP IP4', 'o=- 1 1 IP IP4 1.2.3.4'],
    ['negative, decimal, hex numbers in o=', 'o=- -1 2.5 IN IP4 1.2.3.4:554', 'o=- 0xAC4EC96E 1 IN IP4 x'],
    ['user name with spaces', 'o=JefferyZhang Inno Fuzhou 1 1 IN IP4 1.2.3.4'],
    ['an extra number', 'o=- 14665860 31787219 1 IN IP4 0.0.0.0'],
    ['t=now-', 't=now-'],
    ['out of grammar lines', 'r=0 0', 'b=RR:0', 'b=TIAS:1', 'nonsense', '=', 'z'],
    ['not UTF-8', 's=\x83\x4a\x83\x81'],
  ])('%s', (_name, ...lines) => {
    expect(short(...lines, ...VIDEO)).toEqual(['video 96 H264/90000/1']);
  });
});

describe('media sections', () => {
  test.each<[string, string[], string[]]>([
    [
      'static type without rtpmap',
      ['m=audio 0 RTP/AVP 0', 'm=audio 0 RTP/AVP 14'],
      ['audio 0 PCMU/8000/1', 'audio 14 MPA/90000/1'],
    ],
    [
      'tab and space behind the type',
      ['m=audio 0 RTP/AVP 8\t ', 'a=control:track2', ''],
      ['audio 8 PCMA/8000/1'],
    ],
    [
      'rtpmap beats the static table',
      ['m=audio 0 RTP/AVP 0', 'a=rtpmap:0 MPEG4-GENERIC/16000/2'],
      ['audio 0 MPEG4-GENERIC/16000/2'],
    ],
    ['rtpmap of another type', ['m=audio 0 RTP/AVP 8', 'a=rtpmap:0 pcma/8000/1'], ['audio 8 PCMA/8000/1']],
    [
      'dynamic codec on type 35',
      ['m=video 0 RTP/AVP 35', 'a=rtpmap:35 H264/90000'],
      ['video 35 H264/90000/1'],
    ],
    [
      'trailing space, no clock',
      ['m=video 0 RTP/AVP 96', 'a=rtpmap:96 H264/90000 ', 'm=video 0 RTP/AVP 97', 'a=rtpmap:97 H265'],
      ['video 96 H264/90000/1', 'video 97 H265/90000/1'],
    ],
    ['clock of zero', ['m=video 0 RTP/AVP 96', 'a=rtpmap:96 H264/0'], ['video 96 H264/90000/1']],
    [
      'several types: the first that we carry',
      ['m=video 0 RTP/AVP 26 97 96', 'a=rtpmap:97 VP9/90000', 'a=rtpmap:96 H264/90000'],
      ['video 96 H264/90000/1'],
    ],
    [
      'several types, none carried: the first named',
      ['m=video 0 RTP/AVP 99 97', 'a=rtpmap:97 VP9/90000'],
      ['video 97 VP9/90000/1'],
    ],
    [
      'a vendor section is dropped, the rest stays',
      ['m=application/TP-LINK 0 RTP/AVP smart/1/90000', 'a=rtpmap:95 TP-LINK/90000', 'a=control:x', ...VIDEO],
      ['video 96 H264/90000/1'],
    ],
    ['a section without type', ['m=video', ...VIDEO], ['video 96 H264/90000/1']],
    ['a section whose type has no name', ['m=video 0 RTP/AVP 99', ...VIDEO], ['video 96 H264/90000/1']],
    [
      'unknown kinds',
      [
        'm=vana 0 RTP/AVP 108',
        'a=rtpmap:108 vnd.onvif.metadata/90000',
        'm=metadata 0 RTP/AVP 107',
        'a=rtpmap:107 X/1',
      ],
      ['other 108 VND.ONVIF.METADATA/90000/1', 'other 107 X/1/1'],
    ],
    ['IPTV', ['m=video 8048 MP2T/AVP 33'], ['video 33 MP2T/90000/1']],
    [
      'the same type in two sections',
      [
        'm=audio 0 RTP/AVP 96',
        'a=rtpmap:96 mpeg4-generic/44100',
        'm=audio 0 RTP/AVP 96',
        'a=rtpmap:96 opus/48000/2',
      ],
      ['audio 96 MPEG4-GENERIC/44100/1', 'audio 96 OPUS/48000/2'],
    ],
    [
      'line ends of any kind',
      ['m=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\rm=audio 0 RTP/AVP 8'],
      ['video 96 H264/90000/1', 'audio 8 PCMA/8000/1'],
    ],
    [
      'attributes with odd spaces and case',
      ['m=VIDEO 0 RTP/AVP 96', 'a = RTPMAP: 96 h264 / 90000'],
      ['video 96 H264/90000/1'],
    ],
  ])('%s', (_name, lines, expected) => {
    expect(short(...lines)).toEqual(expected);
  });

  test('control and framerate: the first that makes sense', () => {
    const [media] = parse(
      ...VIDEO,
      'i=x',
      's=y',
      'a=framerate:0S',
      'a=framerate:0',
      'a=framerate:25',
      'a=control:track1',
      'a=control:track2',
    ).media;
    expect([media?.control, media?.framerate]).toEqual(['track1', 25]);
  });

  test('of two names for one payload type the first counts', () => {
    expect(short(...VIDEO, 'a=rtpmap:96 H265/90000')).toEqual(['video 96 H264/90000/1']);
  });

  test('parameters: odd spaces, no value, empty items, repeated names', () => {
    const [media] = parse(
      ...VIDEO,
      'a=fmtp:96  packetization-mode = 1 ;; flag ; Profile-Level-Id=42;profile-level-id=64;x==;',
    ).media;
    expect([...(media?.fmtp ?? [])]).toEqual([
      ['packetization-mode', '1'],
      ['flag', ''],
      ['profile-level-id', '42'],
      ['x', '='],
    ]);
  });

  test('no parameters, or only the type', () => {
    expect(parse(...VIDEO).media[0]?.fmtp.size).toBe(0);
    expect(parse(...VIDEO, 'a=fmtp:96').media[0]?.fmtp.size).toBe(0);
  });

  test('parameters of the video that were written under the audio', () => {
    const { media } = parse(...VIDEO, 'm=audio 0 RTP/AVP 8', 'a=fmtp:96 packetization-mode=1');
    expect(media[0]?.fmtp.get('packetization-mode')).toBe('1');
  });

  test('parameters of another section with the same type stay there', () => {
    const { media } = parse(
      ...VIDEO,
      'm=audio 0 RTP/AVP 96',
      'a=rtpmap:96 opus/48000/2',
      'a=fmtp:96 sprop-stereo=1',
    );
    expect(media[0]?.fmtp.size).toBe(0);
  });

  test('sections that go to the camera are marked', () => {
    const { media } = parse(
      ...VIDEO,
      'm=audio 0 RTP/AVP 8',
      'a=sendonly',
      'm=audio 0 RTP/AVP 0',
      'a=recvonly',
    );
    expect(media.map(({ isSendOnly }) => isSendOnly)).toEqual([false, true, false]);
  });
});

test.each(['', 'v=0\r\ns=x\r\n', '<html>', 'm=', 'm=video 0 RTP/AVP', 'm=video 0 RTP/AVP 300'])(
  '%j is no description',
  (body) => {
    expect(() => parseSdp(Buffer.from(body))).toThrow(expect.objectContaining({ code: 'SDP_MALFORMED' }));
  },
);

test('any lines: a bounded description or MediaError', () => {
  const line = fc.oneof(
    fc.string({ maxLength: 100 }),
    fc.stringMatching(/^m=(video|audio|x) \d+ RTP\/AVP( \d+)*$/),
    fc.stringMatching(/^a=(rtpmap|fmtp|control|framerate):\d* ?[ -~]*$/),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 60 }), (lines) => {
      try {
        const { media } = parse(...lines);
        expect(media.length).toBeGreaterThan(0);
        for (const section of media) expect(section.clockRate).toBeGreaterThan(0);
      } catch (error) {
        expect(error).toBeInstanceOf(MediaError);
      }
    }),
    { numRuns: 500 },
  );
});

test('a flood of sections and attributes is cut', () => {
  const many = Array.from(
    { length: 3000 },
    (_, index) => `m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=x${index}`,
  );
  expect(parse(...many).media).toHaveLength(32);
  const wide = parse(
    ...VIDEO,
    `a=fmtp:96 ${Array.from({ length: 10_000 }, (_, index) => `p${index}=1`).join(';')}`,
  );
  expect(wide.media[0]?.fmtp.size).toBeLessThanOrEqual(64);
});

test('a name with control characters is no name', () => {
  const body = Buffer.from('m=video 0 RTP/AVP 96\r\na=rtpmap:96 \u001b[31mH264/90000\r\n');
  expect(() => parseSdp(body)).toThrow(expect.objectContaining({ code: 'SDP_MALFORMED' }));
});

describe('key frames on demand', () => {
  const ask = (...lines: string[]) => {
    const [media] = parse('m=video 0 RTP/AVPF 96', 'a=rtpmap:96 H264/90000', ...lines).media;
    return media?.keyframeRequest;
  };

  test.each<[string, readonly string[], string | undefined]>([
    ['nothing offered', [], undefined],
    ['PLI', ['a=rtcp-fb:96 nack pli'], 'pli'],
    ['FIR', ['a=rtcp-fb:96 ccm fir'], 'fir'],
    ['PLI before FIR', ['a=rtcp-fb:96 ccm fir', 'a=rtcp-fb:96 nack pli'], 'pli'],
    ['for all types', ['a=rtcp-fb:* nack pli'], 'pli'],
    [
      'other feedback',
      ['a=rtcp-fb:96 nack', 'a=rtcp-fb:96 transport-cc', 'a=rtcp-fb:96 goog-remb'],
      undefined,
    ],
    ['of another type', ['a=rtcp-fb:97 nack pli'], undefined],
    ['nonsense', ['a=rtcp-fb:', 'a=rtcp-fb:x nack pli', 'a=rtcp-fb:96 nack plihi'], undefined],
    ['upper case', ['a=RTCP-FB:96 NACK PLI'], 'pli'],
  ])('%s', (_name, lines, expected) => {
    expect(ask(...lines)).toBe(expected);
  });

  test('the feedback profile is remembered for SETUP', () => {
    const profileOf = (line: string) => parse(line, 'a=rtpmap:96 H264/90000').media[0]?.isFeedbackProfile;
    expect(profileOf('m=video 0 RTP/AVPF 96')).toBe(true);
    expect(profileOf('m=video 0 RTP/AVPF/TCP 96')).toBe(true);
    expect(profileOf('m=video 0 RTP/AVP 96')).toBeUndefined();
  });
});
