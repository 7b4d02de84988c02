/**
 * The habits of a camera, as data that the fake camera plays. Text in habits may hold `{names}`, filled in when it is written:
 *
 *   every reply   {cseq} {status} {reason} {server}
 *   URLs          {url} as it was asked for, {path} of the mount, {host} that was dialled
 *   SETUP         {rtp} {rtcp} channels, {clientPorts} {serverPort}, {session} {timeout}, {ssrc} (8 digits) {shortSsrc} (no zeros in front)
 *   RTP-Info      {seq} {rtptime} {ssrc} {kind} {track} (0 picture, 1 sound)
 *   description   see `formatHabitSdp`
 */
import type { TrackKind } from '../client-playout.ts';
import type { RtspMethod } from '../fake-faults.ts';

/** An answer that stands in for the right one. */
export interface OddAnswer {
  readonly status: number;
  /** Added to the CSeq. */
  readonly cseqError?: number;
}

export interface MessageHabits {
  readonly statusLine: string;
  /** Lines of every reply. */
  readonly head: readonly string[];
  readonly publicMethods: readonly RtspMethod[];
  /** Lines of the answers to DESCRIBE, SETUP (one for each transport), PLAY and TEARDOWN. */
  readonly describe: readonly string[];
  readonly setup: readonly string[];
  readonly setupUdp: readonly string[];
  readonly play: readonly string[];
  readonly teardown: readonly string[];
  /** Entry of `{rtpInfo}` for each track, and what stands between two. */
  readonly rtpInfo: string;
  readonly rtpInfoSeparator: string;
  /** Whole description by lines; undefined for the plain one. */
  readonly sdp: readonly string[] | undefined;
  /** `sprop-parameter-sets` as the camera writes it. */
  readonly sprop: (sps: Buffer, pps: Buffer) => string;
  /** Paths (with query) that requests must have; made of `{path}`. Anything else is 404. */
  readonly urls: { readonly aggregate: string; readonly video: string; readonly audio: string };
  /** Further tracks that can be set up and send nothing: the way back, metadata. */
  readonly silentUrls: readonly string[];
  /** Channels are so much higher than those asked for. */
  readonly channelShift: number;
  /** SSRCs are below this, so that their hex has zeros in front. */
  readonly ssrcLimit: number;
  /** Each SETUP names a session of its own; the first one counts. */
  readonly sessionPerTrack: boolean;
  /** OPTIONS needs the login too, and a request without one while playing ends the packets. */
  readonly strictLogin: boolean;
  /** What keeps a session alive: anything that is received, or requests that are answered with success. */
  readonly keptAliveBy: 'anything' | 'requests';
  /** A second successful DESCRIBE on one connection is refused. */
  readonly describesOnce: boolean;
  /** Sessions that the mount bears, and how another SETUP is answered; `challenges`: with new ones of the login. */
  readonly sessions:
    | { readonly most: number; readonly status: number; readonly challenges?: boolean }
    | undefined;
  /** Answers to requests of a playing session. */
  readonly whilePlaying: Partial<Record<RtspMethod, OddAnswer | 'silence'>>;
  /** Sender reports go out before the answer to PLAY. */
  readonly reportsBeforePlay: boolean;
}

/** How NAL units become payloads (H.264, but for `wholeFragments`). */
export interface PackingHabits {
  /** Header byte of SPS and PPS: another nal_ref_idc. */
  readonly parameterSetBits: number | undefined;
  /** Access unit delimiter before each picture; an SEI message behind parameter sets and before other pictures. */
  readonly delimiter: boolean;
  readonly sei: Buffer | undefined;
  /** Key frames with their parameter sets are one unit with start codes inside, which is then fragmented. */
  readonly annexB: boolean;
  /** A unit that fits a packet is a fragment with start and end bit. */
  readonly wholeFragments: boolean;
  /** The reserved bit of FU headers is set. */
  readonly reservedBit: boolean;
  /** Later fragments name another NAL type than the first. */
  readonly driftingType: boolean;
}

/** What happens to finished packets. */
export interface PacketHabits {
  readonly payloadTypes: Readonly<Record<TrackKind, number>>;
  /** H.264 NAL types whose packets have the marker bit as well (fragments: those that end a unit). */
  readonly marked: readonly number[];
  /** SPS and PPS have the timestamp of the picture before; not those that begin the session. */
  readonly oldStampOnSets: boolean;
  /** Behind each key frame a packet of this payload type with the sequence number of the packet before it. */
  readonly extraPayloadType: number | undefined;
  /** A packet of somebody else's session (its SSRC, its numbers) now and then. */
  readonly leak: boolean;
  /** A frame on a channel nobody set up, now and then. */
  readonly strayChannel: number | undefined;
  /** A line end before each block of frames. */
  readonly lineEnds: boolean;
  /** An RTP header extension of two words. */
  readonly extension: boolean;
  /** Each sender report is followed by one of another SSRC. */
  readonly foreignReports: boolean;
}

export interface CameraHabits {
  readonly messages: MessageHabits;
  readonly packing: PackingHabits;
  readonly packets: PacketHabits;
}

export const PLAIN_MESSAGES: MessageHabits = {
  statusLine: 'RTSP/1.0 {status} {reason}',
  head: ['CSeq: {cseq}', 'Server: {server}'],
  publicMethods: [
    'OPTIONS',
    'DESCRIBE',
    'SETUP',
    'PLAY',
    'PAUSE',
    'TEARDOWN',
    'SET_PARAMETER',
    'GET_PARAMETER',
  ],
  describe: ['Content-Base: {url}/', 'Content-Type: application/sdp'],
  setup: ['Transport: RTP/AVP/TCP;unicast;interleaved={rtp}-{rtcp}', 'Session: {session};timeout={timeout}'],
  setupUdp: [
    'Transport: RTP/AVP;unicast;client_port={clientPorts}{serverPort}',
    'Session: {session};timeout={timeout}',
  ],
  play: ['Session: {session}', 'Range: npt=now-', 'RTP-Info: {rtpInfo}'],
  teardown: [],
  rtpInfo: 'url={url}/trackID={track};seq={seq};rtptime={rtptime}',
  rtpInfoSeparator: ',',
  sdp: undefined,
  sprop: (sps, pps) => `${sps.toString('base64')},${pps.toString('base64')}`,
  urls: { aggregate: '{path}', video: '{path}/trackID=0', audio: '{path}/trackID=1' },
  silentUrls: [],
  channelShift: 0,
  ssrcLimit: 2 ** 32,
  sessionPerTrack: false,
  strictLogin: false,
  keptAliveBy: 'anything',
  describesOnce: false,
  sessions: undefined,
  whilePlaying: {},
  reportsBeforePlay: false,
};

export const PLAIN_PACKING: PackingHabits = {
  parameterSetBits: undefined,
  delimiter: false,
  sei: undefined,
  annexB: false,
  wholeFragments: false,
  reservedBit: false,
  driftingType: false,
};

export const PLAIN_PACKETS: PacketHabits = {
  payloadTypes: { video: 96, audio: 97 },
  marked: [],
  oldStampOnSets: false,
  extraPayloadType: undefined,
  leak: false,
  strayChannel: undefined,
  lineEnds: false,
  extension: false,
  foreignReports: false,
};

export const PLAIN_HABITS: CameraHabits = {
  messages: PLAIN_MESSAGES,
  packing: PLAIN_PACKING,
  packets: PLAIN_PACKETS,
};

/** Fills `{names}` in. @throws Error for a name without a value: a spelling mistake in a table. */
export function fillIn(template: string, values: Readonly<Record<string, string | number>>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`nothing fills {${name}} in "${template}"`);
    return String(value);
  });
}
