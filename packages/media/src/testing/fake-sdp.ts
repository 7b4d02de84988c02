/** Session descriptions of the fake camera (RFC 4566; fmtp after RFC 6184 8.1, RFC 7798 7.1 and RFC 3640 4.1). */
import type { Clip } from './clip.ts';

export const VIDEO_PAYLOAD_TYPE = 96;
export const AUDIO_PAYLOAD_TYPE = 97;

export function formatClipSdp(
  clip: Clip,
  options: { readonly name: string; readonly sprop: boolean },
): string {
  const { video, audio } = clip;
  const lines = [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    `s=${options.name}`,
    'c=IN IP4 0.0.0.0',
    't=0 0',
    'a=control:*',
    'a=range:npt=now-',
    `m=video 0 RTP/AVP ${VIDEO_PAYLOAD_TYPE}`,
    ...formatVideo(video, options.sprop),
    `a=framerate:${video.fps}`,
    'a=control:trackID=0',
  ];
  if (audio !== undefined) {
    const aac =
      'streamtype=5;profile-level-id=1;mode=AAC-hbr;' +
      `sizelength=13;indexlength=3;indexdeltalength=3;config=${audio.config.toString('hex')}`;
    const { encoding, fmtp } = audio.rtp ?? { encoding: 'MPEG4-GENERIC', fmtp: aac };
    lines.push(
      `m=audio 0 RTP/AVP ${AUDIO_PAYLOAD_TYPE}`,
      `a=rtpmap:${AUDIO_PAYLOAD_TYPE} ${encoding}/${audio.sampleRate}/${audio.channels}`,
      ...(fmtp === undefined ? [] : [`a=fmtp:${AUDIO_PAYLOAD_TYPE} ${fmtp}`]),
      'a=control:trackID=1',
    );
  }
  return lines.join('\r\n') + '\r\n';
}

function formatVideo(video: Clip['video'], sprop: boolean): string[] {
  const sets = (...nals: readonly Buffer[]) => nals.map((nal) => nal.toString('base64')).join(',');
  if (video.codec === 'h265') {
    const hints = `sprop-vps=${sets(video.vps)};sprop-sps=${sets(video.sps)};sprop-pps=${sets(video.pps)}`;
    return [
      `a=rtpmap:${VIDEO_PAYLOAD_TYPE} H265/90000`,
      ...(sprop ? [`a=fmtp:${VIDEO_PAYLOAD_TYPE} ${hints}`] : []),
    ];
  }
  return [
    `a=rtpmap:${VIDEO_PAYLOAD_TYPE} H264/90000`,
    `a=fmtp:${VIDEO_PAYLOAD_TYPE} packetization-mode=1;profile-level-id=${video.sps.toString('hex', 1, 4)}` +
      (sprop ? `;sprop-parameter-sets=${sets(video.sps, video.pps)}` : ''),
  ];
}
