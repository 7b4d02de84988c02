/** Session descriptions of the fake camera (RFC 4566; fmtp after RFC 6184 8.1 and RFC 3640 4.1). */
import type { Clip } from './clip.ts';

export const VIDEO_PAYLOAD_TYPE = 96;
export const AUDIO_PAYLOAD_TYPE = 97;

export function formatClipSdp(
  clip: Clip,
  options: { readonly name: string; readonly sprop: boolean },
): string {
  const { video, audio } = clip;
  const profileLevelId = video.sps.toString('hex', 1, 4);
  const sets = `${video.sps.toString('base64')},${video.pps.toString('base64')}`;
  const lines = [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    `s=${options.name}`,
    'c=IN IP4 0.0.0.0',
    't=0 0',
    'a=control:*',
    'a=range:npt=now-',
    `m=video 0 RTP/AVP ${VIDEO_PAYLOAD_TYPE}`,
    `a=rtpmap:${VIDEO_PAYLOAD_TYPE} H264/90000`,
    `a=fmtp:${VIDEO_PAYLOAD_TYPE} packetization-mode=1;profile-level-id=${profileLevelId}` +
      (options.sprop ? `;sprop-parameter-sets=${sets}` : ''),
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
