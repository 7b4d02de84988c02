/** What makes of cameras are known to do differently, each in one table entry. Longer than other files because it is a table. */
import {
  PLAIN_HABITS,
  type DeviceHabits,
  type SimulatedFault,
  type SimulatedProfile,
} from './device-habits.ts';

const INNER = '192.168.1.64';

function profile(
  token: string,
  size: readonly [number, number],
  streamUri: string,
  more: { readonly encoding?: string; readonly source?: string; readonly snapshotUri?: string } = {},
): SimulatedProfile {
  const [width, height] = size;
  return {
    token,
    name: token,
    source: more.source ?? 'VideoSource_1',
    video: { encoding: more.encoding ?? 'H264', width, height, fps: 25, kbps: width * 2 },
    streamUri,
    snapshotUri: more.snapshotUri,
  };
}

const TIME_CHECK: SimulatedFault = {
  status: 400,
  code: 'Sender',
  subcode: 'wsse:FailedAuthentication',
  reason: 'Wsse authorized time check failed',
};
const SILENT_401: SimulatedFault = { status: 401, code: 'Sender', subcode: 'ter:NotAuthorized', reason: '' };

export const MAKER_HABITS = {
  /** Login by HTTP Digest only, SHA-256, a nonce for each service; the picture's address has the profile in its query. */
  hikvision: {
    ...PLAIN_HABITS,
    information: { manufacturer: 'HIKVISION', model: 'DS-2CD2T47', firmware: 'V5.7.3', serial: 'DS-1' },
    login: 'digest',
    digestAlgorithm: 'SHA-256',
    isNonceOfPath: true,
    envelopePrefix: 'env',
    xaddrAuthority: INNER,
    media1Path: '/onvif/Media',
    media2Path: '/onvif/Media2',
    profiles: [
      profile(
        'Profile_1',
        [2688, 1520],
        `rtsp://${INNER}:554/Streaming/Channels/101?transportmode=unicast&profile=Profile_1`,
        {
          encoding: 'H265',
          snapshotUri: `http://${INNER}/onvif-http/snapshot?Profile_1`,
        },
      ),
      profile(
        'Profile_2',
        [640, 480],
        `rtsp://${INNER}:554/Streaming/Channels/102?transportmode=unicast&profile=Profile_2`,
      ),
    ],
  },
  /** The time check fails although the clocks agree, HTTP Digest works; addresses escaped and between line breaks. */
  dahua: {
    ...PLAIN_HABITS,
    information: { manufacturer: 'Dahua', model: 'IPC-HDW5442T', firmware: '2.8', serial: 'DH-1' },
    login: 'either',
    toleranceMs: -1,
    clockFault: TIME_CHECK,
    xaddrAuthority: INNER,
    uriStyle: 'spaced',
    profiles: [
      profile(
        'MediaProfile00002',
        [704, 576],
        `rtsp://${INNER}:554/cam/realmonitor?channel=1&subtype=1&unicast=true&proto=Onvif`,
      ),
      profile(
        'MediaProfile00000',
        [2688, 1520],
        `rtsp://${INNER}:554/cam/realmonitor?channel=1&subtype=0&unicast=true&proto=Onvif`,
        {
          encoding: 'H265',
          snapshotUri: `http://${INNER}/onvifsnapshot/media_service/snapshot?channel=1&subtype=0`,
        },
      ),
      profile(
        'MediaProfile00001',
        [2688, 1520],
        `rtsp://${INNER}:554/cam/realmonitor?channel=1&subtype=9&unicast=true&proto=Onvif`,
        {
          encoding: 'JPEG',
        },
      ),
    ],
  },
  /** On a port of its own, no snapshots, one media service. */
  tapo: {
    ...PLAIN_HABITS,
    information: { manufacturer: 'tp-link', model: 'Tapo C200', firmware: '1.3', serial: 'TP-1' },
    toleranceMs: 5000,
    xaddrAuthority: `${INNER}:2020`,
    devicePath: '/onvif/device_service',
    media1Path: '/onvif/service',
    media2Path: undefined,
    envelopePrefix: 'SOAP-ENV',
    hasSynchronizationPoint: false,
    profiles: [
      profile('profile_1', [1920, 1080], `rtsp://${INNER}:554/stream1`),
      profile('profile_2', [640, 360], `rtsp://${INNER}:554/stream2`),
    ],
  },
  /** Main stream is H.265, which the first media service calls H.264; GetCapabilities only. */
  reolink: {
    ...PLAIN_HABITS,
    information: { manufacturer: 'Reolink', model: 'RLC-810A', firmware: 'v3', serial: 'RL-1' },
    xaddrAuthority: `${INNER}:8000`,
    services: 'GetCapabilities',
    media2Path: undefined,
    h265InMedia1: 'as H264',
    envelopePrefix: 'SOAP-ENV',
    profiles: [
      profile('000', [3840, 2160], `rtsp://${INNER}:554/h265Preview_01_main`, {
        encoding: 'H265',
        snapshotUri: `http://${INNER}/cgi-bin/api.cgi?cmd=onvifSnapPic&channel=0`,
      }),
      profile('001', [640, 360], `rtsp://${INNER}:554/h264Preview_01_sub`),
    ],
  },
  /** Its clock was never set, and it says nothing but "not authorized" to a wrong time; motion JPEG beside H.264. */
  axis: {
    ...PLAIN_HABITS,
    information: { manufacturer: 'AXIS', model: 'M3045', firmware: '9.80', serial: 'AX-1' },
    devicePath: '/onvif/device_service',
    media1Path: '/onvif/services',
    media2Path: '/onvif/services',
    envelopePrefix: 'SOAP-ENV',
    profiles: [
      profile(
        'profile_1_jpeg',
        [1920, 1080],
        `rtsp://${INNER}/onvif-media/media.amp?profile=profile_1_jpeg`,
        { encoding: 'JPEG' },
      ),
      profile(
        'profile_1_h264',
        [1920, 1080],
        `rtsp://${INNER}/onvif-media/media.amp?profile=profile_1_h264`,
        {
          snapshotUri: `http://${INNER}/onvif-cgi/jpg/image.cgi?resolution=1920x1080`,
        },
      ),
    ],
  },
  /** Wants a login even for the time. */
  panasonic: {
    ...PLAIN_HABITS,
    information: { manufacturer: 'Panasonic', model: 'WV-S1131', firmware: '4.0', serial: 'PA-1' },
    open: [],
    media2Path: undefined,
    profiles: [profile('p1', [1920, 1080], `rtsp://${INNER}/MediaInput/h264`)],
  },
  /** Names its loopback, does not know GetServices, gives the password a day. */
  yiHack: {
    ...PLAIN_HABITS,
    information: { manufacturer: 'Yi', model: 'Yi Home', firmware: '0.5', serial: 'YI-1' },
    services: 'GetCapabilities',
    xaddrAuthority: '127.0.0.1',
    media2Path: undefined,
    toleranceMs: Number.POSITIVE_INFINITY,
    profiles: [profile('Profile_0', [1920, 1080], 'rtsp://127.0.0.1/ch0_0.h264')],
  },
  /** Names the address of nobody, on another port. */
  dafang: {
    ...PLAIN_HABITS,
    information: undefined,
    services: 'GetCapabilities',
    xaddrAuthority: '0.0.0.0:8080',
    media2Path: undefined,
    profiles: [profile('Profile_0', [1280, 720], 'rtsp://0.0.0.0:8554/unicast')],
  },
  /** Says its local time is UTC and checks the token by true UTC. */
  openIpc: {
    ...PLAIN_HABITS,
    information: { manufacturer: 'OpenIPC', model: 'gk7205', firmware: 'master', serial: 'OI-1' },
    time: 'local-as-utc',
    loginFault: SILENT_401,
    clockFault: SILENT_401,
    media2Path: undefined,
    profiles: [profile('stream0', [1920, 1080], `rtsp://${INNER}:554/stream=0`)],
  },
  /** Tells local time only. */
  gwellTimes: {
    ...PLAIN_HABITS,
    information: { manufacturer: 'GWellTimes', model: 'IPC', firmware: '1', serial: 'GW-1' },
    time: 'local-only',
    media2Path: undefined,
    profiles: [profile('IPCProfilesToken0', [1280, 720], `rtsp://${INNER}:554/onvif1`)],
  },
  /** Has no operation for the time. */
  hiKam: {
    ...PLAIN_HABITS,
    information: { manufacturer: 'HiKam', model: 'A7', firmware: '1', serial: 'HK-1' },
    time: 'unimplemented',
    media2Path: undefined,
    profiles: [profile('p0', [1280, 720], `rtsp://${INNER}:554/onvif1`)],
  },
  /** Lists no services at all; everything is at one address. */
  pelco: {
    ...PLAIN_HABITS,
    information: { manufacturer: 'Pelco', model: 'IMP1110-1', firmware: '1', serial: 'PE-1' },
    services: 'neither',
    media1Path: '/onvif/device_service',
    media2Path: undefined,
    profiles: [profile('main', [1280, 1024], `rtsp://${INNER}/stream1`)],
  },
  /** Profiles without their video source; one for sound and one for movement only; prefixes that nobody declared. */
  happytime: {
    ...PLAIN_HABITS,
    information: { manufacturer: 'Happytime', model: 'Server', firmware: '1', serial: 'HT-1' },
    isUndeclared: true,
    soap: '1.1',
    envelopePrefix: 'MC1',
    schemaPrefix: 'MC2',
    junkBefore: '\r\n\u{feff}',
    profiles: [
      { token: 'sound', name: 'Sound', streamUri: `rtsp://${INNER}/sound` },
      { ...profile('PROFILE_000', [1920, 1080], `rtsp://${INNER}:8090/profile1=r`), source: undefined },
    ],
  },
  /** Addresses with bare ampersands and the login in the path. */
  xiongmai: {
    ...PLAIN_HABITS,
    information: { manufacturer: 'H264', model: 'XM', firmware: 'V4', serial: 'XM-1' },
    xaddrAuthority: `${INNER}:8899`,
    media2Path: undefined,
    uriStyle: 'unescaped',
    profiles: [
      profile(
        '000',
        [1920, 1080],
        `rtsp://${INNER}:554/user=admin&password=secret&channel=1&stream=0.sdp?real_stream`,
      ),
      profile(
        '001',
        [704, 576],
        `rtsp://${INNER}:554/user=admin&password=secret&channel=1&stream=1.sdp?real_stream`,
      ),
    ],
  },
  /** A recorder with two channels. */
  recorder: {
    ...PLAIN_HABITS,
    information: { manufacturer: 'Recorder', model: 'NVR2', firmware: '1', serial: 'NV-1' },
    profiles: [
      profile('c1-sub', [640, 360], `rtsp://${INNER}/unicast/c1/s1/live`, { source: 'c1' }),
      profile('c2-main', [2560, 1440], `rtsp://${INNER}/unicast/c2/s0/live`, {
        source: 'c2',
        encoding: 'H265',
      }),
      profile('c1-main', [1920, 1080], `rtsp://${INNER}/unicast/c1/s0/live`, { source: 'c1' }),
      profile('c2-third', [352, 288], `rtsp://${INNER}/unicast/c2/s2/live`, { source: 'c2' }),
      profile('c2-sub', [704, 576], `rtsp://${INNER}/unicast/c2/s1/live`, { source: 'c2' }),
    ],
  },
} as const satisfies Readonly<Record<string, DeviceHabits>>;

export type SimulatedMaker = keyof typeof MAKER_HABITS;
