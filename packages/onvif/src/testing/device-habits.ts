/** How a simulated device behaves. Everything that makes of cameras do differently is a field here; `maker-habits.ts` fills them in. */

export interface SimulatedProfile {
  readonly token: string;
  readonly name: string;
  /** Token of the video source; undefined leaves the configuration of the source out. */
  readonly source?: string | undefined;
  /** Undefined for a profile that is for sound or movement only. */
  readonly video?:
    | {
        /** In the word of the second media service. */
        readonly encoding: string;
        readonly width: number;
        readonly height: number;
        readonly fps: number;
        readonly kbps: number;
      }
    | undefined;
  /** As written into the answer, host included; `{port}` is the device's own HTTP port. */
  readonly streamUri: string;
  readonly snapshotUri?: string | undefined;
}

export interface SimulatedFault {
  readonly status: number;
  readonly code: string;
  readonly subcode: string;
  readonly reason: string;
}

export interface DeviceHabits {
  readonly information:
    | {
        readonly manufacturer: string;
        readonly model: string;
        readonly firmware: string;
        readonly serial: string;
      }
    | undefined;
  /** Operations that need no login. */
  readonly open: readonly string[];
  readonly login: 'token' | 'digest' | 'either';
  readonly digestAlgorithm: 'MD5' | 'SHA-256';
  /** The nonce of HTTP Digest is good for one path only. */
  readonly isNonceOfPath: boolean;
  /** How far the token's time may be off; Infinity does not look at it. */
  readonly toleranceMs: number;
  readonly clockFault: SimulatedFault;
  readonly loginFault: SimulatedFault;
  /** What GetSystemDateAndTime tells. */
  readonly time: 'utc' | 'local-as-utc' | 'local-only' | 'nothing' | 'unimplemented';
  /** Of local time, ahead of UTC. */
  readonly zoneMs: number;
  /** How it lists its services. */
  readonly services: 'GetServices' | 'GetCapabilities' | 'neither';
  readonly devicePath: string;
  readonly media1Path: string | undefined;
  readonly media2Path: string | undefined;
  /** Host and port in XAddrs; `{port}` is the device's own HTTP port. */
  readonly xaddrAuthority: string;
  /** Encodings that the first media service cannot say are called something else there, or the encoder is left out. */
  readonly h265InMedia1: 'absent' | 'as H264';
  readonly soap: '1.1' | '1.2';
  readonly envelopePrefix: string;
  readonly schemaPrefix: string;
  /** Leaves out the declarations of the prefixes it uses. */
  readonly isUndeclared: boolean;
  /** Addresses in answers: escaped, with white space around, or with bare ampersands. */
  readonly uriStyle: 'escaped' | 'spaced' | 'unescaped';
  /** Put before the XML declaration. */
  readonly junkBefore: string;
  readonly hasSynchronizationPoint: boolean;
  readonly profiles: readonly SimulatedProfile[];
}

const NOT_AUTHORIZED: SimulatedFault = {
  status: 400,
  code: 'Sender',
  subcode: 'ter:NotAuthorized',
  reason: 'Sender not Authorized',
};

/** A device by the book. */
export const PLAIN_HABITS: DeviceHabits = {
  information: { manufacturer: 'Plain', model: 'Camera', firmware: '1.0', serial: '0001' },
  open: ['GetSystemDateAndTime', 'GetServices', 'GetCapabilities'],
  login: 'token',
  digestAlgorithm: 'MD5',
  isNonceOfPath: false,
  toleranceMs: 10_000,
  clockFault: NOT_AUTHORIZED,
  loginFault: NOT_AUTHORIZED,
  time: 'utc',
  zoneMs: 7 * 3_600_000,
  services: 'GetServices',
  devicePath: '/onvif/device_service',
  media1Path: '/onvif/media_service',
  media2Path: '/onvif/media2_service',
  xaddrAuthority: '127.0.0.1:{port}',
  h265InMedia1: 'absent',
  soap: '1.2',
  envelopePrefix: 's',
  schemaPrefix: 'tt',
  isUndeclared: false,
  uriStyle: 'escaped',
  junkBefore: '',
  hasSynchronizationPoint: true,
  profiles: [
    {
      token: 'main',
      name: 'Main',
      source: 'source-1',
      video: { encoding: 'H264', width: 1920, height: 1080, fps: 25, kbps: 4096 },
      streamUri: 'rtsp://127.0.0.1:554/main',
      snapshotUri: 'http://127.0.0.1:{port}/snapshot.jpg',
    },
    {
      token: 'sub',
      name: 'Sub',
      source: 'source-1',
      video: { encoding: 'H264', width: 640, height: 360, fps: 15, kbps: 512 },
      streamUri: 'rtsp://127.0.0.1:554/sub',
    },
  ],
};
