/**
 * Where makers put their streams, for cameras without ONVIF: suggestions for a person who knows the maker. Nothing here is ever
 * tried by itself. `{host}` is the camera, `{channel}` a recorder's channel from 1, `{channel2}` the same with two digits,
 * `{user}` and `{password}` stand where a maker wants the login inside the address.
 */

export interface UrlTemplate {
  /** Name as people know it; `aliases` are brands that sell the same firmware. */
  readonly maker: string;
  readonly aliases: readonly string[];
  readonly main: string;
  readonly sub: string | undefined;
  readonly snapshot: string | undefined;
  /** What one has to know, or undefined. */
  readonly note?: string;
}

export interface UrlSuggestion {
  readonly maker: string;
  readonly mainUrl: string;
  readonly subUrl: string | undefined;
  readonly snapshotUrl: string | undefined;
  readonly note: string | undefined;
}

export const URL_TEMPLATES: readonly UrlTemplate[] = [
  {
    maker: 'Hikvision',
    aliases: ['HiLook', 'HiWatch'],
    main: 'rtsp://{host}/Streaming/Channels/{channel}01',
    sub: 'rtsp://{host}/Streaming/Channels/{channel}02',
    snapshot: 'http://{host}/ISAPI/Streaming/channels/{channel}01/picture',
    note: 'ONVIF is off at first and has accounts of its own. Old firmware: /h264/ch1/main/av_stream.',
  },
  {
    maker: 'Annke',
    aliases: [],
    main: 'rtsp://{host}/H264/ch{channel}/main/av_stream',
    sub: 'rtsp://{host}/H264/ch{channel}/sub/av_stream',
    snapshot: 'http://{host}/ISAPI/Streaming/channels/{channel}01/picture',
  },
  {
    maker: 'Dahua',
    aliases: ['Amcrest', 'Imou', 'Lorex', 'CP Plus'],
    main: 'rtsp://{host}/cam/realmonitor?channel={channel}&subtype=0',
    sub: 'rtsp://{host}/cam/realmonitor?channel={channel}&subtype=1',
    snapshot: 'http://{host}/cgi-bin/snapshot.cgi?channel={channel}',
    note: 'A sub stream set to MJPEG breaks the snapshot.',
  },
  {
    maker: 'EZVIZ',
    aliases: [],
    main: 'rtsp://{host}/h264_stream',
    sub: 'rtsp://{host}/Streaming/Channels/102',
    snapshot: undefined,
    note: 'User admin; the password is the code on the label. RTSP may be switched off in the app.',
  },
  {
    maker: 'TP-Link Tapo',
    aliases: ['Tapo', 'TP-Link', 'VIGI', 'TP-Link VIGI', 'Mercury'],
    main: 'rtsp://{host}/stream1',
    sub: 'rtsp://{host}/stream2',
    snapshot: undefined,
    note: 'Needs the camera account that is made in the app. ONVIF is on port 2020.',
  },
  {
    maker: 'Uniview',
    aliases: ['UNV', 'H3C'],
    main: 'rtsp://{host}/media/video1',
    sub: 'rtsp://{host}/media/video2',
    snapshot: 'http://{host}/images/snapshot.jpg',
    note: 'Recorders: /unicast/c{channel}/s0/live and /unicast/c{channel}/s1/live.',
  },
  {
    maker: 'Xiongmai',
    aliases: ['XMEye', 'ICSee', 'XM'],
    main: 'rtsp://{host}/user={user}&password={password}&channel={channel}&stream=0.sdp?',
    sub: 'rtsp://{host}/user={user}&password={password}&channel={channel}&stream=1.sdp?',
    snapshot: 'http://{host}/webcapture.jpg?command=snap&channel={channel}',
    note: 'The login is part of the path. ONVIF is often on port 8899.',
  },
  {
    maker: 'Reolink',
    aliases: [],
    main: 'rtsp://{host}/h264Preview_{channel2}_main',
    sub: 'rtsp://{host}/h264Preview_{channel2}_sub',
    snapshot: 'http://{host}/cgi-bin/api.cgi?cmd=Snap&channel=0&user={user}&password={password}',
    note: 'H.265 models: /h265Preview_{channel2}_main, newer ones /Preview_{channel2}_main. ONVIF is on port 8000.',
  },
  {
    maker: 'Axis',
    aliases: [],
    main: 'rtsp://{host}/axis-media/media.amp?videocodec=h264',
    sub: 'rtsp://{host}/axis-media/media.amp?videocodec=h264&resolution=640x480',
    snapshot: 'http://{host}/axis-cgi/jpg/image.cgi?resolution=640x480',
    note: 'ONVIF needs an account of its own and a clock that is set.',
  },
  {
    maker: 'V380',
    aliases: ['Macro-video'],
    main: 'rtsp://{host}/live/ch00_0',
    sub: 'rtsp://{host}/live/ch00_1',
    snapshot: undefined,
    note: 'RTSP is off on some until the maker’s firmware file is loaded.',
  },
  {
    maker: 'Xiaomi with open firmware',
    aliases: ['Wyze', 'yi-hack', 'Dafang'],
    main: 'rtsp://{host}/live/ch00_0',
    sub: 'rtsp://{host}/live/ch00_1',
    snapshot: undefined,
  },
  {
    maker: 'Foscam',
    aliases: [],
    main: 'rtsp://{host}:88/videoMain',
    sub: 'rtsp://{host}:88/videoSub',
    snapshot: 'http://{host}:88/cgi-bin/CGIProxy.fcgi?cmd=snapPicture2&usr={user}&pwd={password}',
    note: 'Some models use port 554.',
  },
  {
    maker: 'VStarcam',
    aliases: [],
    main: 'rtsp://{host}:10554/tcp/av0_0',
    sub: 'rtsp://{host}:10554/tcp/av0_1',
    snapshot: undefined,
  },
  {
    maker: 'Sonoff',
    aliases: [],
    main: 'rtsp://{host}/av_stream/ch0',
    sub: 'rtsp://{host}/av_stream/ch1',
    snapshot: undefined,
  },
  {
    maker: 'Bosch',
    aliases: [],
    main: 'rtsp://{host}/rtsp_tunnel',
    sub: 'rtsp://{host}/?inst=2',
    snapshot: 'http://{host}/snap.jpg',
  },
  {
    maker: 'Hanwha',
    aliases: ['Wisenet', 'Samsung Techwin'],
    main: 'rtsp://{host}/profile2/media.smp',
    sub: 'rtsp://{host}/profile3/media.smp',
    snapshot: undefined,
  },
  {
    maker: 'Vivotek',
    aliases: [],
    main: 'rtsp://{host}/live.sdp',
    sub: 'rtsp://{host}/live2.sdp',
    snapshot: undefined,
    note: 'Some models: /live1s1.sdp.',
  },
  {
    maker: 'Sony',
    aliases: [],
    main: 'rtsp://{host}/media/video1',
    sub: 'rtsp://{host}/media/video2',
    snapshot: undefined,
  },
  {
    maker: 'Ubiquiti',
    aliases: ['UniFi'],
    main: 'rtsp://{host}/s0',
    sub: 'rtsp://{host}/s1',
    snapshot: undefined,
    note: 'Standalone cameras; a Protect console shows its own rtsps:// address, to be used without ?enableSrtp.',
  },
  {
    maker: 'Panasonic',
    aliases: ['i-PRO'],
    main: 'rtsp://{host}/MediaInput/h264',
    sub: 'rtsp://{host}/MediaInput/h264/stream_2',
    snapshot: undefined,
  },
];

/** What a maker's cameras usually have; empty for a maker that is not known. @param maker name or brand, any case, also as a device reports it. */
export function suggestUrls(options: {
  readonly maker: string;
  /** Name or address; IPv6 in brackets. Default: `{host}` stays. */
  readonly host?: string;
  /** From 1. */
  readonly channel?: number;
}): readonly UrlSuggestion[] {
  const { host = '{host}', channel = 1 } = options;
  const wanted = fold(options.maker);
  const fill = (template: string) =>
    template
      .replaceAll('{host}', () => host)
      .replaceAll('{channel}', String(channel))
      .replaceAll('{channel2}', String(channel).padStart(2, '0'));
  const matches = ({ maker, aliases }: UrlTemplate) =>
    [maker, ...aliases]
      .map(fold)
      .some((name) => wanted === name || (name.length > 3 && wanted.startsWith(name)));
  return URL_TEMPLATES.filter((template) => wanted !== '' && matches(template)).map((template) => ({
    maker: template.maker,
    mainUrl: fill(template.main),
    subUrl: template.sub === undefined ? undefined : fill(template.sub),
    snapshotUrl: template.snapshot === undefined ? undefined : fill(template.snapshot),
    note: template.note === undefined ? undefined : fill(template.note),
  }));
}

function fold(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '');
}
