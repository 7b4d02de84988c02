/** Sound as cameras announce it: each row is a description that was seen in the field, and what becomes of it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MediaError } from './media-error.ts';
import { describeAudio } from './media-readers.ts';
import { parseSdp } from './rtsp/sdp.ts';
import { chooseTracks } from './rtsp/setup-tracks.ts';

const VIDEO = 'm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n';

/** The sound that is set up, as `codec rate channels`, with the RTP clock when it is another; `none` when there is none. */
function soundOf(lines: readonly string[], withAudio = true): string {
  const { media } = parseSdp(Buffer.from(VIDEO + lines.join('\r\n')));
  const { audio } = chooseTracks(media, { audio: withAudio });
  const section = audio === undefined ? undefined : media[audio];
  if (section === undefined) return 'none';
  const { format, clockRate } = describeAudio(section);
  if (format === undefined) return 'not known yet';
  const { codecString, sampleRate, channels, timescale } = format.config;
  expect(timescale).toBe(sampleRate);
  return `${codecString} ${sampleRate} ${channels}${clockRate === sampleRate ? '' : ` @${clockRate}`}`;
}

const HBR = 'mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3';

describe('sound that is announced', () => {
  it.each<[string, readonly string[], string]>([
    [
      'Dahua: AAC without channels',
      [
        'm=audio 0 RTP/AVP 97',
        'a=rtpmap:97 MPEG4-GENERIC/48000',
        `a=fmtp:97 streamtype=5;${HBR};config=1188`,
      ],
      'mp4a.40.2 48000 1',
    ],
    [
      'Reolink: AAC with words behind it',
      [
        'm=audio 0 RTP/AVP 97',
        'a=rtpmap:97 MPEG4-GENERIC/16000',
        `a=fmtp:97 streamtype=5;profile-level-id=15;${HBR};config=1408;profile=1;`,
      ],
      'mp4a.40.2 16000 1',
    ],
    [
      'Anpviz: AAC on the payload type of G.711, stereo by name, mono in truth',
      ['m=audio 0 RTP/AVP 0', 'a=rtpmap:0 MPEG4-GENERIC/16000/2', 'a=fmtp:0 config=1408'],
      'mp4a.40.2 16000 1',
    ],
    [
      'GW Security: a static type with another name',
      ['m=audio 0 RTP/AVP 8', 'a=rtpmap:8 PCMU/8000/1', 'a=fmtp:8 vad=no'],
      'fLaC 8000 1',
    ],
    ['a name for a type that is not offered', ['m=audio 0 RTP/AVP 8', 'a=rtpmap:0 pcma/8000'], 'fLaC 8000 1'],
    [
      'Ubiquiti: AAC and Opus in two sections, names in capitals',
      [
        'm=audio 0 RTP/AVP 97',
        'a=rtpmap:97 mpeg4-generic/16000/1',
        'a=fmtp:97 config=1408;Mode=AAC-hbr;SizeLength=13;IndexLength=3;IndexDeltaLength=3',
        'm=audio 0 RTP/AVP 98',
        'a=rtpmap:98 opus/48000/2',
      ],
      'mp4a.40.2 16000 1',
    ],
    [
      'a mode with an underscore',
      ['m=audio 0 RTP/AVP 97', 'a=rtpmap:97 MPEG4-GENERIC/48000/2', 'a=fmtp:97 mode=AAC_hbr;config=1190'],
      'mp4a.40.2 48000 2',
    ],
    [
      'FFmpeg: an extension that says that there is no SBR',
      ['m=audio 0 RTP/AVP 97', 'a=rtpmap:97 MPEG4-GENERIC/48000/2', `a=fmtp:97 ${HBR};config=119056E500`],
      'mp4a.40.2 48000 2',
    ],
    [
      'HE-AAC',
      ['m=audio 0 RTP/AVP 97', 'a=rtpmap:97 MPEG4-GENERIC/22050/2', `a=fmtp:97 ${HBR};config=2b920800`],
      'mp4a.40.5 44100 2 @22050',
    ],
    [
      'AAC without a configuration',
      ['m=audio 0 RTP/AVP 97', 'a=rtpmap:97 MPEG4-GENERIC/8000/1'],
      'mp4a.40.2 8000 1',
    ],
    [
      'Hikvision: AAC on 104',
      ['m=audio 0 RTP/AVP 104', 'a=rtpmap:104 mpeg4-generic/16000/1', `a=fmtp:104 ${HBR}; config=1408`],
      'mp4a.40.2 16000 1',
    ],
    ['Hikvision: PCM, little endian', ['m=audio 0 RTP/AVP 11', 'a=rtpmap:11 PCM/48000'], 'fLaC 48000 1'],
    ['L16 by its static type', ['m=audio 0 RTP/AVP 10'], 'fLaC 44100 2'],
    ['G.711 at 16 kHz, stereo', ['m=audio 0 RTP/AVP 98', 'a=rtpmap:98 PCMA/16000/2'], 'fLaC 16000 2'],
    ['Foscam, Wisenet: nothing but the static type', ['m=audio 0 RTP/AVP 0'], 'fLaC 8000 1'],
    ['Opus under another clock', ['m=audio 0 RTP/AVP 99', 'a=rtpmap:99 OPUS/16000/1'], 'Opus 48000 2'],
    [
      'LATM with its configuration in the description',
      ['m=audio 0 RTP/AVP 96', 'a=rtpmap:96 MP4A-LATM/90000', 'a=fmtp:96 cpresent=0;config=400023103fc0'],
      'mp4a.40.2 48000 1 @90000',
    ],
    [
      'LATM that tells in the stream',
      ['m=audio 0 RTP/AVP 96', 'a=rtpmap:96 MP4A-LATM/48000', 'a=fmtp:96 cpresent=1'],
      'not known yet',
    ],
    [
      'AAC that is named in its parameters only',
      ['m=audio 0 RTP/AVP 97', `a=fmtp:97 ${HBR};config=1408`],
      'mp4a.40.2 16000 1',
    ],
    [
      'AAC whose clock is left out',
      ['m=audio 0 RTP/AVP 97', 'a=rtpmap:97 MPEG4-GENERIC', `a=fmtp:97 ${HBR};config=1188`],
      'mp4a.40.2 48000 1',
    ],
    ['a type that nothing names', ['m=audio 0 RTP/AVP 97'], 'none'],
    ['G.722', ['m=audio 0 RTP/AVP 9'], 'none'],
    ['Dahua: G723.1', ['m=audio 0 RTP/AVP 4', 'a=rtpmap:4 G723.1/8000'], 'none'],
    ['G.726', ['m=audio 0 RTP/AVP 2', 'a=rtpmap:2 G726-32/8000'], 'none'],
    ['MPEG audio', ['m=audio 0 RTP/AVP 14'], 'none'],
    ['G.711 with eight channels', ['m=audio 0 RTP/AVP 98', 'a=rtpmap:98 PCMU/8000/8'], 'none'],
    ['G.711 at a rate that no sound has', ['m=audio 0 RTP/AVP 98', 'a=rtpmap:98 PCMU/900000'], 'none'],
    ['something unknown before something known', ['m=audio 0 RTP/AVP 9 8'], 'fLaC 8000 1'],
  ])('%s', (_name, lines, expected) => {
    expect(soundOf(lines)).toBe(expected);
  });

  it.each([
    ['m=audio 0 RTP/AVP 0', undefined, 'PCMU'],
    ['m=audio 0 RTP/AVP 8', undefined, 'PCMA'],
    ['m=audio 0 RTP/AVP 98', 'a=rtpmap:98 PCMA/16000', undefined],
    ['m=audio 0 RTP/AVP 98', 'a=rtpmap:98 PCMU/8000/2', undefined],
    ['m=audio 0 RTP/AVP 98', 'a=rtpmap:98 L16/8000', undefined],
  ])('%s %s is %s to WebRTC', (section, name, law) => {
    const lines = [section, ...(name === undefined ? [] : [name])];
    const media = parseSdp(Buffer.from(['v=0', ...lines, ''].join('\r\n'))).media[0];
    expect(media && describeAudio(media).format?.config.g711).toBe(law);
  });

  it('in any words is a track or a MediaError', () => {
    const name = fc.constantFrom('MPEG4-GENERIC', 'MP4A-LATM', 'OPUS', 'PCMU', 'PCMA', 'L16', 'PCM', 'X');
    const parameters = fc.dictionary(
      fc.constantFrom('config', 'mode', 'cpresent', 'sizelength', 'indexlength'),
      fc.oneof(
        fc.string({ unit: fc.constantFrom('0', '1', '2', '4', '5', '8', '9', 'c', 'f'), maxLength: 20 }),
        fc.string(),
      ),
    );
    fc.assert(
      fc.property(name, fc.nat(200_000), fc.nat(9), parameters, (encoding, clockRate, channels, fmtp) => {
        const kind = 'audio' as const;
        const media = {
          kind,
          payloadType: 97,
          encoding,
          clockRate,
          channels,
          control: undefined,
          framerate: undefined,
        };
        try {
          const track = describeAudio({ ...media, fmtp: new Map(Object.entries(fmtp)) });
          expect(track.clockRate).toBeGreaterThan(0);
          expect(track.format?.frameTicks ?? 1).toBeGreaterThan(0);
          track.open({ onFrame: () => undefined, onTrouble: () => undefined });
        } catch (error) {
          expect(error).toBeInstanceOf(MediaError);
        }
      }),
    );
  });

  it('is left out when the operator wants none', () => {
    expect(soundOf(['m=audio 0 RTP/AVP 0'], false)).toBe('none');
  });
});
